/**
 * What a login comes to in memory: its tokens are made up as a tenant would, and not signed. Runs in Node and in the browser.
 */

import { customClaims, enrichedPayloads, plainPayloads, tooLargeMessage } from "../tenant/token-payloads.js";
import { describeLogin } from "./result.js";

const ISSUER = "https://tenant.example/";

/**
 * @param {Omit<Parameters<typeof describeLogin>[0], "before" | "after" | "dropped" | "custom" | "outcome"> & {
 *   request: import("../tenant/token-payloads.js").TokenRequest, outcome: import("../host/api.js").Outcome,
 *   nowMs: number }} login As `describeLogin` takes it, with
 *   what the tokens were asked for.
 * @returns {import("./result.js").Simulation}
 */
export function describeUnsigned({ request, error = null, ...login }) {
  const { outcome, nowMs } = login;
  const custom = customClaims(request, outcome);
  const issued = { issuer: ISSUER, issuedAtS: Math.floor(nowMs / 1000) };
  const hasTokens = outcome.denied === null;
  return describeLogin({
    ...login,
    before: hasTokens ? plainPayloads(request, issued) : null,
    after: hasTokens ? enrichedPayloads(request, outcome, custom, issued) : null,
    dropped: { idToken: custom.idToken.dropped, accessToken: custom.accessToken.dropped },
    custom: { idToken: custom.idToken.kept, accessToken: custom.accessToken.kept },
    error: error ?? tooLargeMessage(custom),
  });
}
