/**
 * A crate of an Action as cargo sees it, and its module as the compiler leaves it.
 */

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { WRONG_USAGE } from "../exit-codes.js";
import { Problem } from "../problem.js";
import { FLAGS, profileOptions, remapFlags, STD, TARGET } from "./flags.js";

const RUSTUP = "https://rustup.rs";

/**
 * @typedef {object} Crate
 * @property {string} name
 * @property {string} version
 * @property {string} manifest The path of its Cargo.toml.
 * @property {string} folder
 * @property {string} bindgen The version of wasm-bindgen that it is compiled with.
 * @property {{ name: string, folder: string }[]} local The crates in it that come from folders of this machine, itself too.
 * @property {string[]} packages All crates in it, by name.
 * @property {string} workspace
 *
 * @typedef {object} How
 * @property {string} [features] As cargo takes them.
 * @property {boolean} [locked] Whether Cargo.lock must be as it should be.
 */

/** The lines that a crate needs to become a module. */
const LIB = '[lib]\ncrate-type = ["cdylib", "rlib"]';

/**
 * Finds the crate at a place: a folder, a Cargo.toml, or the name of a member of the workspace in this folder.
 *
 * @param {string} place
 * @param {How} [how]
 * @returns {Crate}
 */
export function findCrate(place, how = {}) {
  const first = readMetadata(place, { locked: how.locked });
  const members = first.metadata.packages.filter(({ id }) => first.metadata.workspace_members.includes(id));
  const found = members.find(first.isMeant);
  if (found === undefined) throw noCrate(place, members, first.metadata);
  // In a workspace cargo would look for the features in every member.
  const features = how.features
    ?.split(/[\s,]+/)
    .map((feature) => `${found.name}/${feature}`)
    .join();
  const { metadata } = features === undefined ? first : readMetadata(place, { ...how, features });
  const reached = reachedFrom(found.id, metadata.resolve.nodes);
  const packages = metadata.packages.filter(({ id }) => reached.has(id));
  checkCrate(found, packages);
  checkEngine(found, packages, metadata);
  const bindgen = packages.filter(({ name }) => name === "wasm-bindgen").map(({ version }) => version);
  if (bindgen.length !== 1) throw severalBindgens(found.name, bindgen);
  return {
    name: found.name,
    version: found.version,
    manifest: found.manifest_path,
    folder: path.dirname(found.manifest_path),
    bindgen: bindgen[0],
    local: packages
      .filter(({ source }) => source === null)
      .map(({ name, manifest_path: manifest }) => ({ name, folder: path.dirname(manifest) })),
    packages: packages.map(({ name }) => name),
    workspace: metadata.workspace_root,
  };
}

/** @param {string} place @param {How} how */
function readMetadata(place, { features, locked = false }) {
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const manifest = isFolder ? path.join(place, "Cargo.toml") : place;
  const isPlace = isFolder || path.basename(place) === "Cargo.toml" || place.includes(path.sep);
  if (isPlace && !existsSync(manifest)) {
    throw new Problem(`there is no ${manifest}`, {
      hint: "name the folder of a crate; `claimsmith init --rust NAME` begins one",
      exitCode: WRONG_USAGE,
    });
  }
  const metadata = cargo(
    [
      "metadata",
      "--format-version=1",
      `--filter-platform=${TARGET}`,
      ...(isPlace ? ["--manifest-path", path.resolve(manifest)] : []),
      ...(features === undefined ? [] : ["--features", features]),
      ...(locked ? ["--locked"] : []),
    ],
    { cwd: isPlace ? path.dirname(path.resolve(manifest)) : process.cwd(), of: place },
  );
  return {
    metadata: JSON.parse(metadata),
    isMeant: isPlace
      ? (member) => isSameFile(member.manifest_path, manifest)
      : (member) => member.name === place,
  };
}

const isSameFile = (one, other) => {
  const [left, right] = [statSync(one), statSync(other)];
  return left.ino === right.ino && left.dev === right.dev;
};

