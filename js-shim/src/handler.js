import { Engine } from "./engine.js";
import { EnrichmentError, toEnrichmentError } from "./error.js";
import { own } from "./own.js";
import { createPlatform } from "./platform.js";
import { reportOfTrap } from "./report.js";

/**
 * @typedef {{ onReport?: (report: object) => void, log?: boolean | ((line: string) => void), fetch?: typeof fetch }} Options
 */

/**
 * Makes the handler of an Action.
 *
 * @param {import("./engine.js").Program} program
 * @param {Options} [options]
 * @returns {(event: object, api: object) => Promise<void>}
 * @throws {import("./error.js").EnrichmentError} where the engine cannot run the program
 */
export function createHandler(program, options) {
  const { onReport, log = true, fetch } = own(options);
  const engine = makeEngine(program, createPlatform(fetch));
  // Looked up at each login: the console of an Action belongs to its execution.
  const write = typeof log === "function" ? log : (line) => log && console.log(line);

  // A console outside of an execution is not kept, so the first login logs the warnings about the file.
  let untold = engine.warnings;

  // Auth0 refuses a handler that is not a native async function.
  return async (event, api) => {
    let told;
    try {
      told = await engine.login(event, api, onReport !== undefined);
    } catch {
      told = afterTrap(engine, api);
    }
    const [line, report, refused] = told;
    tell(write, line);
    for (const warning of untold) tell(write, `claimsmith warning: ${warning}`);
    untold = [];
    if (onReport) tell(onReport, report);
    // The login would go on without its denial. An Action that throws ends it.
    if (refused) throw new EnrichmentError(DENIAL_REFUSED, { cause: refused[0] });
  };
}

const DENIAL_REFUSED = { code: "api_refused", message: "`api.access.deny` did not deny the login" };

/** Calls the caller's function; an error of it does not stop a login. */
function tell(listener, what) {
  try {
    // An async one fails later, and an unhandled rejection would end the process.
    Promise.resolve(listener(what)).catch(() => {});
  } catch {
    // The login goes on.
  }
}

function makeEngine(program, platform) {
  try {
    return new Engine(program, platform);
  } catch (problems) {
    throw toEnrichmentError(problems);
  }
}

/**
 * The engine is gone, so what the configuration says for failures is done here.
 * @returns {[line: string, report: object | undefined, refused?: unknown[]]}
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
  return [
    `claimsmith ${outcome} ${errors.map(({ code }) => code).join(" ")}`,
    reportOfTrap?.(outcome, errors),
    refused,
  ];
}
