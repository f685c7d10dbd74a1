/**
 * The calls that the page may make of the engine.
 */

import { checkConfig } from "claimsmith";
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { parseConfig, placeProblems } from "../../src/config/text.js";
import { explainablePlaces, explainLogin } from "../../src/explain/explain.js";
import { createCache } from "../../src/host/cache.js";
import { createAnswers } from "../../src/simulation/answers.js";
import { startInMemory } from "../../src/simulation/in-memory.js";
import { runStorm } from "../../src/simulation/storm.js";
import { clock } from "./clock.js";
import { eventOfRow, isObject, parseObject } from "./rows.js";
import { createSeen, nothingSeen } from "./seen.js";

let cache = createCache();
/** The simulation that ran last, and what it was made of: the next login finds its token in memory. */
let last = { made: "", simulation: /** @type {any} */ (null) };
let seen = nothingSeen;

export const CALLS = {
  /**
   * Everything that is wrong with the texts, and what a page wants to know of a configuration.
   *
   * @param {{ texts: Record<string, string>, trigger: string }} what
   */
  check({ texts, trigger }) {
    const config = checkConfigText(texts.config, trigger);
    const problems = {
      config: config.problems,
      event: checkEvent(texts.event),
      answers: checkAnswers(texts.answers),
    };
    return { problems, warnings: config.warnings, targets: targetsOf(config.value), secrets: config.secrets };
  },

  /** One login, and what it would have come to where the mode is `shadow`. */
  async login({ inputs, restart, clear }) {
    if (clear) cache = createCache();
    const simulation = await simulationOf(inputs, restart || clear);
    const event = parseObject(inputs.event, "the event");
    const { event: loggedIn, ...result } = await simulation.login(event);
    const shadow = await simulation.shadow(event);
    seen = createSeen({
      config: parseObject(inputs.config, "the configuration"),
      event: loggedIn,
      report: result.report,
      bodies: simulation.bodies,
      secrets: simulation.secrets,
    });
    return { ...result, shadow, at: Date.now() };
  },

  /** A login of each row, one after the other, in an instance and a cache of their own. */
  async logins({ inputs, rows }) {
    const simulation = await start(inputs, createCache());
    const event = parseObject(inputs.event, "the event");
    const results = [];
    for (const row of rows) {
      try {
        results.push({ result: await simulation.login(eventOfRow(event, row)) });
      } catch (error) {
        results.push({ error: /** @type {Error} */ (error).message });
      }
    }
    return results;
  },

  /** Many logins, in an instance and a cache of their own. */
  async storm({ inputs, logins, users, concurrency }, onProgress) {
    const simulation = await start(inputs, createCache());
    const event = parseObject(inputs.event, "the event");
    return runStorm(simulation, { logins, users, concurrency, event, onProgress });
  },

  /** Moves the clock of instance, cache and breakers on. */
  advance({ ms }) {
    clock.advance(ms);
    return clock.ahead();
  },

  /** How a place of the configuration came about, and the places there are. */
  async explain({ inputs, place }) {
    const config = parseObject(inputs.config, "the configuration");
    const { explain } = await explainLogin({
      config,
      trigger: inputs.trigger,
      event: parseObject(inputs.event, "the event"),
      answers: createAnswers(parseObject(inputs.answers, "the answers")),
      faults: inputs.faults,
    });
    return { explanation: explain(place), places: explainablePlaces(config) };
  },

  evaluate: ({ expression }) => seen.evaluate(expression),
  children: ({ path }) => seen.children(path),
};

function checkConfigText(text, trigger) {
  const { value, problems } = parseConfig(text);
  if (value === undefined) return { value, problems, warnings: [], secrets: [] };
  const checked = checkConfig(value, { trigger });
  return {
    value,
    problems: [...problems, ...placeProblems(text, checked.problems)],
    warnings: placeProblems(text, checked.warnings),
    secrets: checked.secrets,
  };
}

function checkEvent(text) {
  const { value, problems } = parseConfig(text);
  if (problems.length > 0 || isObject(value)) return problems;
  return [{ ...WHOLE, message: "the event must be an object: what it has beside the sample's" }];
}

function checkAnswers(text) {
  const { value, problems } = parseConfig(text);
  if (problems.length > 0) return problems;
  if (!isObject(value)) {
    return [{ ...WHOLE, message: "the answers must be an object: the answer of each source, by its name" }];
  }
  return Object.entries(value).flatMap(([source, answer]) => {
    try {
      createAnswers({ [source]: answer });
      return [];
    } catch (error) {
      const tree = parseTree(text);
      const node = tree && findNodeAtLocation(tree, [source]);
      const { offset, length } = node?.parent?.children?.[0] ?? { offset: 0, length: 1 };
      return [{ ...WHOLE, path: source, message: /** @type {Error} */ (error).message, offset, length }];
    }
  });
}

const WHOLE = { code: "answers_invalid", path: "", offset: 0, length: 1 };

/** What may fail: the tokens and sources. */
function targetsOf(config) {
  const names = (kind, value) => (isObject(value) ? Object.keys(value).map((name) => ({ kind, name })) : []);
  return [...names("token", config?.tokens), ...names("source", config?.sources)];
}

async function simulationOf(inputs, isFresh) {
  const { event: _event, ...made } = inputs;
  const key = JSON.stringify(made);
  if (isFresh || last.made !== key) last = { made: key, simulation: await start(inputs, cache) };
  return last.simulation;
}

function start({ config, answers, faults, trigger }, ownCache) {
  return startInMemory({
    config: parseObject(config, "the configuration"),
    answers: createAnswers(parseObject(answers, "the answers")),
    faults,
    trigger,
    cache: ownCache,
  });
}
