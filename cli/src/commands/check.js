/**
 * `claimsmith check`: everything that is wrong with a configuration, each at its line.
 */

import pc from "picocolors";
import { checkConfigFile, DEFAULT_FILE, describeProblems } from "../config/file.js";
import { lineAndColumn } from "../config/text.js";
import { FOUND_PROBLEM } from "../exit-codes.js";
import { Problem } from "../problem.js";
import { print, printJson, visible } from "../terminal.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function registerCheck(program) {
  program
    .command("check")
    .description("find everything that is wrong with a configuration")
    .argument("[config]", "the configuration", DEFAULT_FILE)
    .option("--json", "print the result for programs")
    .addOption(triggerOption())
    .action(check);
}

function check(file, { json, trigger }) {
  const checked = checkConfigFile(file, { trigger });
  const { problems, text } = checked;
  if (json) {
    const placed = problems.map(({ offset, length, ...problem }) => ({
      ...problem,
      ...lineAndColumn(text, offset),
      length,
    }));
    printJson({ ok: problems.length === 0, file, problems: placed });
    if (problems.length > 0) process.exitCode = FOUND_PROBLEM;
    return;
  }
  if (problems.length > 0) {
    throw new Problem(`${count(problems.length)} found`, { details: describeProblems(checked) });
  }
  print(`${pc.green("ok")} ${visible(file)}: nothing is wrong`);
}

function count(problems) {
  return problems === 1 ? "1 problem" : `${problems} problems`;
}
