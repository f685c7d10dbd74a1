/**
 * Decides which claims of an Action reach a token. Auth0 accepts most names at the call and silently leaves the
 * claim out later; here every one left out is named, with the reason.
 */

import { utf8Bytes } from "./utf8.js";

/** The 60 names that Auth0 drops in silence. */
export const RESERVED_CLAIMS = Object.freeze(
  (
    "acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest " +
    "entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf " +
    "nonce object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date " +
    "sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256"
  ).split(" "),
);

/** Bytes of custom claims in one token, names and values together. Past it the login fails. */
export const MAX_CLAIM_BYTES = 100_000;

const RESERVED = new Set(RESERVED_CLAIMS);

const BANNED_NAMESPACE_HOSTS = ["auth0.com", "auth0app.com", "webtask.io", "webtask.run"];

/** The schemes whose URLs have a host behind any number of slashes, of either kind (WHATWG URL, "special scheme"). */
const SPECIAL_SCHEMES = ["ftp", "http", "https", "ws", "wss"];

/** The scope that releases each OIDC claim to an access token (OpenID Connect Core, section 5.4). */
const SCOPE_OF_OIDC_CLAIM = new Map([
  ..."birthdate family_name gender given_name locale middle_name name nickname picture preferred_username profile updated_at website zoneinfo"
    .split(" ")
    .map((name) => /** @type {[string, string]} */ ([name, "profile"])),
  ["email", "email"],
  ["email_verified", "email"],
  ["address", "address"],
  ["phone_number", "phone"],
  ["phone_number_verified", "phone"],
]);

/**
 * @typedef {"reserved" | "banned_namespace" | "no_json_value" | "scope_not_requested" | "opaque_access_token"
 *   | "auth0_api_audience"} DropReason
 * @typedef {{ name: string, reason: DropReason }} DroppedClaim
 * @typedef {object} IssuedClaims
 * @property {Record<string, unknown>} kept What the token carries.
 * @property {DroppedClaim[]} dropped What it does not carry, in the order in which it was set.
 * @property {number} bytes Names and values of the kept claims, as JSON in UTF-8.
 * @property {boolean} tooLarge More than MAX_CLAIM_BYTES: Auth0 fails the login.
 */

/**
 * The claims that no token carries, whichever it is.
 *
 * @param {Record<string, unknown>} claims
 * @returns {DroppedClaim[]}
 */
export function droppedClaims(claims) {
  return Object.entries(claims).flatMap(([name, value]) => {
    const reason = reasonForAnyToken(name, value);
    return reason ? [{ name, reason }] : [];
  });
}

/**
 * The claims that one token carries, out of those that an Action set on it.
 *
 * @param {Record<string, unknown>} claims
 * @param {object} token
 * @param {"access_token" | "id_token"} token.token
 * @param {string[]} [token.requestedScopes] What the application asked for.
 * @param {string} [token.audience] The API the access token is for. Without one the access token is opaque.
 * @returns {IssuedClaims}
 */
export function issuedClaims(claims, { token, requestedScopes = [], audience }) {
  /** @type {[string, unknown][]} */
  const kept = [];
  /** @type {DroppedClaim[]} */
  const dropped = [];
  for (const [name, value] of Object.entries(claims)) {
    const reason =
      reasonForAnyToken(name, value) ??
      (token === "access_token" ? reasonForAccessToken(name, requestedScopes, audience) : null);
    if (reason) dropped.push({ name, reason });
    else kept.push([name, JSON.parse(JSON.stringify(value))]);
  }

  const bytes = kept.reduce((sum, [name, value]) => sum + claimBytes(name, value), 0);
  // Object.fromEntries defines properties, so that a claim named `__proto__` stays a plain one.
  return { kept: Object.fromEntries(kept), dropped, bytes, tooLarge: bytes > MAX_CLAIM_BYTES };
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {DropReason | null}
 */
function reasonForAnyToken(name, value) {
  if (RESERVED.has(name) || name === "scope") return "reserved";
  if (isBannedNamespace(name)) return "banned_namespace";
  if (JSON.stringify(value) === undefined) return "no_json_value";
  return null;
}

/**
 * @param {string} name
 * @param {string[]} requestedScopes
 * @param {string | undefined} audience
 * @returns {DropReason | null}
 */
function reasonForAccessToken(name, requestedScopes, audience) {
  if (audience === undefined) return "opaque_access_token";
  if (isAuth0Api(audience)) return "auth0_api_audience";
  const scope = SCOPE_OF_OIDC_CLAIM.get(name);
  if (scope !== undefined && !requestedScopes.includes(scope)) return "scope_not_requested";
  return null;
}

function isBannedNamespace(name) {
  if (/^urn:auth0(?![a-z0-9-])/.test(plainUrl(name))) return true;
  const found = splitHost(name);
  return found !== null && BANNED_NAMESPACE_HOSTS.some((host) => isBelow(found.host, host));
}

/** Returns whether an access token for this audience is for an API of Auth0's; `/userinfo` is exempt. */
function isAuth0Api(audience) {
  const found = splitHost(audience);
  return found !== null && isBelow(found.host, "auth0.com") && !/^\/userinfo\/?$/.test(found.path);
}

/**
 * A URL as parsers read it, as far as that may hide whose name its host is (WHATWG URL; UTS #46, section 4). The engine
 * decides in the same way, which tests/vectors holds both to: it has no room for tables of international names.
 */
function plainUrl(text) {
  return text
    .replace(/[\0- ]|\u00ad|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu, "")
    .replace(/[\u3002\uff61]/gu, ".")
    .replace(/[\uff01-\uff5e]/gu, (wide) => String.fromCodePoint(wide.charCodeAt(0) - 0xfee0))
    .replace(/%(2[de]|3\d|[46][1-9a-f]|[57][0-9a])/gi, decodeURIComponent)
    .replace(/\\/g, "/")
    .toLowerCase();
}

/** The host of a URL of any scheme, user and port, and what stands behind it. */
function splitHost(text) {
  const [, scheme, slashes, authority, path] = /^([^:]+):(\/*)([^/?#]*)(.*)$/su.exec(plainUrl(text)) ?? [];
  if (scheme === undefined || !(slashes.startsWith("//") || SPECIAL_SCHEMES.includes(scheme))) return null;
  const host = authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:.*$/su, "")
    .replace(/\.+$/, "");
  return { host, path };
}

function isBelow(found, host) {
  return found === host || found.endsWith(`.${host}`);
}

function claimBytes(name, value) {
  return utf8Bytes(name) + utf8Bytes(JSON.stringify(value));
}
