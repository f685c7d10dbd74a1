/**
 * The login that is shown, as a fixture for `claimsmith test`.
 */

import { parseConfig } from "../../../src/config/text.js";

/** The faults of the page as the suite names them, for a source and for a token. */
export const FAULTS = {
  source: {
    "connection lost": "resets-before-the-headers",
    silent: "is-silent",
    "sends HTML": "sends-html",
    "answers 401": "answers-401-always",
    "answers 403": "answers-403",
    "answers 429": "answers-429-wait-a-second",
    "answers 500": "answers-500",
    "answers 503": "answers-503-always",
    "sends 10 MB": "sends-10-mb",
  },
  token: {
    "connection lost": "resets-before-the-headers",
    silent: "is-silent",
    "sends HTML": "sends-html",
    "answers 401": "answers-an-error-of-rfc-6749-5-2",
    "answers 403": "answers-an-error-of-rfc-6749-5-2",
    "answers 429": "answers-429-wait-an-hour",
    "answers 500": "answers-503-always",
    "answers 503": "answers-503-always",
    "sends 10 MB": "sends-10-mb",
  },
};

/**
 * @param {string} name
 * @param {import("../engine.js").Inputs} inputs What the login was made of.
 * @param {{ kind: string, name: string }[]} targets
 * @param {import("../../../src/simulation/result.js").Simulation & { at: number }} result
 * @returns {object}
 */
export function toFixture(name, inputs, targets, result) {
  const event = /** @type {Record<string, any>} */ (parseConfig(inputs.event).value);
  const answers = /** @type {Record<string, any>} */ (parseConfig(inputs.answers).value);
  const faults = targets.flatMap(({ kind, name: target }) => {
    const fault = FAULTS[kind][inputs.faults[target]];
    return fault === undefined ? [] : [[target, fault]];
  });
  const { secrets: _secrets, ...withoutSecrets } = event;
  return {
    name,
    ...(inputs.trigger === "post-login" ? {} : { trigger: inputs.trigger }),
    with: withoutSecrets,
    answers,
    ...(faults.length === 0 ? {} : { faults: Object.fromEntries(faults) }),
    now: new Date(result.at).toISOString().replace(/\.\d+/, ""),
    expect: expectationOf(result),
  };
}

/** What the page shows: each is compared whole. What a login does not have is not named, but for what every login has. */
function expectationOf({ tokens, denied, outcome, elsewhere, scopes, report }) {
  const custom = Object.fromEntries(tokens.map(({ token, custom }) => [token, custom]));
  const changed = Object.fromEntries(Object.entries(scopes).filter(([, names]) => names.length > 0));
  const leftOut = (report?.claims.left_out ?? []).filter(({ target }) => !target);
  return {
    outcome,
    id_token: custom.id_token,
    access_token: custom.access_token,
    denied: denied === null ? null : (denied.reason ?? ""),
    ...(Object.keys(changed).length === 0 ? {} : { scopes: changed }),
    ...elsewhere,
    ...(leftOut.length === 0 || leftOut.length !== report.claims.left_out.length
      ? {}
      : { left_out: Object.fromEntries(leftOut.map(({ claim, reason }) => [claim, reason])) }),
  };
}
