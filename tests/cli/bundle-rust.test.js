// `claimsmith bundle --rust`, but for what a compiler takes minutes for: that is in tests/package.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { profileOptions, remapFlags } from "../../cli/src/rust/flags.js";
import { watchCrate } from "../../cli/src/rust/watch.js";
import { createFolder } from "./command.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (file) => readFileSync(path.join(ROOT, file), "utf8");
const CLAIMSMITH = path.join(ROOT, "crates/claimsmith");

/** A crate in a folder of its own, outside of any workspace. */
function createCrate(
  t,
  { lib = '[lib]\ncrate-type = ["cdylib", "rlib"]', dependencies = "", code = "" } = {},
) {
  return createFolder(t, {
    "Cargo.toml": `[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2024"\n${lib}\n[dependencies]\n${dependencies}\n`,
    "src/lib.rs": code,
  });
}

const ON_CLAIMSMITH = `claimsmith = { path = ${JSON.stringify(CLAIMSMITH)} }`;

test("a crate elsewhere is compiled by the profile of this repository", () => {
  const [, section] = /^\[profile\.wasm\]\n([\s\S]*?)\n\n/m.exec(read("Cargo.toml")) ?? [];
  const ours = [...section.matchAll(/^(\S+) = (.*)$/gm)].map(([, key, value]) => `${key}=${value}`);
  const given = profileOptions([])
    .filter((option) => option.startsWith("profile."))
    .map((option) => option.replace("profile.claimsmith-action.", ""))
    .filter((option) => !option.startsWith("package."));
  assert.deepEqual(given.sort(), ours.sort());
});

test("what computes times and sizes traps on an overflow, wherever it lies", () => {
  const options = profileOptions(["claimsmith-core", "talc", "serde"]);
  for (const expected of [
    'profile.claimsmith-action.package."*".overflow-checks=false',
    'profile.claimsmith-action.package."claimsmith-core".overflow-checks=true',
    'profile.claimsmith-action.package."talc".opt-level=3',
  ]) {
    assert.ok(options.includes(expected), expected);
  }
  assert.equal(options.join("\n").includes("serde"), false);
});

test("of folders within each other the inner one is named last, so that it counts", () => {
  assert.deepEqual(remapFlags({ "/a/b": "/inner", "/a": "/outer" }), [
    "--remap-path-prefix=/a=/outer",
    "--remap-path-prefix=/a/b=/inner",
  ]);
});

test("a folder without a crate, and a name that no crate has, are told", async (t) => {
  const folder = createFolder(t, { "empty/file": "" });
  const none = await folder.run("bundle", "--rust", "empty");
  assert.equal(none.status, 2);
  assert.match(none.stderr, /there is no empty\/Cargo\.toml/);
  const unknown = await folder.run("bundle", "--rust", path.join(ROOT, "Cargo.toml"));
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /is a workspace, and no crate\nhint: name one of .*rust-action/);
});

test("a crate that is no Action is told what it lacks", async (t) => {
  const other = await createCrate(t).run("bundle", "--rust", ".");
  assert.equal(other.status, 1);
  assert.match(other.stderr, /the crate `shop` does not depend on `claimsmith`/);
  const noModule = createCrate(t, { lib: "", dependencies: ON_CLAIMSMITH });
  const { status, stderr } = await noModule.run("bundle", "--rust", ".");
  assert.equal(status, 1);
  assert.match(stderr, /makes no WebAssembly module[\s\S]*crate-type = \["cdylib", "rlib"\]/);
});

test("the engine for configurations beside the handler is told before anything is compiled", async (t) => {
  const action = `claimsmith-action = { path = ${JSON.stringify(path.join(ROOT, "crates/action"))} }`;
  const folder = createCrate(t, { dependencies: `${ON_CLAIMSMITH}\n${action}` });
  const { status, stderr } = await folder.run("bundle", "--rust", ".");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /the crate `shop` would export its handler multiple times: `claimsmith-action` is in it/,
  );
});

test("other crates of wasm-bindgen resolve beside it, at the version of the crate's lock", async (t) => {
  const { findCrate } = await import("../../cli/src/rust/cargo.js");
  const dependencies = `${ON_CLAIMSMITH}\nwasm-bindgen = "0.2"\njs-sys = "0.3"\nweb-sys = "0.3"\n`;
  const folder = createCrate(t, { dependencies });
  const crate = findCrate(folder.path);
  assert.equal(crate.name, "shop");
  const [, locked] = /name = "wasm-bindgen"\nversion = "(.*)"/.exec(folder.read("Cargo.lock")) ?? [];
  assert.equal(crate.bindgen, locked);
  assert.ok(crate.local.some(({ name }) => name === "claimsmith"));
  assert.ok(crate.packages.includes("web-sys"));
});

test("a source that changes is bundled again, also while it is bundled; what is written is none", async (t) => {
  const folder = createCrate(t, { dependencies: ON_CLAIMSMITH });
  mkdirSync(path.join(folder.path, "target"));
  const write = (...names) => {
    for (const name of names) writeFileSync(path.join(folder.path, name), "// changed");
  };
  const stop = new AbortController();
  /** What changes in the middle of each run. */
  const during = [["src/lib.rs"], ["target/written.rs", "shop.js"], []];
  const changed = [];
  await watchCrate(folder.path, async () => write(...(during.shift() ?? [])), {
    fileOf: (crate) => path.join(folder.path, `${crate}.js`),
    onWait() {
      if (changed.length === 1) write("src/lib.rs~", "build.rs");
      if (changed.length === 2) stop.abort();
    },
    onChange: (file) => changed.push(path.relative(folder.path, file)),
    signal: stop.signal,
  });
  assert.deepEqual(changed, ["src/lib.rs", "build.rs"]);
});

test("without cargo it says where Rust comes from", async (t) => {
  const { findCrate } = await import("../../cli/src/rust/cargo.js");
  const folder = createCrate(t, { dependencies: ON_CLAIMSMITH });
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = folder.path;
  assert.throws(() => findCrate(folder.path), /`cargo` is not there/);
});

test("options of the one kind are refused with the other", async (t) => {
  const folder = createFolder(t, {});
  for (const [args, expected] of /** @type {[string[], RegExp][]} */ ([
    [["--locked"], /--locked is for --rust/],
    [["--rust", ".", "--format", "module"], /--format is for configurations/],
    [["--rust", ".", "--without-source"], /--without-source is for configurations/],
    [["other.json", "--rust", "."], /--rust takes the place of the configuration's file/],
    [["--rust", ".", "--watch", "--json"], /leave --json out/],
  ])) {
    const { status, stderr } = await folder.run("bundle", ...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, expected);
  }
});

test("the tools of a release are those of this repository", () => {
  const { devDependencies } = JSON.parse(read("package.json"));
  const lock = JSON.parse(read("cli/src/rust/tools-lock.json"));
  assert.deepEqual(lock.packages[""].dependencies, {
    binaryen: devDependencies.binaryen,
    esbuild: devDependencies.esbuild,
  });
  const whole = JSON.parse(read("package-lock.json"));
  for (const name of ["binaryen", "esbuild"]) {
    const place = `node_modules/${name}`;
    assert.equal(lock.packages[place].integrity, whole.packages[place].integrity);
  }
});
