import { Engine } from "./engine.js";
import { toEnrichmentError } from "./error.js";
import { sign } from "./sign.js";
import { monotonic, sleep } from "./timer.js";
import { send } from "./transport.js";

/**
 * Makes the handler of a post-login Action.
 *
 * @param {object} config
 * @param {{ onReport?: (report: object) => void, log?: boolean | ((line: string) => void), fetch?: typeof fetch }} [options]
 * @returns {(event: object, api: object) => Promise<void>}
 * @throws {import("./error.js").EnrichmentError} where the configuration is wrong
 */
export function createPostLogin(config, { onReport, log = true, fetch } = {}) {
  const engine = makeEngine(config);
  const io = { send, sign, sleep, monotonic, fetch };
  // Looked up at each login: the console of an Action belongs to its execution.
  const write = typeof log === "function" ? log : (line) => log && console.log(line);

  // Auth0 refuses a handler that is not a native async function.
  return async function onExecutePostLogin(event, api) {
    let line;
    let report;
    try {
      [line, report] = await engine.login(event, api, io, onReport !== undefined);
    } catch {
      ({ line, report } = afterTrap(engine, api));
    }
    tell(write, line);
    if (onReport) tell(onReport, report);
  };
}

/** What the caller's function throws is no reason to stop a login. */
function tell(listener, what) {
  try {
    listener(what);
  } catch {
    // There is nobody left to tell.
  }
}

function makeEngine(config) {
  try {
    return new Engine(config);
  } catch (problems) {
    throw toEnrichmentError(problems);
  }
}

/** The engine is gone, so what the configuration says for failures is done here. */
function afterTrap({ deniesOnFailure, denyReason }, api) {
  if (deniesOnFailure) api.access.deny(denyReason);
  const outcome = deniesOnFailure ? "denied" : "skipped";
  const error = { code: "internal", path: "", message: "the engine trapped and was made anew" };
  return {
    line: `claimsmith ${outcome} internal`,
    report: {
      outcome,
      duration_ms: null,
      correlation_id: null,
      tokens: {},
      sources: {},
      claims: { set: [], left_out: [] },
      errors: [error],
      warnings: [],
    },
  };
}
