/**
 * One login at the tenant: the Action runs, and what it set ends up, or does not, in tokens that are really signed.
 */

import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { createApi } from "../host/api.js";
import { createCache } from "../host/cache.js";
import { issuedClaims, MAX_CLAIM_BYTES } from "../host/claims.js";

const ID_TOKEN_TTL_S = 36_000;
const ACCESS_TOKEN_TTL_S = 86_400;

const CLAIMS_OF_SCOPE = {
  profile: ["name", "nickname", "given_name", "family_name", "picture", "updated_at"],
  email: ["email", "email_verified"],
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
    /** What the Action had logged. */
    this.logs = logs;
  }
}

/**
 * @typedef {Record<string, unknown>} Claims
 * @typedef {{ idToken: Claims, accessToken: Claims | null }} TokenClaims The access token's claims are null where
 *   the event names no API: that token is opaque then.
 *
 * @typedef {object} LoginResult
 * @property {import("../host/api.js").Outcome["denied"]} denied Where not null, there are no tokens.
 * @property {TokenClaims | null} before What the tokens would carry without the Action.
 * @property {TokenClaims | null} after What they carry, read from the verified tokens.
 * @property {{ idToken: string, accessToken: string | null } | null} jwts The tokens of `after`.
 * @property {{ idToken: import("../host/claims.js").DroppedClaim[],
 *   accessToken: import("../host/claims.js").DroppedClaim[] }} dropped
 * @property {string[]} logs
 * @property {string} kept The characters of the logs that Auth0 would keep.
 * @property {number} durationMs How long the Action took.
 * @property {number} initDurationMs How much of that went into loading it.
 * @property {import("../host/api.js").Outcome} outcome
 */

/**
 * Runs a post-login Action and issues the tokens.
 *
 * @param {object} options
 * @param {import("../host/loader.js").LoadedAction} options.action
 * @param {Record<string, any>} options.event
 * @param {import("../host/cache.js").Cache | null} [options.cache] A new one where left out.
 * @param {Pick<import("./oauth-server.js").OAuthServer, "issuer" | "jwks" | "signing">} options.oauthServer
 * @param {string} [options.handlerName]
 * @returns {Promise<LoginResult>} Rejects with LoginError where Auth0 would fail the login.
 */
export async function login({
  action,
  event,
  cache = createCache(),
  oauthServer,
  handlerName = "onExecutePostLogin",
}) {
  const { api, outcome } = createApi(event, { cache, trigger: "post-login" });
  // Taken first: an Action may change the event, and the tokens must not follow.
  const request = tokenRequest(event);

  const execution = await action.executeSettled(handlerName, event, api);
  const { logs, kept, durationMs, initDurationMs } = execution;
  if (execution.status === "rejected") {
    const { reason } = execution;
    const text = reason instanceof Error ? reason.message : String(reason);
    throw new LoginError("action_failed", `The Action failed: ${text}`, { logs, cause: reason });
  }

  const custom = customClaims(request, outcome, logs);
  const dropped = { idToken: custom.idToken.dropped, accessToken: custom.accessToken.dropped };
  const result = { denied: outcome.denied, dropped, logs, kept, durationMs, initDurationMs, outcome };
  if (outcome.denied !== null) return { ...result, before: null, after: null, jwts: null };

  const issue = createIssuer(oauthServer, request);
  const plain = await issue({ scopes: request.scopes, idToken: {}, accessToken: {} });
  const enriched = await issue({
    scopes: grantedScopes(request.scopes, outcome.scopes),
    idToken: custom.idToken.kept,
    accessToken: custom.accessToken.kept,
  });
  return { ...result, before: plain.claims, after: enriched.claims, jwts: enriched.jwts };
}

function tokenRequest(event) {
  return structuredClone({
    user: event.user,
    clientId: event.client.client_id,
    audience: event.resource_server?.identifier,
    scopes: event.transaction?.requested_scopes ?? [],
    nonce: event.request.query?.nonce,
    sessionId: event.session?.id,
  });
}

function customClaims({ scopes, audience }, outcome, logs) {
  const idToken = issuedClaims(outcome.idTokenClaims, { token: "id_token" });
  const accessToken = issuedClaims(outcome.accessTokenClaims, {
    token: "access_token",
    requestedScopes: scopes,
    audience,
  });
  for (const [name, claims] of Object.entries({ "ID token": idToken, "access token": accessToken })) {
    if (!claims.tooLarge) continue;
    const message = `The ${name} has ${claims.bytes} bytes of custom claims, Auth0 takes ${MAX_CLAIM_BYTES}`;
    throw new LoginError("claims_too_large", message, { logs });
  }
  return { idToken, accessToken };
}

function grantedScopes(requested, { added, removed }) {
  return [...new Set([...requested, ...added])].filter((scope) => !removed.includes(scope));
}

/** Issues pairs of tokens that are alike in all but scopes and custom claims: the time is the same for all. */
function createIssuer({ issuer, jwks, signing }, request) {
  const keys = createLocalJWKSet(jwks);
  const issuedAtS = Math.floor(Date.now() / 1000);

  async function signAndVerify(payload, type) {
    const jwt = await new SignJWT(payload)
      .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: type })
      .sign(signing.privateKey);
    const verified = await jwtVerify(jwt, keys, { issuer, audience: payload.aud, algorithms: [signing.alg] });
    return { jwt, claims: verified.payload };
  }

  return async ({ scopes, idToken, accessToken }) => {
    const common = { iss: issuer, sub: request.user.user_id, iat: issuedAtS };
    const id = await signAndVerify(
      {
        ...profileClaims(request.user, scopes),
        ...idToken,
        ...common,
        aud: request.clientId,
        exp: issuedAtS + ID_TOKEN_TTL_S,
        ...(request.sessionId === undefined ? {} : { sid: request.sessionId }),
        ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
      },
      "JWT",
    );
    if (request.audience === undefined) {
      return {
        claims: { idToken: id.claims, accessToken: null },
        jwts: { idToken: id.jwt, accessToken: null },
      };
    }

    const access = await signAndVerify(
      {
        ...accessToken,
        ...common,
        aud: [request.audience],
        azp: request.clientId,
        scope: scopes.join(" "),
        exp: issuedAtS + ACCESS_TOKEN_TTL_S,
      },
      "at+jwt",
    );
    return {
      claims: { idToken: id.claims, accessToken: access.claims },
      jwts: { idToken: id.jwt, accessToken: access.jwt },
    };
  };
}

function profileClaims(user, scopes) {
  const names = Object.entries(CLAIMS_OF_SCOPE).flatMap(([scope, claims]) =>
    scopes.includes(scope) ? claims : [],
  );
  return Object.fromEntries(
    names.filter((name) => user[name] !== undefined).map((name) => [name, user[name]]),
  );
}
