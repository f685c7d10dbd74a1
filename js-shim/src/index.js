import { check, evaluate as evaluateExpression } from "../generated/claimsmith.js";
import { enter } from "./engine.js";
import { EnrichmentError, toEnrichmentError } from "./error.js";
import { createPostLogin } from "./post-login.js";

export { createPostLogin, EnrichmentError };

/**
 * Everything that is wrong with a configuration. Throws nothing.
 * @param {unknown} config
 * @returns {{ ok: boolean, problems: { path: string, code: string, message: string }[] }}
 */
export function checkConfig(config) {
  try {
    const problems = enter(() => check(config));
    return { ok: problems.length === 0, problems };
  } catch (error) {
    return { ok: false, problems: toEnrichmentError(error).problems };
  }
}

/**
 * Evaluates one JMESPath expression.
 * @param {string} expression
 * @param {unknown} data
 * @returns {unknown}
 */
export function evaluate(expression, data) {
  try {
    return enter(() => evaluateExpression(expression, data));
  } catch (error) {
    throw toEnrichmentError(error);
  }
}