function noCrate(place, members, metadata) {
  const crates = members.filter((member) => cdylibOf(member) && dependsOn(member, "claimsmith"));
  const names = crates.map(({ name }) => name).sort();
  return new Problem(
    existsSync(place)
      ? `${place} is a workspace, and no crate`
      : `the workspace ${metadata.workspace_root} has no crate \`${place}\``,
    {
      hint: names.length > 0 ? `name one of ${names.join(", ")}` : "name the folder of a crate",
      exitCode: WRONG_USAGE,
    },
  );
}

/** Those that a package is compiled with, itself too. */
function reachedFrom(id, nodes) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const reached = new Set();
  const waiting = [id];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (reached.has(next)) continue;
    reached.add(next);
    for (const { pkg, dep_kinds: kinds } of byId.get(next)?.deps ?? []) {
      if (kinds.some(({ kind }) => kind !== "dev")) waiting.push(pkg);
    }
  }
  return reached;
}

const cdylibOf = ({ targets }) => targets.find(({ crate_types: types }) => types.includes("cdylib"));
const dependsOn = ({ dependencies }, crate) => dependencies.some(({ name }) => name === crate);

function checkCrate(member, packages) {
  if (!packages.some(({ name }) => name === "claimsmith")) {
    throw new Problem(`the crate \`${member.name}\` does not depend on \`claimsmith\``, {
      hint: "an Action in Rust is written with it: docs/rust.md has the lines of Cargo.toml",
    });
  }
  if (cdylibOf(member) === undefined) {
    throw new Problem(`the crate \`${member.name}\` makes no WebAssembly module`, {
      hint: `it is no \`cdylib\`: write into ${member.manifest_path}`,
      details: LIB,
    });
  }
}

/** The features by which the crate that `claimsmith` stands on is the engine for configurations. */
const ENGINE_FEATURES = ["plan", "compile"];

/** With that engine in it a module would have its exports twice. */
function checkEngine(member, packages, { resolve, workspace_members: members }) {
  const boundary = packages.find(({ name }) => name === "claimsmith-action");
  // Of a member of the workspace cargo tells the features that it has by default, whoever asks for it.
  if (boundary === undefined || members.includes(boundary.id)) return;
  const { features } = resolve.nodes.find(({ id }) => id === boundary.id);
  if (!ENGINE_FEATURES.some((feature) => features.includes(feature))) return;
  throw new Problem(
    `the crate \`${member.name}\` would export its handler multiple times: \`claimsmith-action\` is in it with the engine for configurations`,
    {
      hint: "depend on `claimsmith` alone; `cargo tree -e features -i claimsmith-action` says who asks for the other",
    },
  );
}

function severalBindgens(name, versions) {
  return new Problem(
    versions.length === 0
      ? `the crate \`${name}\` does not reach wasm-bindgen`
      : `the crate \`${name}\` is compiled with several versions of wasm-bindgen: ${versions.join(", ")}`,
    { hint: "a module has one: `cargo tree --target all -i wasm-bindgen` says who asks for which" },
  );
}

/**
 * Compiles the crate. What cargo prints is shown as it prints it.
 *
 * @param {Crate} crate
 * @param {How & { hasStdSource: boolean }} how
 * @returns {string} the module's file
 */
