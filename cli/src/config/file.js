/**
 * A configuration file: read, checked, and its problems shown at their lines.
 */

import { checkConfig } from "claimsmith";
import pc from "picocolors";
import { seeSections } from "../docs.js";
import { excerpt, textWidth } from "../layout.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { sectionOf } from "../sections.js";
import { outputWidth, visible } from "../terminal.js";
import { lineAndColumn, parseConfig, placeProblems } from "./text.js";

/** The default file of a command. */
export const DEFAULT_FILE = "claimsmith.json";

/**
 * @typedef {import("../bundle.js").Trigger} Trigger
 *
 * @typedef {object} CheckedConfig
 * @property {string} file
 * @property {string} text
 * @property {Record<string, any> | undefined} config Undefined where the text is no JSON.
 * @property {import("./text.js").PlacedProblem[]} problems
 * @property {PlacedWarning[]} warnings
 * @property {string[]} secrets The names of those that it reads; empty where there are problems.
 *
 * @typedef {import("claimsmith").Warning & import("./text.js").Place} PlacedWarning
 */

/**
 * Reads a configuration and finds all that is wrong with it.
 *
 * @param {string} file
 * @param {{ trigger: Trigger }} options
 * @returns {CheckedConfig}
 */
export function checkConfigFile(file, { trigger }) {
  const hint = file === DEFAULT_FILE ? "`claimsmith init` makes one to start from" : undefined;
  return checkConfigText(readText(file, { hint }), { file, trigger });
}

/**
 * The same for a text, as a file of this name.
 *
 * @param {string} text
 * @param {{ file: string, trigger: Trigger }} options
 * @returns {CheckedConfig}
 */
export function checkConfigText(text, { file, trigger }) {
  const { value, problems } = parseConfig(text);
  if (value === undefined) return { file, text, config: undefined, problems, warnings: [], secrets: [] };
  const checked = checkConfig(value, { trigger });
  return {
    file,
    text,
    config: /** @type {Record<string, any>} */ (value),
    problems: [...problems, ...placeProblems(text, checked.problems)],
    warnings: placeProblems(text, checked.warnings),
    secrets: checked.secrets,
  };
}

/**
 * Reads a configuration that must be right.
 *
 * @param {string} file
 * @param {{ trigger: Trigger }} options
 * @returns {Record<string, any>}
 * @throws {Problem} that shows everything that is wrong
 */
export function readConfigFile(file, options) {
  const checked = checkConfigFile(file, options);
  if (checked.problems.length === 0 && checked.config !== undefined) return checked.config;
  throw new Problem("", { details: describeProblems(checked) });
}

/**
 * @param {Pick<CheckedConfig, "file" | "text" | "problems">} checked
 * @param {string} [subject] What a problem without a path is of.
 * @returns {string} each problem with its line and a mark below its place
 */
export function describeProblems({ file, text, problems }, subject) {
  return describePlaced(file, text, problems, pc.red, subject);
}

/**
 * @param {CheckedConfig} checked
 * @returns {string} each warning in the same way, with what to write instead
 */
export function describeWarnings({ file, text, warnings }) {
  return describePlaced(file, text, warnings, pc.yellow);
}

function describePlaced(file, text, problems, paint, subject = "the configuration") {
  // Problems are printed on standard error.
  const width = outputWidth(process.stderr);
  const rows = text.split("\n");
  // Of several with one code the last says where it is explained.
  const last = new Map(problems.map((problem) => [problem.code, problem]));
  return problems
    .map((problem) => {
      const { line, column } = lineAndColumn(text, problem.offset);
      // The engine shows the expression as well; here the line of the file shows it.
      const [message] = problem.message.split("\n");
      const whole = (rows[line - 1] ?? "").replace(/\r$/, "").replaceAll("\t", " ");
      const marked = whole.slice(column - 1, column - 1 + problem.length);
      const margin = `${line} | `;
      // An escape is longer than what it stands for, so the mark is placed by what is shown.
      const shown = excerpt(
        visible(whole),
        {
          column: textWidth(visible(whole.slice(0, column - 1))),
          length: Math.max(1, textWidth(visible(marked))),
        },
        width - margin.length,
      );
      const lines = [
        `${pc.bold(visible(`${file}:${line}:${column}`))} ${visible(`${problem.path || subject}: ${message}`)} ${pc.dim(`(${problem.code})`)}`,
        `${pc.dim(margin)}${shown.text}`,
        `${" ".repeat(margin.length + shown.column)}${paint("^".repeat(shown.length))}`,
      ];
      if (problem.mend !== undefined) lines.push(`${pc.cyan("mend")}: ${visible(problem.mend)}`);
      if (last.get(problem.code) === problem && sectionOf(problem.code) !== undefined) {
        lines.push(seeSections([problem.code], process.stderr));
      }
      return lines.join("\n");
    })
    .join("\n\n");
}
