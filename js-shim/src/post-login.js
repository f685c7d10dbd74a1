import { Engine } from "./engine.js";
import { toEnrichmentError } from "./error.js";
import { monotonic, sleep } from "./timer.js";
import { send } from "./transport.js";

/**
 * Makes the handler of a post-login Action.
 *
 * @param {object} config
 * @param {{ onReport?: (report: object) => void, log?: boolean, fetch?: typeof fetch }} [options]
 * @returns {(event: object, api: object) => Promise<void>}
 * @throws {import("./error.js").EnrichmentError} where the configuration is wrong
 */
export function createPostLogin(config, { onReport, log = true, fetch } = {}) {
  const engine = makeEngine(config);
  const io = { send, sleep, monotonic, fetch };

  // Auth0 refuses a handler that is not a native async function.
  return async function onExecutePostLogin(event, api) {
    let line;
    let report;
    try {
      [line, report] = await engine.login(event, api, io, onReport !== undefined);
    } catch {
      ({ line, report } = afterTrap(engine, api));
    }
    if (log) console.log(line);
    try {
      onReport?.(report);
    } catch {
      // A report that nobody could take is no reason to stop a login.
      if (log) console.log("claimsmith: onReport threw");
    }
  };
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
