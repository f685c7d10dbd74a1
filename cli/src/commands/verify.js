/**
 * `claimsmith verify`: what a pasted file is made of, and whether it is what was released.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { checkConfig } from "claimsmith";
import pc from "picocolors";
import { parseConfig } from "../config/text.js";
import { count } from "../count.js";
import { FOUND_PROBLEM } from "../exit-codes.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { printError, printJson, print as printLine, visible } from "../terminal.js";
import { readPastedFile } from "../verify/pasted-file.js";

const require = createRequire(import.meta.url);

/** @param {import("commander").Command} program */
export function registerVerify(program) {
  program
    .command("verify")
    .description("take a pasted file apart: its version, engine, imports and configuration")
    .argument("[file]", "the file", "action.js")
    .option("--json", "print the result for programs")
    .action(verify);
}

function verify(file, { json }) {
  const result = inspect(file);
  if (json) printJson(result);
  else print(result);
  if (result.problems.length > 0) process.exitCode = FOUND_PROBLEM;
}

function inspect(file) {
  const pasted = readPastedFile(readText(file));
  if (pasted === undefined) {
    throw new Problem(`${file} is no pasted file of \`claimsmith bundle\`, or its engine was taken apart`, {
      hint: "modules are the same bytes for each configuration: compare their SHA-256 with what bundle prints",
    });
  }
  const installed = readInstalled();
  const wasmSha256 = createHash("sha256").update(pasted.wasm).digest("hex");
  const isInstalled = pasted.sha256 === installed.sha256 && wasmSha256 === installed.wasmSha256;
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(new Uint8Array(pasted.wasm)));
  const trigger = pasted.ending.includes("CredentialsExchange") ? "credentials-exchange" : "post-login";
  return {
    file,
    version: pasted.version,
    trigger,
    engine: { sha256: pasted.sha256, isInstalled },
    wasm: { sha256: wasmSha256, bytes: pasted.wasm.length },
    requires: pasted.requires,
    imports: imports.map(({ name }) => (isInstalled ? (installed.imports[name] ?? name) : name)).sort(),
    problems: [...engineProblems(pasted, installed, isInstalled), ...configProblems(pasted.config, trigger)],
  };
}

function engineProblems({ sha256, claimedSha256, version }, installed, isInstalled) {
  if (sha256 !== claimedSha256) return ["the engine was changed: it is not the one that its own line names"];
  if (isInstalled) return [];
  if (version === installed.version)
    return [`the engine is not the one of claimsmith ${version}, which is installed here`];
  return [
    `the engine says that it is claimsmith ${version}; installed here is ${installed.version}, so it cannot be compared`,
  ];
}

function configProblems(text, trigger) {
  const { value, problems } = parseConfig(text);
  // In the dashboard it may have become JavaScript.
  if (value === undefined) return [`the configuration is not JSON: ${problems[0].message}`];
  return [...problems, ...checkConfig(value, { trigger }).problems].map(
    ({ path: place, message, code }) =>
      `${place || "the configuration"}: ${message.split("\n")[0]} (${code})`,
  );
}

/** What the build wrote down of the engine that is installed. */
function readInstalled() {
  const folder = path.dirname(require.resolve("claimsmith/package.json"));
  return JSON.parse(readFileSync(path.join(folder, "dist/pasted.json"), "utf8"));
}

function print({ file, version, trigger, engine, wasm, requires, imports, problems }) {
  printLine(`${pc.bold(visible(file))}: claimsmith ${visible(version)}, for ${trigger}`);
  const state = engine.isInstalled
    ? pc.green("the same as in the installed package")
    : pc.red("another than in the installed package");
  printLine(`  engine    ${state}\n            sha256 ${engine.sha256}`);
  printLine(`  wasm      ${count(wasm.bytes)} bytes\n            sha256 ${wasm.sha256}`);
  printLine(`  requires  ${visible(requires.join(" "))}`);
  printLine(`  imports   ${visible(imports.join(" "))}`);
  for (const problem of problems) printError(`${pc.red("problem")}: ${visible(problem)}`);
}
