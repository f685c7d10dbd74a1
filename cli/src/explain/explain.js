/**
 * How a value of one login came about: the steps of its expression, and what became of it up to the tokens. Runs in Node
 * and in the browser.
 */

import { madeUpSecrets } from "../config/secrets.js";
import { formatPath } from "../config/text.js";
import { stoppedAt } from "../simulation/clock.js";
import { startInMemory } from "../simulation/in-memory.js";
import { findPlace } from "./place.js";
import { firstReason } from "./reason.js";

export { explainablePlaces, findPlace } from "./place.js";
export { firstReason } from "./reason.js";

/**
 * @typedef {object} LoginToExplain
 * @property {Record<string, any>} config One without problems.
 * @property {import("../bundle.js").Trigger} [trigger]
 * @property {Record<string, any>} [event] What it has beside the sample's.
 * @property {import("../simulation/answers.js").Answers} answers
 * @property {Record<string, string>} [faults] By the name of the source or token: one of `FAULT_NAMES`.
 * @property {Record<string, string>} [secrets] Those that are missing are made up.
 * @property {string} [now] When the login takes place.
 *
 * @typedef {object} Explanation
 * @property {string} path The place.
 * @property {string} outcome The login's.
 * @property {string | null} denied What the user reads.
 * @property {string | null} reason The first reason for which there is no value, or a condition does not hold.
 * @property {Record<string, SourceState>} sources Those that the expressions read.
 * @property {import("claimsmith").ExplainedPlace["expressions"]} expressions The expressions at that place, with
 *   their steps.
 * @property {import("claimsmith").ExplainedPlace["values"]} values The `values` that these read, by name.
 * @property {ClaimResult | null} claim What became of it, where it is a claim.
 *
 * @typedef {object} SourceState
 * @property {"answered" | "not_asked" | "failed"} state What became of the source.
 * @property {string | null} error The code of the failure. Null where there was none.
 * @property {number | null} status The status of the answer. Null where there was none.
 *
 * @typedef {object} ClaimResult
 * @property {{ type: string | null, default: unknown, required: boolean, spread: boolean, signed: "hmac" | "jwt" | null }[]} entries
 *   What the configuration says of it, by entry.
 * @property {{ target: string, name: string, value: unknown }[]} set Where it went.
 * @property {{ name: string, reason: string, target: string | null, source: string | null }[]} left_out Where
 *   it did not go, and why.
 * @property {{ name: string, reason: string, source: string | null }[]} defaulted Where its `default` took its place,
 *   and why.
 * @property {{ target: string, name: string, reason: string }[]} dropped What Auth0 drops of it, and why.
 * @property {{ code: string, path: string, message: string }[]} errors What failed of it.
 */

/**
 * Runs one login in memory, with the engine of production.
 *
 * @param {LoginToExplain} options
 * @returns {Promise<{ login: import("../simulation/result.js").Simulation, explain: (path: string) => Explanation | undefined }>}
 *   `explain` takes the name of a claim, or a path as `check` writes it; undefined where no expression stands there.
 */
export async function explainLogin({ config, trigger, event = {}, answers, faults, secrets, now }) {
  const all = await madeUpSecrets(config, trigger ?? "post-login", secrets);
  const simulation = await startInMemory({ config, trigger, answers, faults, secrets: all });
  const [login, explainPlace] = await at(now, () => simulation.explainedLogin(event));
  const explain = (path) => {
    const place = findPlace(config, path);
    const explained = place && explainPlace(place);
    if (place === undefined || explained === undefined) return undefined;
    return describe({ config, login, place, explained });
  };
  return { login, explain };
}

/**
 * Explains one place of one login.
 *
 * @param {LoginToExplain} login
 * @param {string} path
 */
export async function explain(login, path) {
  return (await explainLogin(login)).explain(path);
}

/** The engine of the package takes the time from the global clock. */
async function at(now, work) {
  if (now === undefined) return work();
  const { Date: clock } = globalThis;
  globalThis.Date = stoppedAt(now);
  try {
    return await work();
  } finally {
    globalThis.Date = clock;
  }
}

