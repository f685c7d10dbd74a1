/**
 * `claimsmith check`: everything that is wrong with configurations, and what is likely wrong, each at its line.
 */

import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { WARNINGS } from "claimsmith";
import { Option } from "commander";
import pc from "picocolors";
import {
  checkConfigFile,
  checkConfigText,
  DEFAULT_FILE,
  describeProblems,
  describeWarnings,
} from "../config/file.js";
import { lineAndColumn } from "../config/text.js";
import { FOUND_PROBLEM } from "../exit-codes.js";
import { toGitHub } from "../formats/github.js";
import { toJUnit } from "../formats/junit.js";
import { toSarif } from "../formats/sarif.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { sectionOf } from "../sections.js";
import { print, printError, printJson, printVerbatim, visible } from "../terminal.js";
import { triggerOption } from "./options.js";

/** The name of standard input as an argument. */
const STDIN = "-";

/** What it is called where its problems are shown. */
const STDIN_NAME = "standard input";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("check")
    .description("find everything that is wrong with configurations, and what is likely wrong")
    .argument("[configs...]", "the configurations; `-` for standard input", [DEFAULT_FILE])
    .option("--strict", "count warnings as problems")
    .option("--env <file>", "tell which secrets an environment lacks: lines of NAME=value")
    .addOption(
      new Option("--format <name>", "how the result is written")
        .choices(["pretty", "json", "github", "sarif", "junit"])
        .default("pretty"),
    )
    .option("--json", "print the result for programs; the same as --format json")
    .addOption(triggerOption())
    .action(check);
}

/**
 * @typedef {import("../config/file.js").CheckedConfig & { missing: string[] }} Checked
 */

function check(files, options) {
  const { strict = false, trigger, env } = options;
  const given = env === undefined ? undefined : parseEnv(readText(env));
  const checked = [...new Set(files)].map((file) => checkOne(file, trigger, given));
  const isWrong = ({ problems, warnings, missing }) =>
    problems.length > 0 || missing.length > 0 || (strict && warnings.length > 0);
  if (checked.some(isWrong)) process.exitCode = FOUND_PROBLEM;
  const format = options.json ? "json" : options.format;
  FORMATS[format](checked, options);
}

/** @returns {Checked} */
function checkOne(file, trigger, given) {
  const checked =
    file === STDIN
      ? checkConfigText(readFileSync(0, "utf8"), { file: STDIN_NAME, trigger })
      : checkConfigFile(file, { trigger });
  const missing = given === undefined ? [] : checked.secrets.filter((name) => !given[name]);
  return { ...checked, missing };
}

const FORMATS = { pretty, json, github, sarif, junit };

function pretty(all, { strict, env }) {
  const problems = count(all, "problems");
  const warnings = count(all, "warnings");
  for (const checked of all) {
    if (checked.warnings.length > 0) {
      printError(`${pc.yellow("warning")}: ${inWords(checked.warnings.length, "warning")}\n`);
      printError(`${describeWarnings(checked)}\n`);
    }
  }
  const lacking = all.filter(({ missing }) => missing.length > 0);
  for (const { file, missing } of lacking) {
    printError(
      `${pc.red("error")}: ${visible(env)} lacks ${inWords(missing.length, "secret")} of ${visible(file)}: ${visible(missing.join(", "))}`,
    );
  }
  if (problems > 0) {
    const details = all.filter((one) => one.problems.length > 0).map((one) => describeProblems(one));
    throw new Problem(`${inWords(problems, "problem")} found`, { details: details.join("\n\n") });
  }
  if (strict && warnings > 0)
    throw new Problem(`${inWords(warnings, "warning")} found, and --strict is given`);
  if (lacking.length > 0) return;
  for (const { file, warnings: found } of all) {
    const rest = found.length > 0 ? `, ${inWords(found.length, "warning")}` : "";
    print(`${pc.green("ok")} ${visible(file)}: nothing is wrong${rest}`);
  }
}

function json(all) {
  /** @type {import("../outputs.js").CheckedFile[]} */
  const results = all.map(({ file, text, problems, warnings, missing }) => ({
    ok: problems.length === 0,
    file,
    problems: placed(text, problems),
    ...(warnings.length > 0 ? { warnings: placed(text, warnings) } : {}),
    ...(missing.length > 0 ? { missing_secrets: missing } : {}),
  }));
  printJson(results.length === 1 ? results[0] : results);
}

/** @returns {any[]} with line and column in place of the offset */
function placed(text, problems) {
  return problems.map(({ offset, length, ...problem }) => ({
    ...problem,
    ...lineAndColumn(text, offset),
    length,
    docs: sectionOf(problem.code),
  }));
}

/** Everything that was found, in the order of the files. */
function findings(all, { strict }) {
  return all.flatMap(({ file, text, problems, warnings, missing }) => [
    ...placed(text, problems).map((problem) => ({ ...problem, file, level: "error" })),
    ...placed(text, warnings).map((warning) => ({ ...warning, file, level: strict ? "error" : "warning" })),
    ...missing.map((name) => ({
      file,
      level: "error",
      code: "secret_missing",
      path: "",
      message: `the environment lacks the secret \`${name}\``,
    })),
  ]);
}

/** A message on one line, with the mend behind it. */
function sentence({ path, message, mend }) {
  const [first] = message.split("\n");
  return `${path ? `${path}: ` : ""}${first}${mend === undefined ? "" : `. ${capitalised(mend)}`}`;
}

function capitalised(text) {
  return text.replace(/^[a-z]/, (first) => first.toUpperCase());
}

function github(all, options) {
  const annotations = findings(all, options).map((finding) => {
    const { level, code, file, line, column, length } = finding;
    const endColumn = column === undefined ? undefined : column + Math.max(1, length) - 1;
    return { level, title: code, message: sentence(finding), file, line, column, endColumn };
  });
  if (annotations.length > 0) printVerbatim(toGitHub(annotations));
}

function sarif(all, options) {
  const found = findings(all, options);
  const about = new Map(WARNINGS.map((warning) => [warning.code, warning.about]));
  const rules = [...new Set(found.map(({ code }) => code))].map((id) => ({
    id,
    description: about.get(id) ?? `A problem of the kind \`${id}\`.`,
    help: `See ${sectionOf(id)}.`,
  }));
  printVerbatim(
    toSarif({
      version,
      rules,
      findings: found.map((finding) => ({
        ruleId: finding.code,
        level: finding.level,
        message: sentence(finding),
        file: finding.file,
        line: finding.line,
        column: finding.column,
        length: finding.length,
        path: finding.path,
      })),
    }),
  );
}

/** A case for each file, and one for each of its warnings and problems. */
function junit(all, options) {
  const suites = all.map((checked) => {
    const found = findings([checked], options);
    const { file } = checked;
    const cases = found.map((finding) => {
      const problem = { message: sentence(finding), type: finding.code };
      const place = finding.path || "the configuration";
      const shared = { name: `${place} (${finding.code})`, className: file, file, line: finding.line };
      return finding.level === "error"
        ? { ...shared, failures: [problem] }
        : { ...shared, skipped: problem.message };
    });
    const whole = { name: "the configuration is right", className: file, file };
    return { name: file, cases: cases.some(({ failures }) => failures) ? cases : [whole, ...cases] };
  });
  printVerbatim(toJUnit("claimsmith check", suites).trimEnd());
}

function count(all, key) {
  return all.reduce((sum, checked) => sum + checked[key].length, 0);
}

function inWords(number, what) {
  return number === 1 ? `1 ${what}` : `${number} ${what}s`;
}
