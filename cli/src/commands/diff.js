/**
 * `claimsmith diff`: two configurations over the fixtures beside the new one, or two files of an Action in Rust: whose tokens
 * change, and how.
 */

import { checkConfig, compilePlan } from "claimsmith";
import pc from "picocolors";
import { describeProblems } from "../config/file.js";
import { parseConfig, placeProblems } from "../config/text.js";
import { FOUND_PROBLEM, WRONG_USAGE } from "../exit-codes.js";
import { compareResults } from "../fixtures/diff.js";
import { createFixtureEngine } from "../fixtures/engine.js";
import { formatDiff, formatMarkdown } from "../fixtures/print/diff.js";
import { filterFixtures, findFixtures, readFixtures } from "../fixtures/read.js";
import { readRevision } from "../fixtures/revision.js";
import { runFixtures } from "../fixtures/run.js";
import { createRustFixtureEngine } from "../fixtures/rust-engine.js";
import { subjectOfRust } from "../fixtures/rust-subject.js";
import { subjectOfConfig } from "../fixtures/subject.js";
import { Problem } from "../problem.js";
import { readRustText } from "../rust/read-file.js";
import { print, printError, printJson, printVerbatim, visible } from "../terminal.js";
import { triggerOption } from "./options.js";

/** Digits of what tells one file from another, as many as a configuration's fingerprint has. */
const FINGERPRINT_DIGITS = 16;

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("diff")
    .description("run the fixtures with two configurations, and show whose tokens change")
    .argument(
      "<old>",
      "a configuration, or the file of an Action in Rust: a file, or REVISION:FILE of git, such as HEAD~1:claimsmith.json",
    )
    .argument("<new>", "the other one, likewise")
    .option("--tests <place>", "the folder of the fixtures, or one file (tests beside the new configuration)")
    .option("--name <text>", "only the fixtures with that in their name or their file's")
    .option("--markdown", "print a table for a pull request")
    .option("--json", "print the result for programs")
    .option("--exit-code", "end with 1 where a token changes")
    .addOption(triggerOption())
    .action(diff);
}

async function diff(oldName, newName, options, command) {
  const { tests, name, markdown = false, json = false, exitCode = false, trigger } = options;
  if (markdown && json) command.error("error: --markdown and --json are two formats: give one of them");
  const [before, after] = [oldName, newName].map((name) => readSide(name, trigger, command));
  if (after.engine === undefined) throw new Problem("", { details: describeProblems(after) });
  if ((before.rust === undefined) !== (after.rust === undefined)) {
    throw new Problem(`${oldName} and ${newName} are of two kinds: a configuration, and an Action in Rust`, {
      hint: "their fixtures name answers in two ways, so that no fixture is of both",
      exitCode: WRONG_USAGE,
    });
  }
  if (before.rust?.trigger !== after.rust?.trigger) {
    throw new Problem(`${oldName} is for ${before.rust?.trigger}, ${newName} for ${after.rust?.trigger}`, {
      exitCode: WRONG_USAGE,
    });
  }
  const places = findFixtures(fileOf(newName), tests);
  const files = filterFixtures(readFixtures(places, subjectOf(before, after, trigger)), name);

  const { engine } = before;
  const isComparable = engine !== undefined;
  const notes = isComparable
    ? []
    : [
        `${oldName} has ${before.problems.length === 1 ? "a problem" : `${before.problems.length} problems`}: all that comes of the new one is shown as added`,
      ];
  const newResults = await runFixtures(files, after.engine);
  const oldResults = engine === undefined ? [] : await runFixtures(files, engine);
  const changed = compareResults(oldResults, newResults);
  const compared = {
    before: { name: oldName, fingerprint: before.fingerprint, problems: before.problems.length },
    after: { name: newName, fingerprint: after.fingerprint },
    logins: newResults.length,
    changed,
    notes,
  };

  if (json) printJson(toJson(compared));
  else if (markdown) printVerbatim(formatMarkdown(compared));
  else print(formatDiff(compared));
  if (!isComparable && !json)
    printError(`${pc.yellow("warning")}: ${visible(notes[0])}\n\n${describeProblems(before)}`);
  if (exitCode && changed.some(({ isTokenChange }) => isTokenChange)) process.exitCode = FOUND_PROBLEM;
}

/**
 * @typedef {object} Side
 * @property {string} file
 * @property {string} text
 * @property {import("../config/text.js").PlacedProblem[]} problems
 * @property {Record<string, any>} [config]
 * @property {string[]} secrets The names of those that a configuration reads.
 * @property {import("../rust/file.js").RustFile} [rust] Where it is the file of an Action in Rust.
 * @property {string | null} fingerprint
 * @property {import("../fixtures/engine.js").FixtureEngine} [engine] None where it has problems.
 *
 * @returns {Side}
 */
function readSide(name, trigger, command) {
  const text = readRevision(name);
  const rust = readRustText(name, text, command);
  if (rust !== undefined) {
    const fingerprint = rust.rust.sha256.slice(0, FINGERPRINT_DIGITS);
    return {
      file: name,
      text,
      problems: [],
      secrets: [],
      ...rust,
      fingerprint,
      engine: createRustFixtureEngine(rust),
    };
  }
  const { value, problems } = parseConfig(text);
  const nothing = { file: name, text, fingerprint: null, secrets: [] };
  if (value === undefined) return { ...nothing, problems };
  const checked = checkConfig(value, { trigger });
  const all = [...problems, ...placeProblems(text, checked.problems)];
  const config = /** @type {Record<string, any>} */ (value);
  const read = { ...nothing, config, problems: all, secrets: checked.secrets };
  if (all.length > 0) return read;
  const { fingerprint } = compilePlan(config, { trigger });
  return { ...read, fingerprint, engine: createFixtureEngine(config) };
}

/** The file that a name is of. */
function fileOf(name) {
  return name.includes(":") ? name.slice(name.indexOf(":") + 1) : name;
}

/** @param {Side} before @param {Side} after */
function subjectOf(before, after, trigger) {
  if (after.rust !== undefined) return subjectOfRust(after.rust);
  return subjectOfConfig({
    // What only the old one has may be named as well.
    config: {
      sources: { ...before.config?.sources, ...after.config?.sources },
      tokens: { ...before.config?.tokens, ...after.config?.tokens },
    },
    secrets: [...new Set([...before.secrets, ...after.secrets])],
    trigger,
  });
}

/** @returns {import("../outputs.js").DiffOutput} */
function toJson({ before, after, logins, changed, notes }) {
  return {
    before,
    after,
    logins,
    changed: changed.map(({ login, changes, isTokenChange }) => ({
      file: login.file,
      line: login.line,
      name: login.name,
      token: isTokenChange,
      changes,
    })),
    notes,
  };
}
