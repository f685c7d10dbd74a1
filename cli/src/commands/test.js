/**
 * `claimsmith test`: the fixtures beside a configuration, or beside the file of an Action in Rust, each login of which must
 * come to what it expects.
 */

import path from "node:path";
import { checkConfig } from "claimsmith";
import { InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { checkConfigFile, DEFAULT_FILE, describeProblems } from "../config/file.js";
import { codesOf, sectionsOf } from "../docs.js";
import { FOUND_PROBLEM, INTERRUPTED, WRONG_USAGE } from "../exit-codes.js";
import { measureCoverage } from "../fixtures/coverage.js";
import { detailsOf } from "../fixtures/details.js";
import { createFixtureEngine } from "../fixtures/engine.js";
import { formatCoverage } from "../fixtures/print/coverage.js";
import { formatGithub, formatJunit, formatTap } from "../fixtures/print/plain.js";
import { formatPretty } from "../fixtures/print/pretty.js";
import { filterFixtures, findFixtures, folderOf, readFixtures } from "../fixtures/read.js";
import { runFixtures } from "../fixtures/run.js";
import { coverageOfCode } from "../fixtures/rust-coverage.js";
import { createRustFixtureEngine } from "../fixtures/rust-engine.js";
import { subjectOfRust } from "../fixtures/rust-subject.js";
import { subjectOfConfig } from "../fixtures/subject.js";
import { updateFixtures } from "../fixtures/update.js";
import { Problem, printProblem } from "../problem.js";
import { createProgress } from "../progress.js";
import { readIfRust } from "../rust/read-file.js";
import { print, printError, printJson, printVerbatim, visible } from "../terminal.js";
import { runOnChanges } from "../watch.js";
import { writeFile } from "../write-file.js";
import { triggerOption } from "./options.js";

const FORMATS = { pretty: formatPretty, tap: formatTap, junit: formatJunit, github: formatGithub };

/** Milliseconds after which a run is long enough for a bar. */
const PROGRESS_AFTER_MS = 500;

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("test")
    .description("run the fixtures in tests/*.json beside a configuration, and compare what comes")
    .argument("[config]", "the configuration, or the file of an Action in Rust", DEFAULT_FILE)
    .option("--tests <place>", "the folder of the fixtures, or one file (tests beside the configuration)")
    .option("--name <text>", "only the fixtures with that in their name or their file's")
    .option("--update", "write what came into the fixtures, after showing it")
    .option("--watch", "run again whenever a file changes")
    .option("--coverage", "tell what of the configuration no fixture has exercised")
    .option("--coverage-min <percent>", "end with 1 below that coverage", percentage)
    .addOption(new Option("--format <name>", "how to print").choices(Object.keys(FORMATS)).default("pretty"))
    .option("--json", "print the result for programs")
    .addOption(triggerOption())
    .action(test);
}

async function test(file, options, command) {
  const { watch = false, json = false, format, coverage, coverageMin, update = false } = options;
  const isForPrograms = json || format !== "pretty";
  if (watch && isForPrograms)
    command.error("error: --watch is for a person, so it goes with no other format");
  if (json && format !== "pretty") command.error("error: --json is a format of its own: leave out --format");
  const how = { ...options, command, update, isForPrograms, coverage: coverage || coverageMin !== undefined };
  if (!watch) {
    const stop = new AbortController();
    const onInterrupt = () => stop.abort();
    process.once("SIGINT", onInterrupt);
    try {
      const isOk = await runOnce(file, { ...how, signal: stop.signal });
      if (stop.signal.aborted) process.exitCode = INTERRUPTED;
      else if (!isOk) process.exitCode = FOUND_PROBLEM;
    } finally {
      process.off("SIGINT", onInterrupt);
    }
    return;
  }
  await watchRuns(file, how);
}

/** Runs until Ctrl+C. What is wrong with a file is shown, and is to be mended while this waits. */
async function watchRuns(file, how) {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const read = new Set();
  await runOnChanges(
    async (watchFolder) => {
      const onRead = (place) => {
        read.add(path.resolve(place));
        watchFolder(path.dirname(place));
      };
      watchFolder(how.tests ?? folderOf(file));
      try {
        await runOnce(file, { ...how, onRead, signal: stop.signal });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        printProblem(error);
      }
    },
    {
      signal: stop.signal,
      // Fixtures that are added, too.
      isRead: (place) => place.endsWith(".json") || read.has(place),
    },
  );
  process.exitCode = INTERRUPTED;
}

