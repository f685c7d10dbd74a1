import { Engine } from "./engine.js";
import { EnrichmentError, toEnrichmentError } from "./error.js";
import { own } from "./own.js";
import { sign } from "./sign.js";
import { monotonic, sleep } from "./timer.js";
import { send } from "./transport.js";

/**
 * @typedef {{ onReport?: (report: object) => void, log?: boolean | ((line: string) => void), fetch?: typeof fetch }} Options
 */

/**
 * Makes the handler of a post-login Action.
 *
 * @param {object} config
 * @param {Options} [options]
 * @returns {(event: object, api: object) => Promise<void>}
 * @throws {import("./error.js").EnrichmentError} where the configuration is wrong
 */
export function createPostLogin(config, options) {
  const run = createRunner(config, options, false);
  // Auth0 refuses a handler that is not a native async function.
  return async function onExecutePostLogin(event, api) {
    await run(event, api);
  };
}

/**
 * Makes the handler of a credentials-exchange Action: machines get tokens, and these have claims of the
 * access token only.
 *
 * @param {object} config
 * @param {Options} [options]
 * @returns {(event: object, api: object) => Promise<void>}
 * @throws {import("./error.js").EnrichmentError} where the configuration is wrong
 */
export function createCredentialsExchange(config, options) {
  const run = createRunner(config, options, true);
  return async function onExecuteCredentialsExchange(event, api) {
    await run(event, api);
  };
}

/**
 * @param {object} config
 * @param {Options | undefined} options
 * @param {boolean} forMachines
 */
function createRunner(config, options, forMachines) {
  const engine = makeEngine(config, forMachines);
  const { onReport, log = true, fetch } = own(options);
  const io = { send, sign, sleep, monotonic, fetch };
  // Looked up at each login: the console of an Action belongs to its execution.
  const write = typeof log === "function" ? log : (line) => log && console.log(line);

  return async (event, api) => {
    let told;
    try {
      told = await engine.login(event, api, io, onReport !== undefined);
    } catch {
      told = afterTrap(engine, api);
    }
    const [line, report, refused] = told;
    tell(write, line);
    if (onReport) tell(onReport, report);
    // The login would go on without its denial. An Action that throws ends it.
    if (refused) throw new EnrichmentError(DENIAL_REFUSED, { cause: refused[0] });
  };
}

const DENIAL_REFUSED = { code: "api_refused", message: "`api.access.deny` did not deny the login" };

/** What the caller's function throws is no reason to stop a login. */
function tell(listener, what) {
  try {
    // An async one fails later, and a rejection that nobody handles would end the process.
    Promise.resolve(listener(what)).catch(() => {});
  } catch {
    // There is nobody left to tell.
  }
}

function makeEngine(config, forMachines) {
  try {
    return new Engine(config, forMachines);
  } catch (problems) {
    throw toEnrichmentError(problems);
  }
}

/**
 * The engine is gone, so what the configuration says for failures is done here.
 * @returns {[line: string, report: object, refused?: unknown[]]}
 */
function afterTrap({ denial }, api) {
  const outcome = denial ? "denied" : "skipped";
  const errors = [{ code: "internal", path: "", message: "the engine trapped and was made anew" }];
  let refused;
  try {
    if (denial) api.access.deny(...denial);
  } catch (error) {
    refused = [error];
    errors.push({ ...DENIAL_REFUSED, path: "" });
  }
  const report = {
    outcome,
    duration_ms: null,
    correlation_id: null,
    tokens: {},
    sources: {},
    claims: { set: [], left_out: [], defaulted: [] },
    scopes: { added: [], removed: [] },
    errors,
    warnings: [],
  };
  return [`claimsmith ${outcome} ${errors.map(({ code }) => code).join(" ")}`, report, refused];
}
