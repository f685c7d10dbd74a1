/**
 * One login at the tenant: the Action runs, and what it set ends up, or does not, in tokens that are really signed.
 */

import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { createApi } from "../host/api.js";
import { createCache } from "../host/cache.js";
import {
  customClaims,
  enrichedPayloads,
  plainPayloads,
  readTokenRequest,
  tooLargeMessage,
} from "./token-payloads.js";

/** The function that an Action exports, by trigger. */
export const HANDLERS = {
  "post-login": "onExecutePostLogin",
  "credentials-exchange": "onExecuteCredentialsExchange",
};

/** A login that Auth0 would end with an error page. */
export class LoginError extends Error {
  /**
   * @param {"action_failed" | "claims_too_large"} code
   * @param {string} message
   * @param {{ logs: string[], cause?: unknown }} context
   */
  constructor(code, message, { logs, cause }) {
    super(message, { cause });
    this.name = "LoginError";
    this.code = code;
    /** The lines that the Action logged. */
    this.logs = logs;
  }
}

/**
 * @typedef {object} LoginResult
 * @property {import("../host/api.js").Outcome["denied"]} denied Where not null, there are no tokens.
 * @property {import("./token-payloads.js").Payloads | null} before What the tokens would carry without the Action.
 * @property {import("./token-payloads.js").Payloads | null} after What they carry, read from the verified tokens.
 * @property {{ idToken: string | null, accessToken: string | null } | null} jwts The tokens of `after`.
 * @property {{ idToken: import("../host/claims.js").DroppedClaim[],
 *   accessToken: import("../host/claims.js").DroppedClaim[] }} dropped
 * @property {{ idToken: Record<string, unknown>, accessToken: Record<string, unknown> }} custom What Auth0 keeps of the
 *   claims that the Action set.
 * @property {string[]} logs
 * @property {string} kept The characters of the logs that Auth0 would keep.
 * @property {number} durationMs How long the Action took.
 * @property {number} initDurationMs How much of that went into loading it.
 * @property {import("../host/api.js").Outcome} outcome
 */

/**
 * Runs an Action and issues the tokens.
 *
 * @param {object} options
 * @param {import("../host/loader.js").LoadedAction} options.action
 * @param {Record<string, any>} options.event
 * @param {import("../host/cache.js").Cache | null} [options.cache] A new one where left out.
 * @param {Pick<import("./oauth-server.js").OAuthServer, "issuer" | "jwks" | "signing">} options.oauthServer
 * @param {import("../host/api.js").Trigger} [options.trigger]
 * @returns {Promise<LoginResult>} Rejects with LoginError where Auth0 would fail the login.
 */
export async function login({ action, event, cache = createCache(), oauthServer, trigger = "post-login" }) {
  const { api, outcome } = createApi(event, { cache, trigger });
  // Taken first: an Action may change the event, and the tokens must not follow.
  const request = readTokenRequest(event);

  const execution = await action.executeSettled(HANDLERS[trigger], event, api);
  const { logs, kept, durationMs, initDurationMs } = execution;
  if (execution.status === "rejected") {
    const { reason } = execution;
    const text = reason instanceof Error ? reason.message : String(reason);
    throw new LoginError("action_failed", `The Action failed: ${text}`, { logs, cause: reason });
  }

  const custom = customClaims(request, outcome);
  const message = tooLargeMessage(custom);
  if (message !== null) throw new LoginError("claims_too_large", message, { logs });
  const dropped = { idToken: custom.idToken.dropped, accessToken: custom.accessToken.dropped };
  const ofAction = { idToken: custom.idToken.kept, accessToken: custom.accessToken.kept };
  const result = {
    denied: outcome.denied,
    dropped,
    custom: ofAction,
    logs,
    kept,
    durationMs,
    initDurationMs,
    outcome,
  };
  if (outcome.denied !== null) return { ...result, before: null, after: null, jwts: null };

  const { issuer } = oauthServer;
  // The time is the same for both pairs, so that they are alike in all but scopes and custom claims.
  const issued = { issuer, issuedAtS: Math.floor(Date.now() / 1000) };
  const plain = await issue(oauthServer, plainPayloads(request, issued));
  const enriched = await issue(oauthServer, enrichedPayloads(request, outcome, custom, issued));
  return { ...result, before: plain.claims, after: enriched.claims, jwts: enriched.jwts };
}

/** Signs both tokens, and reads back what a relying party would. */
async function issue({ issuer, jwks, signing }, { idToken, accessToken }) {
  const keys = createLocalJWKSet(jwks);

  async function signAndVerify(payload, type) {
    if (payload === null) return { jwt: null, claims: null };
    const jwt = await new SignJWT(payload)
      .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: type })
      .sign(signing.privateKey);
    const verified = await jwtVerify(jwt, keys, { issuer, audience: payload.aud, algorithms: [signing.alg] });
    return { jwt, claims: verified.payload };
  }

  const id = await signAndVerify(idToken, "JWT");
  const access = await signAndVerify(accessToken, "at+jwt");
  return {
    claims: { idToken: id.claims, accessToken: access.claims },
    jwts: { idToken: id.jwt, accessToken: access.jwt },
  };
}
