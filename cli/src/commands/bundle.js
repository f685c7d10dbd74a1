/**
 * `claimsmith bundle`: a configuration and the engine, or an Action in Rust, as code, ready to paste.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { checkConfig, compilePlan } from "claimsmith";
import { InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { bundleAction, bundleModules, MODULE_NAME } from "../bundle.js";
import { DEFAULT_FILE, readConfigFile } from "../config/file.js";
import { count } from "../count.js";
import { MAX_CODE_BYTES, MAX_MODULE_BYTES } from "../host/index.js";
import { Problem } from "../problem.js";
import { bundleCrate } from "../rust/bundle.js";
import { watchCrate } from "../rust/watch.js";
import { print, printError, printJson, visible } from "../terminal.js";
import { refuseToReplaceInput, writeFile } from "../write-file.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("bundle")
    .description("write the Action as one file, ready to paste into the editor")
    .argument("[config]", "the configuration", DEFAULT_FILE)
    .option(
      "-o, --out <place>",
      "the file, or with --format module the folder, to write (action.js, or dist)",
    )
    .addOption(
      new Option("--format <format>", "one file, or the engine as Actions Modules with a small Action")
        .choices(["action", "module"])
        .default("action"),
    )
    .option(
      "--module-name <name>",
      "what the first module is called in the tenant",
      toModuleName,
      MODULE_NAME,
    )
    .option("--without-source", "leave the readable configuration out of the one file")
    .option("--rust <crate>", "bundle an Action in Rust: a folder, or a crate of the workspace in this one")
    .option("--features <features>", "with --rust: features of the crate beside those that it has by default")
    .option("--locked", "with --rust: end where Cargo.lock is not as it should be")
    .option("--watch", "with --rust: bundle again whenever its sources change")
    .option("--json", "print the result for programs")
    .addOption(triggerOption())
    .action(bundle);
}

async function bundle(configFile, options, command) {
  if (options.rust !== undefined) return bundleRust(options, command);
  const { trigger, format, json } = options;
  const ofRust = ["features", "locked", "watch"].find((name) => options[name] !== undefined);
  if (ofRust !== undefined) command.error(`error: --${ofRust} is for --rust; leave it out, or add that`);
  if (format === "action" && command.getOptionValueSource("moduleName") === "cli") {
    command.error("error: --module-name is for --format module; leave it out, or add that");
  }
  if (format === "module" && options.withoutSource) {
    command.error(
      "error: --without-source is for --format action: an Action that requires modules compiles its own",
    );
  }
  const config = readConfigFile(configFile, { trigger });
  const { secrets } = checkConfig(config, { trigger });
  const parts = format === "action" ? inOne(config, options) : inModules(config, options);
  for (const part of parts) {
    checkSize(part, format);
    refuseToReplaceInput(part.file, { "the configuration": configFile });
  }
  const files = parts.map(write);
  const { fingerprint } = compilePlan(config, { trigger });
  if (json) return printJson({ files, fingerprint, secrets });
  for (const file of files) printWritten(file);
  print(`configuration ${fingerprint}`);
  if (secrets.length > 0) print(`secrets to add in the editor: ${visible(secrets.join(", "))}`);
}

/** Options that say how a configuration becomes a file. */
const OF_CONFIGURATIONS = {
  format: "--format",
  moduleName: "--module-name",
  withoutSource: "--without-source",
};

async function bundleRust(options, command) {
  const { rust: place, watch = false, json } = options;
  const given = (name) => command.getOptionValueSource(name) === "cli";
  const other = Object.keys(OF_CONFIGURATIONS).find(given);
  if (other !== undefined) {
    command.error(`error: ${OF_CONFIGURATIONS[other]} is for configurations; leave it out, or --rust`);
  }
  if (command.args.length > 0) command.error("error: --rust takes the place of the configuration's file");
  if (watch && json) command.error("error: --watch prints for people; leave --json out");
  if (!watch) return writeRust(options);
  await watchCrate(place, () => writeRust(options), { fileOf: (crate) => fileOf(crate, options.out) });
}

const fileOf = (crate, out = `${crate}.js`) => out;