/** @returns {Explanation} */
function describe({ config, login, place, explained }) {
  const { report, denied, outcome } = login;
  const reported = report?.sources ?? {};
  const { expressions, values } = explained;
  const names = new Set([...roots(expressions.map(({ step }) => step)), ...roots(Object.values(values))]);
  const sources = Object.fromEntries(
    Object.entries(reported)
      .filter(([name]) => names.has(name))
      .map(([name, source]) => [name, stateOf(source)]),
  );
  return {
    path: formatPath(place),
    outcome,
    denied: denied?.reason ?? null,
    reason: firstReason(explained, reported),
    sources,
    expressions,
    values,
    claim: place[0] === "claims" ? describeClaim(config, login, place) : null,
  };
}

/** @returns {SourceState} */
function stateOf({ skipped, error = null, status = null, from = null }) {
  const isFailed = error !== null && from !== "stale";
  const state = skipped ? "not_asked" : isFailed ? "failed" : "answered";
  return { state, error, status };
}

/** The first names of all chains in steps: `profile` of `profile.plan`. */
function roots(steps) {
  return steps.flatMap((step) => {
    const names = step.text.match(/[A-Za-z_]\w*/g) ?? [];
    return [...names, ...roots(step.steps ?? [])];
  });
}

/** @returns {ClaimResult} */
function describeClaim(config, login, place) {
  const [, key, index] = place;
  const entries = [config.claims[key]].flat().map((entry) => {
    const {
      type = null,
      default: defaultValue = null,
      required = false,
      spread = false,
      hmac,
      jwt,
    } = typeof entry === "string" ? {} : entry;
    /** @type {"hmac" | "jwt" | null} */
    const signed = hmac ? "hmac" : jwt ? "jwt" : null;
    return { type, default: defaultValue, required, spread, signed };
  });
  const { claims, errors = [] } = login.report ?? {};
  const isOfClaim = claimMatcher(config, key);
  const at = formatPath(["claims", key]);
  return {
    entries: typeof index === "number" ? entries.slice(index, index + 1) : entries,
    set: setClaims(login).filter(({ name }) => isOfClaim(name)),
    left_out: (claims?.left_out ?? [])
      .filter(({ claim }) => isOfClaim(claim))
      .map(({ claim, reason, target = null, source = null }) => ({ name: claim, reason, target, source })),
    defaulted: (claims?.defaulted ?? [])
      .filter(({ claim }) => isOfClaim(claim))
      .map(({ claim, reason, source = null }) => ({ name: claim, reason, source })),
    dropped: login.tokens
      .flatMap(({ token, dropped }) => dropped.map(({ name, reason }) => ({ target: token, name, reason })))
      .filter(({ name }) => isOfClaim(name)),
    errors: errors
      .filter(({ path }) => path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`))
      .map(({ code, path, message }) => ({ code, path, message: message.split("\n")[0] })),
  };
}

function setClaims({ tokens, elsewhere }) {
  return [
    ...tokens.flatMap(({ token, changes }) =>
      changes
        .filter(({ kind }) => kind !== "removed")
        .map(({ claim, after }) => ({ target: token, name: claim, value: after })),
    ),
    ...Object.entries(elsewhere).flatMap(([target, values]) =>
      Object.entries(values).map(([name, value]) => ({ target, name, value })),
    ),
  ];
}

/** Whether a name, as it was set, is of a claim: of one whose name has settings in it or is spread, by its beginning. */
function claimMatcher(config, key) {
  const entries = [config.claims[key]].flat();
  const isSpread = entries.some((entry) => entry.spread === true);
  if (!isSpread && !key.includes("{")) return (name) => name === key;
  const others = new Set(Object.keys(config.claims).filter((other) => other !== key));
  const [before] = key.split("{");
  const after = key.split("}").at(-1) ?? "";
  return (name) => !others.has(name) && name.startsWith(before) && (isSpread || name.endsWith(after));
}
