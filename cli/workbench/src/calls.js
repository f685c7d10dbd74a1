/**
 * The calls that the page may make of the engine.
 */

import { checkConfig, evaluate } from "claimsmith";
import { firstProblem, parseConfig, placeProblems } from "../../src/config/text.js";
import { createCache } from "../../src/host/cache.js";
import { createAnswers } from "../../src/simulation/answers.js";
import { startInMemory } from "../../src/simulation/in-memory.js";
import { runStorm } from "../../src/simulation/storm.js";

let cache = createCache();
/** The simulation that ran last, and what it was made of: the next login finds its token in memory. */
let last = { made: "", simulation: /** @type {any} */ (null) };

export const CALLS = {
  /** Everything that is wrong with the text of a configuration, and what is likely wrong. */
  check({ text, trigger }) {
    const { value, problems } = parseConfig(text);
    if (value === undefined) return { problems, warnings: [] };
    const checked = checkConfig(value, { trigger });
    return {
      problems: [...problems, ...placeProblems(text, checked.problems)],
      warnings: placeProblems(text, checked.warnings),
    };
  },

  /** One login. */
  async login({ inputs, restart, clear }) {
    if (clear) cache = createCache();
    const simulation = await simulationOf(inputs, restart || clear);
    return simulation.login(parseObject(inputs.event, "the event"));
  },

  /** Many logins, in an instance and a cache of their own. */
  async storm({ inputs, logins, users, concurrency }, onProgress) {
    const simulation = await start(inputs, createCache());
    const event = parseObject(inputs.event, "the event");
    return runStorm(simulation, { logins, users, concurrency, event, onProgress });
  },

  evaluate({ expression, data }) {
    return evaluate(expression, data);
  },
};

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

function parseObject(text, what) {
  const { value, problems } = parseConfig(text);
  if (problems.length > 0) throw new Error(`${what}: ${firstProblem(text, problems)}`);
  return /** @type {Record<string, any>} */ (value);
}