async function writeRust({ rust: place, trigger, features, locked, json, out }) {
  if (out !== undefined) refuseSource(out);
  // Standard output is the result's.
  const onStep = (step) => json || printError(pc.dim(visible(step)));
  const { crate, code, made, hasStdSource, isWhole } = await bundleCrate(place, {
    trigger,
    features,
    locked,
    onStep,
  });
  const file = fileOf(crate.name, out);
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES) {
    throw new Problem(
      `${file} would have ${count(bytes)} of ${count(MAX_CODE_BYTES)} bytes: Auth0 would not take it`,
      { hint: smallerRust({ hasStdSource }), details: largest(made) },
    );
  }
  const written = write({ file, code, limitBytes: MAX_CODE_BYTES });
  if (json)
    return printJson({ files: [written], crate: crate.name, made: Object.fromEntries(made), hasStdSource });
  if (!hasStdSource) {
    printError(
      `${pc.yellow("warning")}: the standard library is the precompiled one, so the file is about a seventh larger: run \`rustup component add rust-src\``,
    );
  }
  if (isWhole) {
    printError(
      `${pc.yellow("warning")}: the crate has bindings to JavaScript beside Claimsmith's, or another wasm-bindgen than this was tested with, so they are not shortened`,
    );
  }
  printWritten(written);
  print(
    pc.dim(
      "which secrets it reads and which hosts it calls stands in its code; `claimsmith simulate` shows those of a login",
    ),
  );
}

/** What a crate is made of is read by the compiler. */
const SOURCE = /\.(rs|toml|lock)$/;

function refuseSource(file) {
  if (!SOURCE.test(file) || !existsSync(file)) return;
  throw new Problem(`${file} is a source of a crate, which would be lost`, {
    hint: "give another place by --out",
  });
}

function smallerRust({ hasStdSource }) {
  return hasStdSource
    ? "leave out what is large: a dependency, or a type that is derived for many members"
    : "run `rustup component add rust-src`: the standard library compiled with the crate saves about a seventh";
}

/** How many crates are named where the file is too large. */
const SHOWN = 8;

function largest(made) {
  const lines = made.slice(0, SHOWN).map(([name, bytes]) => `${count(bytes).padStart(9)}  ${visible(name)}`);
  return `Bytes of its code by crate, before it is compressed:\n${lines.join("\n")}`;
}

function inOne(config, { trigger, withoutSource = false, out = "action.js" }) {
  const code = bundleAction(config, { trigger, source: !withoutSource });
  return [{ file: out, code, limitBytes: MAX_CODE_BYTES }];
}

function inModules(config, { trigger, moduleName, out = "dist" }) {
  const { modules, action } = bundleModules(config, { trigger, name: moduleName });
  return [
    ...Object.entries(modules).map(([name, code]) => ({
      file: path.join(out, `${name}.js`),
      code,
      limitBytes: MAX_MODULE_BYTES,
    })),
    { file: path.join(out, "action.js"), code: action, limitBytes: MAX_CODE_BYTES },
  ];
}

function printWritten({ file, bytes, limitBytes, sha256 }) {
  print(
    `${pc.bold(visible(file))}: ${count(bytes)} of ${count(limitBytes)} bytes, ${count(limitBytes - bytes)} left of Auth0's limit`,
  );
  print(pc.dim(`sha256 ${sha256}`));
}

function write({ file, code, limitBytes }) {
  writeFile(file, code);
  const sha256 = createHash("sha256").update(code).digest("hex");
  return { file, bytes: Buffer.byteLength(code), limitBytes, sha256 };
}

function checkSize({ file, code, limitBytes }, format) {
  const bytes = Buffer.byteLength(code);
  if (bytes <= limitBytes) return;
  const smaller =
    format === "action" ? "use --without-source, --format module, or the npm package" : "use the npm package";
  throw new Problem(
    `${file} would have ${count(bytes)} of ${count(limitBytes)} bytes: Auth0 would not take it`,
    { hint: `shorten the configuration, or ${smaller}: the engine does not count there` },
  );
}

/** The name becomes a part of code and of a file's name. */
function toModuleName(text) {
  if (/^[\w-]+$/.test(text)) return text;
  throw new InvalidArgumentError("must be made of letters, digits, - and _.");
}