export function compile(
  { name, manifest, folder, local, packages, workspace },
  { features, locked = false, hasStdSource },
) {
  const sysroot = sysrootOf(folder);
  const cargoHome = process.env.CARGO_HOME ?? path.join(homedir(), ".cargo");
  const remapped = {
    [path.join(cargoHome, "registry/src")]: "/crates",
    [path.join(cargoHome, "git/checkouts")]: "/git",
    [path.join(sysroot, "lib/rustlib/src/rust")]: "/rust",
    [workspace]: "/workspace",
    // What differs between the crates of a workspace would have the standard library compiled anew for each.
    ...Object.fromEntries(
      local
        .filter((crate) => path.relative(workspace, crate.folder).startsWith(".."))
        .map((crate) => [crate.folder, `/${crate.name}`]),
    ),
  };
  const flags = [...ownFlags(), ...(hasStdSource ? STD.flags : []), ...FLAGS, ...remapFlags(remapped)];
  const output = cargo(
    [
      "build",
      "--lib",
      "--manifest-path",
      manifest,
      "--target",
      TARGET,
      "--message-format=json-render-diagnostics",
      ...profileOptions(packages),
      "--config",
      `target.${TARGET}.rustflags=${JSON.stringify(flags)}`,
      ...(hasStdSource ? STD.options : []),
      ...(features === undefined ? [] : ["--features", features]),
      ...(locked ? ["--locked"] : []),
    ],
    { cwd: folder, of: name, environment: hasStdSource ? STD.environment : {} },
  );
  const artifact = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .find(
      ({ reason, target, manifest_path: built }) =>
        reason === "compiler-artifact" && built === manifest && target.crate_types.includes("cdylib"),
    );
  const file = artifact?.filenames.find((built) => built.endsWith(".wasm"));
  if (file === undefined) throw new Error(`cargo made no module of ${name}`);
  return file;
}

/** The flags that the user gives by the environment. What stands in cargo's own files cargo adds by itself. */
function ownFlags() {
  const { CARGO_ENCODED_RUSTFLAGS: encoded, RUSTFLAGS: plain } = process.env;
  if (encoded) return encoded.split("\u001f");
  return plain?.split(" ").filter(Boolean) ?? [];
}

/**
 * Runs cargo; returns what it printed on standard output.
 *
 * @param {string[]} args
 * @param {{ cwd: string, of: string, environment?: Record<string, string> }} options The crate's name.
 */
function cargo(args, { cwd, of, environment = {} }) {
  const { RUSTFLAGS: _plain, CARGO_ENCODED_RUSTFLAGS: _encoded, ...inherited } = process.env;
  const { error, status, stdout } = spawnSync("cargo", args, {
    cwd,
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error) throw missing("cargo", error);
  if (status === 0) return stdout;
  throw new Problem(
    args[0] === "build" ? `the crate \`${of}\` does not compile` : `cargo cannot read ${of}`,
    { hint: "what cargo says stands above" },
  );
}

/** @param {string} command @param {Error} error */
function missing(command, error) {
  if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") return error;
  return new Problem(`\`${command}\` is not there`, {
    hint: `install Rust from ${RUSTUP}, or put it into PATH`,
    exitCode: WRONG_USAGE,
  });
}

/**
 * What the compiler for a folder is, and what it can do.
 *
 * @param {string} folder Another one may have another toolchain.
 * @returns {{ version: string, hasStdSource: boolean }}
 * @throws {Problem} where it cannot compile for WebAssembly
 */
export function readCompiler(folder) {
  const sysroot = sysrootOf(folder);
  const version = rustc(folder, ["--version"]).split(" ")[1];
  const hasSource = existsSync(path.join(sysroot, "lib/rustlib/src/rust/library"));
  // The flags of the standard library are not stable: another compiler may know them no more.
  const hasStdSource =
    hasSource &&
    spawnSync("rustc", [...STD.flags, "--print", "cfg"], {
      cwd: folder,
      env: { ...process.env, ...STD.environment },
      stdio: "ignore",
    }).status === 0;
  if (!hasStdSource && !existsSync(path.join(sysroot, "lib/rustlib", TARGET, "lib"))) {
    throw new Problem(`Rust ${version} cannot compile for ${TARGET}: the target is not installed`, {
      hint: `run: rustup target add ${TARGET} && rustup component add rust-src`,
    });
  }
  return { version, hasStdSource };
}

const sysrootOf = (folder) => rustc(folder, ["--print", "sysroot"]).trim();

function rustc(cwd, args) {
  const { error, status, stdout, stderr } = spawnSync("rustc", args, { cwd, encoding: "utf8" });
  if (error) throw missing("rustc", error);
  if (status !== 0) throw new Problem(`rustc ${args.join(" ")} failed: ${stderr.trim()}`);
  return stdout;
}
