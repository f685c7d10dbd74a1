/**
 * The payloads of the two tokens, with and without an Action. Knows no keys: runs in Node and in the browser.
 */

import { issuedClaims, MAX_CLAIM_BYTES } from "../host/claims.js";

const ID_TOKEN_TTL_S = 36_000;
const ACCESS_TOKEN_TTL_S = 86_400;

const CLAIMS_OF_SCOPE = {
  profile: ["name", "nickname", "given_name", "family_name", "picture", "updated_at"],
  email: ["email", "email_verified"],
};

/**
 * @typedef {Record<string, unknown>} Payload
 * @typedef {{ idToken: Payload | null, accessToken: Payload | null }} Payloads The access token's is null where the
 *   event names no API: that token is opaque then. A machine has no ID token.
 *
 * @typedef {{ issuer: string, issuedAtS: number }} Issued
 *
 * @typedef {object} TokenRequest
 * @property {Record<string, any> | undefined} user Undefined where a machine asks.
 * @property {string} clientId
 * @property {string | undefined} audience
 * @property {string[]} scopes
 * @property {string | undefined} nonce
 * @property {string | undefined} sessionId
 */

/**
 * Reads the token request. Called before the Action runs: it may change the event, and the tokens must not follow.
 *
 * @param {Record<string, any>} event
 * @returns {TokenRequest}
 */
export function readTokenRequest(event) {
  return structuredClone({
    user: event.user,
    clientId: event.client.client_id,
    audience: event.resource_server?.identifier,
    scopes: event.transaction?.requested_scopes ?? [],
    nonce: event.request.query?.nonce,
    sessionId: event.session?.id,
  });
}

/**
 * The custom claims that end up in each token, and those that Auth0 drops.
 *
 * @param {TokenRequest} request
 * @param {import("../host/api.js").Outcome} outcome
 */
export function customClaims({ scopes, audience }, outcome) {
  return {
    idToken: issuedClaims(outcome.idTokenClaims, { token: "id_token" }),
    accessToken: issuedClaims(outcome.accessTokenClaims, {
      token: "access_token",
      requestedScopes: scopes,
      audience,
    }),
  };
}

/**
 * Returns why Auth0 fails the login where a token has more custom claims than it takes.
 *
 * @param {ReturnType<typeof customClaims>} custom
 * @returns {string | null} null where both are within the limit
 */
export function tooLargeMessage({ idToken, accessToken }) {
  for (const [name, { bytes, tooLarge }] of Object.entries({
    "ID token": idToken,
    "access token": accessToken,
  })) {
    if (tooLarge) return `The ${name} has ${bytes} bytes of custom claims, Auth0 takes ${MAX_CLAIM_BYTES}`;
  }
  return null;
}

/**
 * @param {TokenRequest} request
 * @param {Issued} issued
 * @returns {Payloads} as without an Action
 */
export function plainPayloads(request, issued) {
  return payloads(request, issued, { scopes: request.scopes, idToken: {}, accessToken: {} });
}

/**
 * @param {TokenRequest} request
 * @param {import("../host/api.js").Outcome} outcome
 * @param {ReturnType<typeof customClaims>} custom
 * @param {Issued} issued
 * @returns {Payloads}
 */
export function enrichedPayloads(request, outcome, custom, issued) {
  return payloads(request, issued, {
    scopes: grantedScopes(request.scopes, outcome.scopes),
    idToken: custom.idToken.kept,
    accessToken: custom.accessToken.kept,
  });
}

function grantedScopes(requested, { added, removed }) {
  return [...new Set([...requested, ...added])].filter((scope) => !removed.includes(scope));
}

function payloads(request, issued, custom) {
  return {
    idToken: request.user === undefined ? null : idTokenPayload(request, issued, custom),
    accessToken: request.audience === undefined ? null : accessTokenPayload(request, issued, custom),
  };
}

function idTokenPayload(request, { issuer, issuedAtS }, { scopes, idToken }) {
  return {
    ...profileClaims(request.user, scopes),
    ...idToken,
    iss: issuer,
    sub: request.user.user_id,
    iat: issuedAtS,
    aud: request.clientId,
    exp: issuedAtS + ID_TOKEN_TTL_S,
    ...(request.sessionId === undefined ? {} : { sid: request.sessionId }),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
  };
}

function accessTokenPayload(request, { issuer, issuedAtS }, { scopes, accessToken }) {
  const machine = request.user === undefined;
  return {
    ...accessToken,
    iss: issuer,
    sub: machine ? `${request.clientId}@clients` : request.user.user_id,
    iat: issuedAtS,
    aud: machine ? request.audience : [request.audience],
    azp: request.clientId,
    scope: scopes.join(" "),
    exp: issuedAtS + ACCESS_TOKEN_TTL_S,
    ...(machine ? { gty: "client-credentials" } : {}),
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
