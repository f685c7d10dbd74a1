/**
 * `claimsmith simulate`: one login, or a storm of them, before any user sees it.
 */

import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { DEFAULT_FILE, readConfigFile } from "../config/file.js";
import { codesOf, sectionsOf } from "../docs.js";
import { FOUND_PROBLEM, INTERRUPTED } from "../exit-codes.js";
import { createProgress } from "../progress.js";
import { readIfRust } from "../rust/read-file.js";
import {
  faultNames,
  inject,
  injectedCache,
  readInjection,
  readRustInjection,
} from "../simulation/injection.js";
import {
  readAnswers,
  readEvent,
  readPathAnswers,
  readSecrets,
  readSecretsFile,
} from "../simulation/inputs.js";
import { printLogin, printStorm } from "../simulation/print.js";
import { hasErrors, isSpoiled } from "../simulation/result.js";
import { startRustSimulation } from "../simulation/rust-simulation.js";
import { startSimulation } from "../simulation/simulation.js";
import { runStorm } from "../simulation/storm.js";
import { print, printError, printJson, visible } from "../terminal.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("simulate")
    .description("run logins as Auth0 would, and show what becomes of the tokens")
    .argument("[config]", "the configuration, or the file of an Action in Rust", DEFAULT_FILE)
    .option("--event <file>", "what the event has beside the sample's (event.json, where it is there)")
    .option("--answers <place>", "what the backend answers: a file, or a folder (answers.json or answers/)")
    .option("--live", "call the real servers, with the secrets of --secrets")
    .option("--secrets <file>", "lines of NAME=value (secrets.env, where it is there and --live is given)")
    .option("--logins <number>", "that many logins instead of one", positive)
    .option("--users <number>", "by so many users", positive, 100)
    .option("--concurrency <number>", "so many at once", positive, 10)
    .option(
      "--fault <fault>",
      "let something fail: TARGET:NAME, or NAME for every source; may be repeated",
      collect,
      [],
    )
    .option("--list-faults", "name all faults, and end")
    .option("--json", "print the result for programs")
    .addOption(triggerOption())
    .action(simulate);
}

async function simulate(file, options, command) {
  const { live = false, logins, json } = options;
  if (options.listFaults) return listFaults(json);
  if (live && options.fault.length > 0) {
    command.error("error: --fault needs the stand-ins, so it cannot go with --live");
  }
  const alone = ["users", "concurrency"].find((name) => command.getOptionValueSource(name) === "cli");
  if (logins === undefined && alone !== undefined) {
    command.error(`error: --${alone} says how many logins are run: give --logins <number> as well`);
  }

  const ofRust = readIfRust(file, command);
  const event = readEvent(options.event);
  const { simulation, injections } =
    ofRust === undefined ? await ofConfig(file, options) : await ofFile(ofRust, options);
  try {
    if (simulation.standIns !== null) inject(simulation.standIns, injections);
    const result =
      logins === undefined ? await one(simulation, event, options) : await storm(simulation, event, options);
    if (json) printJson({ ...result, docs: sectionsOf(codesOfResult(result)) });
    else print(logins === undefined ? printLogin(result) : printStorm(result));
    if (!json) for (const source of simulation.standIns?.unanswered ?? []) tellUnanswered(source);
  } finally {
    await simulation.close();
  }
}

/** @returns {string[]} */
function codesOfResult(result) {
  return "report" in result ? codesOf(result.report) : Object.keys(result.errors);
}

async function ofConfig(file, { trigger, live = false, answers, secrets, fault }) {
  const config = readConfigFile(file, { trigger });
  const injections = fault.flatMap((text) => readInjection(text, config));
  const simulation = await startSimulation({
    config,
    trigger,
    live,
    answers: readAnswers(answers),
    secrets: live || secrets !== undefined ? readSecrets(secrets, config, trigger) : {},
    cache: injectedCache(injections),
  });
  return { simulation, injections };
}

async function ofFile({ code, rust }, { live = false, answers, secrets, fault }) {
  const injections = fault.map(readRustInjection);
  const simulation = await startRustSimulation({
    code,
    trigger: rust.trigger,
    live,
    answers: readPathAnswers(answers),
    secrets: live || secrets !== undefined ? readSecretsFile(secrets).given : undefined,
    cache: injectedCache(injections),
  });
  return { simulation, injections };
}

async function one(simulation, event, { fault }) {
  const login = await simulation.login(event);
  const shadow = await simulation.shadow(event);
  if (shadow !== undefined) login.shadow = shadow;
  // What goes wrong by a fault that was asked for is no problem found.
  if (isSpoiled(login) || (hasErrors(login) && fault.length === 0)) process.exitCode = FOUND_PROBLEM;
  return login;
}

async function storm(simulation, event, { logins, users, concurrency, json, fault }) {
  const progress = createProgress();
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  // Once: a second Ctrl+C ends the process at once.
  process.once("SIGINT", onInterrupt);
  // A bar in a file or a pipe is of no use.
  const isShown = process.stderr.isTTY === true && !json;
  if (isShown) progress.start(logins, 0);
  const result = await runStorm(simulation, {
    logins,
    users,
    concurrency,
    event,
    onProgress: (done) => isShown && progress.update(done),
    signal: stop.signal,
  }).finally(() => {
    process.off("SIGINT", onInterrupt);
    progress.stop();
  });
  const { spoiled, withErrors } = result;
  if (spoiled > 0 || (withErrors > 0 && fault.length === 0)) process.exitCode = FOUND_PROBLEM;
  if (stop.signal.aborted) process.exitCode = INTERRUPTED;
  return result;
}

function listFaults(json) {
  const names = faultNames();
  if (json) return printJson(names);
  for (const [target, faults] of Object.entries(names)) {
    print(`${pc.bold(target)}\n${faults.map((name) => `  ${name}`).join("\n")}\n`);
  }
}

function tellUnanswered(source) {
  printError(
    `${pc.yellow("warning")}: no answer is written for ${source.includes("/") ? "" : "the source "}\`${visible(source)}\`, so it answered 404; write one into answers.json`,
  );
}

function positive(text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("must be a whole number from 1 on.");
  return number;
}

function collect(text, earlier) {
  return [...earlier, text];
}
