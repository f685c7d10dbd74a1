/**
 * The result of one simulated login, as it is shown. Runs in Node and in the browser.
 */

import { utf8Bytes } from "../host/utf8.js";

/**
 * @typedef {"access_token" | "id_token"} TokenName
 *
 * @typedef {object} Change
 * @property {string} claim The claim's name.
 * @property {"added" | "changed" | "removed"} kind Whether it is new, another one or gone.
 * @property {unknown} [before] Left out where it is new.
 * @property {unknown} [after] Left out where it is gone.
 *
 * @typedef {object} TokenResult
 * @property {TokenName} token The token.
 * @property {Record<string, unknown> | null} before What it carries without the Action; null where there is none.
 * @property {Record<string, unknown> | null} after What it carries with it; likewise.
 * @property {Change[]} changes What the Action changed of it.
 * @property {Record<string, unknown>} custom The claims that the Action set and Auth0 keeps.
 * @property {number} bytes Of the claims that the Action set, names and values as JSON in UTF-8.
 * @property {number} limitBytes The configuration's limit for these.
 * @property {import("../host/claims.js").DroppedClaim[]} dropped What Auth0 leaves out, and why.
 *
 * @typedef {object} Call One request, in milliseconds from the beginning of the login.
 * @property {"token" | "source"} kind What was called: a token endpoint, or a source.
 * @property {string} name As in the configuration.
 * @property {string} method The method of the request.
 * @property {string} url With the name of a secret in place of its value.
 * @property {number} startMs When it began.
 * @property {number | null} endMs When it ended. Null where it had not ended when the login did.
 * @property {number | null} status The status of the answer. Null where nothing was answered.
 *
 * @typedef {object} Shadow What a login has come to.
 * @property {"enriched" | "partial" | "skipped" | "denied" | "shadow" | "failed"} outcome The outcome: `failed` where Auth0 would
 *   fail the login.
 * @property {string | null} error Why it failed.
 * @property {{ code?: string, reason?: string } | null} denied As `api.access.deny` was called: what the user reads, and for
 *   machines the code of the error. Null where the login was not denied.
 * @property {TokenResult[]} tokens The access token and the ID token.
 * @property {Record<string, Record<string, unknown>>} elsewhere What was set besides the tokens, by target.
 * @property {{ added: string[], removed: string[] }} scopes Those that were added and removed.
 * @property {import("../host/api.js").Mfa | null} mfa The further factor that was demanded.
 * @property {import("../host/api.js").SessionChange[]} session What was done to the session, in order.
 * @property {import("../host/api.js").SessionChange[]} refresh_token What was done to the refresh token, in order.
 *
 * @typedef {object} Course How it got there.
 * @property {number} durationMs The time that the login took, in milliseconds.
 * @property {number | null} deadlineMs The configuration's deadline, in milliseconds. Null where it stands in code.
 * @property {Call[]} calls In the order in which they began.
 * @property {{ key: string, bytes: number, expiresInS: number }[]} cache What `api.cache` holds afterwards.
 * @property {{ id: string, openForS: number }[]} breakers Those that are open afterwards.
 * @property {string[]} refused What Auth0 refused of what was asked for, each with its method and why.
 * @property {import("claimsmith").Report | null} report The report. Null where the Action ended without one.
 * @property {string[]} logs The lines that the Action logged.
 * @property {Shadow} [shadow] In the mode `shadow`: what the login would have come to.
 * @property {string[]} [secrets] Of an Action in Rust: those that it has read so far.
 *
 * @typedef {Shadow & Course} Simulation
 */

export const DEFAULT_DEADLINE_MS = 5000;
const DEFAULT_LIMIT_BYTES = 8192;

/**
 * The entry of `api.cache` in which instances tell each other of endpoints that fail. Each has a list that begins with
 * when it was last well, when its breaker was opened, and for how long.
 */
const BREAKERS_KEY = "claimsmith.breakers";

/**
 * @param {object} login
 * @param {Record<string, any>} login.config
 * @param {Omit<import("../host/api.js").Outcome, "touched" | "validationError">} login.outcome
 * @param {import("../tenant/token-payloads.js").Payloads | null} login.before
 * @param {import("../tenant/token-payloads.js").Payloads | null} login.after
 * @param {{ idToken: import("../host/claims.js").DroppedClaim[],
 *   accessToken: import("../host/claims.js").DroppedClaim[] }} login.dropped
 * @param {{ idToken: Record<string, unknown>, accessToken: Record<string, unknown> }} login.custom What Auth0 keeps of the claims that were set.
 * @param {import("claimsmith").Report | null} login.report
 * @param {Call[]} login.calls
 * @param {import("../host/cache.js").Cache} login.cache
 * @param {number} login.durationMs
 * @param {string[]} login.logs
 * @param {string | null} [login.error]
 * @param {number} [login.nowMs]
 * @returns {Simulation}
 */
