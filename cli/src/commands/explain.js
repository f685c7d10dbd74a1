/**
 * `claimsmith explain`: how one value of a login came about.
 */

import { DEFAULT_FILE, readConfigFile } from "../config/file.js";
import { codesOfExplanation, sectionsOf } from "../docs.js";
import { explainablePlaces, explainLogin, findPlace } from "../explain/explain.js";
import { printExplanation } from "../explain/print.js";
import { Problem } from "../problem.js";
import { FAULT_NAMES } from "../simulation/in-memory.js";
import { readAnswers, readEvent, readSecrets } from "../simulation/inputs.js";
import { print, printJson } from "../terminal.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("explain")
    .description("show how a claim, or another value, came about in a login: each step of its expression")
    .argument(
      "<claim>",
      "the name of a claim, or a path as `check` writes it: deny[0], values.role, sources.profile.when",
    )
    .argument("[config]", "the configuration", DEFAULT_FILE)
    .option("--event <file>", "what the event has beside the sample's (event.json, where it is there)")
    .option("--answers <place>", "what the backend answers: a file, or a folder (answers.json or answers/)")
    .option("--secrets <file>", "lines of NAME=value; made up where left out")
    .option("--now <time>", "when the login takes place")
    .option(
      "--fault <fault>",
      "let something fail: TARGET:NAME, or NAME for every source; may be repeated",
      collect,
      [],
    )
    .option("--json", "print the result for programs")
    .addOption(triggerOption())
    .action(explainPlace);
}

async function explainPlace(place, file, { trigger, event, answers, secrets, now, fault, json }) {
  const config = readConfigFile(file, { trigger });
  if (findPlace(config, place) === undefined) throw unknownPlace(config, place, file);
  if (now !== undefined && Number.isNaN(Date.parse(now))) {
    throw new Problem(`--now ${now}: is no time; write it as 2026-01-05T08:00:00Z`);
  }
  const { explain } = await explainLogin({
    config,
    trigger,
    event: readEvent(event),
    answers: readAnswers(answers),
    faults: readFaults(fault, config),
    secrets: secrets === undefined ? {} : readSecrets(secrets, config, trigger),
    now,
  });
  const explanation = explain(place);
  if (explanation === undefined) {
    throw new Problem(`${place}: no expression stands there, so there is nothing to explain`);
  }
  if (json) printJson({ ...explanation, docs: sectionsOf(codesOfExplanation(explanation)) });
  else print(printExplanation(explanation));
}

function unknownPlace(config, place, file) {
  const places = explainablePlaces(config);
  return new Problem(`${file} has no \`${place}\``, {
    hint: places.length > 0 ? `it has ${places.join(", ")}` : "it has no claims and no rules",
  });
}

/** @returns {Record<string, string>} */
function readFaults(faults, config) {
  const sources = Object.keys(config.sources ?? {});
  const targets = [...sources, ...Object.keys(config.tokens ?? {})];
  return Object.fromEntries(
    faults.flatMap((text) => {
      const [, target, written] = /^(?:(\w+):\s*)?(.*)$/s.exec(text) ?? [];
      const name = FAULT_NAMES.find((known) => slug(known) === slug(written));
      if (name === undefined) {
        const names = FAULT_NAMES.map(slug).join(", ");
        throw new Problem(`--fault ${text}: there is no such fault`, {
          hint: `in memory there are ${names}`,
        });
      }
      if (target === undefined) return sources.map((source) => [source, name]);
      if (targets.includes(target)) return [[target, name]];
      throw new Problem(`--fault ${text}: there is no \`${target}\``, {
        hint: `targets are ${targets.join(", ")}`,
      });
    }),
  );
}

function slug(name) {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function collect(text, earlier) {
  return [...earlier, text];
}
