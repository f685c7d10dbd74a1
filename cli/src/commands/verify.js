/**
 * `claimsmith verify`: whether a pasted file is what its readable configuration says, and what it may do.
 */

import pc from "picocolors";
import { formatConfig } from "../config/format.js";
import { count } from "../count.js";
import { FOUND_PROBLEM, WRONG_USAGE } from "../exit-codes.js";
import { readInstalled } from "../pasted-engine.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { printError, printJson, print as printLine, visible } from "../terminal.js";
import { inspect } from "../verify/inspect.js";
import { readPastedFile, readVersion } from "../verify/pasted-file.js";

/** @param {import("commander").Command} program */
export function registerVerify(program) {
  program
    .command("verify")
    .description("bundle the readable configuration of a pasted file again, and compare the whole file")
    .argument("[file]", "the file", "action.js")
    .option("-c, --config <file>", "the configuration, for a file that was bundled with --without-source")
    .option("--json", "print the result for programs")
    .action(verify);
}

function verify(file, { config, json }) {
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

function print({ file, problems, ...result }) {
  const { version, trigger, fingerprint, engine, wasm, requires, imports, hosts, secrets, live } = result;
  printLine(`${pc.bold(visible(file))}: claimsmith ${visible(version)}, for ${trigger}`);
  for (const line of result.config ? formatConfig(result.config).split("\n") : []) {
    printLine(`  ${pc.dim(visible(line))}`);
  }
  const state = engine.isInstalled
    ? pc.green("the same as in the installed package")
    : pc.red("another than in the installed package");
  printLine(`  configuration  ${fingerprint}`);
  const turned = Object.entries(live).map(([key, { from, to }]) => `${key}: ${from} to ${to}`);
  printLine(`  live           ${visible(turned.join(", ") || "changes nothing")}`);
  printLine(`  hosts          ${visible(hosts.join(" ") || "none")}`);
  printLine(`  secrets        ${visible(secrets.join(" ") || "none")}`);
  printLine(`  engine         ${state}\n                 sha256 ${engine.sha256}`);
  printLine(`  wasm           ${count(wasm.bytes)} bytes\n                 sha256 ${wasm.sha256}`);
  printLine(`  requires       ${visible(requires.join(" "))}`);
  printLine(`  imports        ${visible(imports.join(" "))}`);
  for (const problem of problems) {
    printError(`${pc.red("problem")}: ${problem.split("\n").map(visible).join("\n")}`);
  }
}