export function describeLogin({
  config,
  outcome,
  before,
  after,
  dropped,
  custom,
  report,
  calls,
  cache,
  durationMs,
  logs,
  error = null,
  nowMs = Date.now(),
}) {
  const entries = cache.entries();
  return {
    outcome: error === null ? (report?.outcome ?? "failed") : "failed",
    error,
    denied: outcome.denied,
    durationMs,
    deadlineMs: config.deadline_ms ?? DEFAULT_DEADLINE_MS,
    tokens: [describeToken("access_token", "accessToken"), describeToken("id_token", "idToken")],
    elsewhere: Object.fromEntries(
      Object.entries({
        saml_response: outcome.samlAttributes,
        app_metadata: outcome.appMetadata,
        user_metadata: outcome.userMetadata,
        transaction_metadata: outcome.transactionMetadata,
        session_metadata: outcome.sessionMetadata,
        refresh_token_metadata: outcome.refreshTokenMetadata,
      }).filter(([, values]) => Object.keys(values).length > 0),
    ),
    scopes: outcome.scopes,
    mfa: outcome.mfa,
    session: outcome.session,
    refresh_token: outcome.refreshToken,
    calls,
    cache: entries.map(({ key, value, expires_at: expiresAt }) => ({
      key,
      bytes: utf8Bytes(key) + utf8Bytes(value),
      expiresInS: Math.round((expiresAt - nowMs) / 1000),
    })),
    breakers: openBreakers(entries, nowMs),
    refused: outcome.calls
      .filter((call) => call.error !== undefined)
      .map(({ method, error }) => `${method}: ${error}`),
    report,
    logs,
  };

  function describeToken(token, name) {
    const set = name === "idToken" ? outcome.idTokenClaims : outcome.accessTokenClaims;
    return {
      token,
      before: before?.[name] ?? null,
      after: after?.[name] ?? null,
      changes: compareClaims(before?.[name] ?? {}, after?.[name] ?? {}),
      bytes: claimsBytes(set),
      limitBytes: config.limits?.[`${token}_bytes`] ?? DEFAULT_LIMIT_BYTES,
      custom: custom[name],
      dropped: dropped[name],
    };
  }
}

/**
 * Returns what a login in the mode `shadow` would have come to, of the same login in the mode `enforce`.
 *
 * @param {Simulation} login
 * @returns {Shadow}
 */
export function shadowOf({
  outcome,
  error,
  denied,
  tokens,
  elsewhere,
  scopes,
  mfa,
  session,
  refresh_token: refreshToken,
}) {
  return { outcome, error, denied, tokens, elsewhere, scopes, mfa, session, refresh_token: refreshToken };
}

/**
 * Returns whether Auth0 would fail the login, or leave out a claim that was set.
 *
 * @param {Simulation} login
 */
export function isSpoiled({ outcome, tokens }) {
  return outcome === "failed" || tokens.some(({ dropped }) => dropped.length > 0);
}

/**
 * Returns whether something went wrong in the login. That tells a denial by mistake from one by a rule: what fails and
 * denies is among the errors, a rule that holds is none.
 *
 * @param {Simulation} login
 */
export function hasErrors({ outcome, report }) {
  return outcome === "partial" || report === null || report.errors.length > 0;
}

/**
 * @param {Record<string, unknown>} before
 * @param {Record<string, unknown>} after
 * @returns {Change[]} in the order of `after`, what was removed last
 */
export function compareClaims(before, after) {
  /** @type {Change[]} */
  const changes = [];
  for (const [claim, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, claim)) changes.push({ claim, kind: "added", after: value });
    else if (!isSame(before[claim], value)) {
      changes.push({ claim, kind: "changed", before: before[claim], after: value });
    }
  }
  for (const [claim, value] of Object.entries(before)) {
    if (!Object.hasOwn(after, claim)) changes.push({ claim, kind: "removed", before: value });
  }
  return changes;
}

/** The values came from JSON in one order of keys, so their text tells. */
function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function claimsBytes(claims) {
  return Object.entries(claims).reduce(
    (sum, [name, value]) => sum + utf8Bytes(name) + utf8Bytes(JSON.stringify(value) ?? ""),
    0,
  );
}

function openBreakers(entries, nowMs) {
  const entry = entries.find(({ key }) => key === BREAKERS_KEY);
  if (entry === undefined) return [];
  return Object.entries(JSON.parse(entry.value))
    .filter(([, entry]) => Array.isArray(entry))
    .map(([id, [, openedAtMs, openMs]]) => ({
      id,
      openForS: Math.ceil((openedAtMs + openMs - nowMs) / 1000),
    }))
    .filter(({ openForS }) => openForS > 0);
}