/** @returns {Promise<boolean>} whether all is as expected */
async function runOnce(
  file,
  {
    command,
    tests,
    name,
    update,
    coverage,
    coverageMin,
    format,
    json,
    trigger,
    isForPrograms,
    signal,
    onRead,
  },
) {
  onRead?.(file);
  const found = findFixtures(file, tests);
  const tested = open(file, { command, trigger, coverageMin });
  const all = readFixtures(found, tested.subject, onRead);
  const files = filterFixtures(all, name);
  tested.check(files);
  const startMs = performance.now();
  const results = await runWithProgress(files, tested.engine, { isShown: !isForPrograms, signal });
  const totals = { durationMs: performance.now() - startMs };
  if (results.length === 0 && !signal?.aborted) {
    throw new Problem("the files have no fixture", {
      hint: 'write one, such as { "name": "a login" }',
      exitCode: WRONG_USAGE,
    });
  }
  const measured = coverage && !signal?.aborted ? await tested.measure(files, results) : undefined;

  if (json) printJson(toJson(results, measured));
  else (isForPrograms ? printVerbatim : print)(FORMATS[format](results, totals));
  if (measured && !json) (isForPrograms ? printError : print)(`\n${formatCoverage(measured)}`);
  const isUpdated = update && writeUpdates(files, results);
  const isCovered = coverageMin === undefined || (measured?.percent ?? 0) >= coverageMin;
  if (!isCovered && !json) printError(`${pc.red("error")}: the coverage is below ${coverageMin} %`);
  const isAsExpected = isUpdated || results.every(({ state }) => state === "passed");
  return isAsExpected && isCovered;
}

/**
 * What is tested: a configuration, or the file of an Action in Rust.
 *
 * @returns {{
 *   subject: import("../fixtures/subject.js").Subject,
 *   engine: import("../fixtures/engine.js").FixtureEngine,
 *   check: (files: import("../fixtures/read.js").FixtureFile[]) => void,
 *   measure: (files: import("../fixtures/read.js").FixtureFile[], results: import("../fixtures/run.js").Result[]) =>
 *     Promise<import("../fixtures/coverage.js").Coverage>,
 * }}
 */
function open(file, { command, trigger, coverageMin }) {
  const ofRust = readIfRust(file, command);
  if (ofRust !== undefined) {
    if (coverageMin !== undefined) refuseMinimum();
    return {
      subject: subjectOfRust(ofRust.rust),
      engine: createRustFixtureEngine(ofRust),
      check: () => {},
      measure: async (_files, results) => coverageOfCode(results),
    };
  }
  const { config, secrets } = readConfig(file, trigger);
  return {
    subject: subjectOfConfig({ config, secrets, trigger }),
    engine: createFixtureEngine(config),
    check: (files) => checkTriggers(file, files, trigger),
    measure: (files) => measureCoverage(config, files),
  };
}

function refuseMinimum() {
  throw new Problem(
    "--coverage-min: how much there is to cover stands in the code of an Action in Rust, not in its file",
    {
      hint: "`--coverage` tells of the calls that were made; `cargo llvm-cov --fail-under-lines` has a bound for the crate's own tests",
      exitCode: WRONG_USAGE,
    },
  );
}

function readConfig(file, trigger) {
  const checked = checkConfigFile(file, { trigger });
  if (checked.problems.length > 0 || checked.config === undefined) {
    throw new Problem("", { details: describeProblems(checked) });
  }
  return { config: checked.config, secrets: checkConfig(checked.config, { trigger }).secrets };
}

/** A configuration may be right for one trigger and wrong for another. */
function checkTriggers(file, files, known) {
  const triggers = new Set(
    files.flatMap(({ runs }) => runs.flatMap(({ logins }) => logins.map(({ trigger }) => trigger))),
  );
  for (const trigger of triggers) {
    if (trigger !== known) readConfig(file, trigger);
  }
}

async function runWithProgress(files, engine, { isShown, signal }) {
  const total = files.reduce(
    (sum, { runs }) => sum + runs.reduce((many, { logins }) => many + logins.length, 0),
    0,
  );
  const progress = createProgress();
  const startMs = performance.now();
  let done = 0;
  let isStarted = false;
  try {
    return await runFixtures(files, engine, {
      signal,
      onResult() {
        done += 1;
        if (!isShown || process.stderr.isTTY !== true) return;
        if (!isStarted && performance.now() - startMs > PROGRESS_AFTER_MS) {
          progress.start(total, done);
          isStarted = true;
        }
        if (isStarted) progress.update(done);
      },
    });
  } finally {
    if (isStarted) progress.stop();
  }
}

/** @returns {boolean} whether all that came is written now */
function writeUpdates(files, results) {
  const updates = updateFixtures(files, results);
  for (const { file, text, unwritten } of updates) {
    if (text !== files.find((known) => known.file === file)?.text) {
      writeFile(file, text, { onLink: "follow" });
      printError(`${pc.green("updated")} ${visible(file)}`);
    }
    for (const name of unwritten) {
      printError(
        `${pc.yellow("not written")} ${visible(name)}: its expectation stands for others that come to something else`,
      );
    }
  }
  return updates.every(({ unwritten }) => unwritten.length === 0);
}

/** @returns {import("../outputs.js").TestOutput} */
function toJson(results, coverage) {
  return {
    ok: results.every(({ state }) => state === "passed"),
    logins: results.map((result) => {
      const { login, state, differences, outcome } = result;
      const { requests: _requests, ...came } = outcome;
      const shown = { file: login.file, line: login.line, name: login.name, state };
      if (state === "passed") return shown;
      const { given, why } = detailsOf(result);
      const docs = sectionsOf(codesOf(result.ran.simulation.report));
      return { ...shown, given: Object.fromEntries(given), differences, came, why, docs };
    }),
    ...(coverage === undefined ? {} : { coverage }),
  };
}

function percentage(text) {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0 && number <= 100)) {
    throw new InvalidArgumentError("must be a number from 0 to 100.");
  }
  return number;
}
