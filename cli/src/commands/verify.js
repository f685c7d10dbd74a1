/**
 * `claimsmith verify`: whether a pasted file is what its readable configuration says, and what it may do.
 */

import pc from "picocolors";
import { formatConfig } from "../config/format.js";
import { count } from "../count.js";
import { FOUND_PROBLEM, WRONG_USAGE } from "../exit-codes.js";
import { labelled } from "../layout.js";
import { readInstalled } from "../pasted-engine.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { bundleCrate } from "../rust/bundle.js";
import { isRustFile, readRustFile } from "../rust/file.js";
import { outputWidth, printError, printJson, print as printLine, visible } from "../terminal.js";
import { inspect } from "../verify/inspect.js";
import { inspectRust } from "../verify/inspect-rust.js";
import { readPastedFile, readVersion } from "../verify/pasted-file.js";

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("verify")
    .description("bundle the readable configuration of a pasted file again, and compare the whole file")
    .argument("[file]", "the file", "action.js")
    .option("-c, --config <file>", "the configuration, for a file that was bundled with --without-source")
    .option(
      "--rust <crate>",
      "the crate, for the file of an Action in Rust: it is bundled again and compared",
    )
    .option("--features <features>", "with --rust: as it was bundled")
    .option("--json", "print the result for programs")
    .action(verify);
}

async function verify(file, { config, rust, features, json }, command) {
  // An editor may have ended the lines in another way.
  const code = readText(file).replaceAll("\r\n", "\n");
  const { version } = readInstalled();
  const other = readVersion(code);
  if (other !== undefined && other !== version) {
    throw new Problem(
      `${file} was bundled by claimsmith ${other}; installed here is ${version}, which makes another file`,
      { hint: `run: npx claimsmith-cli@${other} verify ${file}`, exitCode: WRONG_USAGE },
    );
  }
  if (isRustFile(code)) {
    if (config !== undefined)
      command.error(`error: --config: ${file} is of an Action in Rust, which has none`);
    return verifyRust(file, code, { rust, features, json });
  }
  if (rust !== undefined) command.error(`error: --rust: ${file} is no file of an Action in Rust`);
  const pasted = readPastedFile(code);
  if (pasted === undefined) {
    throw new Problem(`${file} is no pasted file of \`claimsmith bundle\`, or it was taken apart`, {
      hint: "modules are the same bytes for each configuration: compare their SHA-256 with what bundle prints",
    });
  }
  if (pasted.config === undefined && config === undefined) {
    throw new Problem(`${file} was bundled without its configuration`, {
      hint: "name the file that it was made of, by --config",
      exitCode: WRONG_USAGE,
    });
  }
  const result = { file, ...inspect(code, pasted, config && readText(config)) };
  if (json) printJson(result);
  else print(result);
  if (result.problems.length > 0) process.exitCode = FOUND_PROBLEM;
}

async function verifyRust(file, code, { rust: place, features, json }) {
  const rust = readRustFile(code);
  if (rust === undefined) {
    throw new Problem(`${file} was changed: it is no file any more that \`claimsmith bundle --rust\` writes`);
  }
  const again =
    place === undefined ? undefined : await bundleAgain(place, rust, { file, features, isQuiet: json });
  const result = { file, ...inspectRust(code, rust, again) };
  if (json) printJson(result);
  else printRust(result);
  if (result.problems.length > 0) process.exitCode = FOUND_PROBLEM;
  else if (!result.is_complete) {
    // As for a configuration that is not in its file: what runs has not been looked at.
    process.exitCode = WRONG_USAGE;
    printError(
      `${pc.cyan("hint")}: what runs is the crate's, and cannot be told from the file: name the crate by --rust, and it is bundled again and compared`,
    );
  }
}

async function bundleAgain(place, { trigger, packed, builtBy }, { file, features, isQuiet }) {
  const onStep = (step) => isQuiet || printError(pc.dim(visible(step)));
  const { code } = await bundleCrate(place, { trigger, features, packed, onStep });
  const here = readRustFile(code)?.builtBy;
  if (here === builtBy) return code;
  throw new Problem(`${file} was built by ${builtBy}; here it is ${here}, which makes another file`, {
    hint: "take the same compiler, by `rustup override set` or rust-toolchain.toml, and the same Cargo.lock",
    exitCode: WRONG_USAGE,
  });
}

function printRust({ file, problems, ...result }) {
  const {
    crate,
    version,
    trigger,
    built_by: builtBy,
    is_complete: isComplete,
    shim,
    bindings,
    wasm,
  } = result;
  printLine(
    `${pc.bold(visible(file))}: ${visible(crate)}, an Action in Rust on claimsmith ${visible(version)}, for ${trigger}`,
  );
  const shimState = shim.is_installed
    ? pc.green("the same as in the installed package")
    : pc.red("another than in the installed package");
  const isOfCrate = problems.length === 0 ? pc.green("those of the crate") : pc.red("see below");
  const crateState = isComplete ? isOfCrate : pc.yellow("not compared: what runs stands in the crate");
  printFacts([
    ["built by", visible(builtBy)],
    ["shim", shimState],
    ["module", crateState],
    ["wasm", `${count(wasm.bytes)} bytes, ${wasm.imports} imports`],
    ["", `sha256 ${wasm.sha256}`],
    ["bindings", `${count(bindings.bytes)} bytes`],
    ["", `sha256 ${bindings.sha256}`],
    ["requires", visible(result.requires.join(" "))],
    ["addresses", `${visible(result.addresses.join(" ") || "none")}, and those that secrets hold`],
  ]);
  for (const problem of problems) printError(`${pc.red("problem")}: ${visible(problem)}`);
}

function print({ file, problems, ...result }) {
  const { version, trigger, fingerprint, engine, wasm, requires, imports, hosts, secrets, live } = result;
  printLine(`${pc.bold(visible(file))}: claimsmith ${visible(version)}, for ${trigger}`);
  for (const line of result.config ? formatConfig(result.config).split("\n") : []) {
    printLine(`  ${pc.dim(visible(line))}`);
  }
  const state = engine.isInstalled
    ? pc.green("the same as in the installed package")
    : pc.red("another than in the installed package");
  const turned = Object.entries(live).map(([key, { from, to }]) => `${key}: ${from} to ${to}`);
  printFacts([
    ["configuration", fingerprint],
    ["live", visible(turned.join(", ") || "changes nothing")],
    ["hosts", visible(hosts.join(" ") || "none")],
    ["secrets", visible(secrets.join(" ") || "none")],
    ["engine", state],
    ["", `sha256 ${engine.sha256}`],
    ["wasm", `${count(wasm.bytes)} bytes`],
    ["", `sha256 ${wasm.sha256}`],
    ["requires", visible(requires.join(" "))],
    ["imports", visible(imports.join(" "))],
  ]);
  for (const problem of problems) {
    printError(`${pc.red("problem")}: ${problem.split("\n").map(visible).join("\n")}`);
  }
}

/** The columns of the longest label. */
const LABEL_WIDTH = "configuration".length;

function printFacts(facts) {
  const entries = facts.map(([label, value]) => ({ label: label.padEnd(LABEL_WIDTH), value }));
  printLine(labelled(entries, { width: outputWidth() }).join("\n"));
}
