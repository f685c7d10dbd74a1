/**
 * `claimsmith diff`: two configurations over the fixtures beside the new one: whose tokens change, and how.
 */

import { checkConfig, compilePlan } from "claimsmith";
import pc from "picocolors";
import { describeProblems } from "../config/file.js";
import { parseConfig, placeProblems } from "../config/text.js";
import { FOUND_PROBLEM } from "../exit-codes.js";
import { compareResults } from "../fixtures/diff.js";
import { createFixtureEngine } from "../fixtures/engine.js";
import { formatDiff, formatMarkdown } from "../fixtures/print/diff.js";
import { filterFixtures, findFixtures, readFixtures } from "../fixtures/read.js";
import { readRevision } from "../fixtures/revision.js";
import { runFixtures } from "../fixtures/run.js";
import { Problem } from "../problem.js";
import { print, printError, printJson, printVerbatim, visible } from "../terminal.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function registerDiff(program) {
  program
    .command("diff")
    .description("run the fixtures with two configurations, and show whose tokens change")
    .argument("<old>", "a configuration: a file, or REVISION:FILE of git, such as HEAD~1:claimsmith.json")
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
  const before = readSide(oldName, trigger);
  const after = readSide(newName, trigger);
  if (after.config === undefined || after.problems.length > 0) {
    throw new Problem("", { details: describeProblems(after) });
  }
  const places = findFixtures(fileOf(newName), tests);
  const files = filterFixtures(
    readFixtures(places, {
      // What only the old one has may be named as well.
      config: both(before.config ?? {}, after.config),
      secrets: [...new Set([...before.secrets, ...after.secrets])],
      trigger,
    }),
    name,
  );

  const isComparable = before.config !== undefined && before.problems.length === 0;
  const notes = isComparable
    ? []
    : [
        `${oldName} has ${before.problems.length === 1 ? "a problem" : `${before.problems.length} problems`}: all that comes of the new one is shown as added`,
      ];
  const newResults = await runFixtures(files, createFixtureEngine(after.config));
  const oldResults = isComparable ? await runFixtures(files, createFixtureEngine(before.config)) : [];
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

function readSide(name, trigger) {
  const text = readRevision(name);
  const { value, problems } = parseConfig(text);
  const nothing = {
    file: name,
    text,
    config: undefined,
    fingerprint: null,
    secrets: /** @type {string[]} */ ([]),
  };
  if (value === undefined) return { ...nothing, problems };
  const checked = checkConfig(value, { trigger });
  const all = [...problems, ...placeProblems(text, checked.problems)];
  const config = /** @type {Record<string, any>} */ (value);
  const fingerprint = all.length === 0 ? compilePlan(config, { trigger }).fingerprint : null;
  return { ...nothing, config, problems: all, fingerprint, secrets: checked.secrets };
}

/** The file that a name is of. */
function fileOf(name) {
  return name.includes(":") ? name.slice(name.indexOf(":") + 1) : name;
}

function both(before, after) {
  return {
    sources: { ...before.sources, ...after.sources },
    tokens: { ...before.tokens, ...after.tokens },
  };
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
