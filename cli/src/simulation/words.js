/**
 * The names of the parts of a simulated login, in the terminal and on the page.
 */

export const TOKEN_TITLES = { access_token: "Access token", id_token: "ID token" };

export const TARGET_TITLES = {
  saml_response: "SAML response",
  app_metadata: "app_metadata",
  user_metadata: "user_metadata",
  transaction_metadata: "Transaction metadata",
  session_metadata: "Session metadata",
  refresh_token_metadata: "Refresh token metadata",
};

/** The reasons why Auth0 drops a claim. */
export const DROP_REASONS = {
  reserved: "Auth0 keeps this name to itself",
  banned_namespace: "Auth0 owns this namespace",
  no_json_value: "it has no JSON",
  scope_not_requested: "the application did not ask for the scope that releases it",
  opaque_access_token: "the login is for no API, so the access token carries nothing",
  auth0_api_audience: "the token is for an API of Auth0's own",
};

/**
 * Says which further factor is demanded.
 * @param {import("../host/api.js").Mfa} mfa
 */
export function describeMfa({ enable, allow_remember_browser: remember, challenge, enroll }) {
  if (challenge !== undefined) return `one of ${challenge.join(", ")} is asked for`;
  if (enroll !== undefined) return `one of ${enroll.join(", ")} is enrolled`;
  const browser =
    remember === undefined ? "" : `, and the browser may ${remember ? "" : "not "}be remembered`;
  return `a factor of \`${enable}\` is asked for${browser}`;
}

/**
 * Says what is done to a session or a refresh token.
 * @param {import("../host/api.js").SessionChange} change
 */
export function describeSessionChange({ expires_at: at, idle_expires_at: idleAt, revoke }) {
  if (revoke !== undefined) return `revoked: ${revoke}`;
  const time = new Date(/** @type {number} */ (at ?? idleAt)).toISOString();
  return at === undefined ? `expires at ${time} if it is not used` : `expires at ${time}`;
}

/** @param {import("claimsmith").Report["sources"][string]} source */
export function describeSource({ from, skipped, attempts }) {
  if (skipped) return "not asked";
  return `from ${from ?? "nowhere"}, ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
}

/**
 * Returns why a claim has no value of its own.
 * @param {{ reason: string, source?: string }} claim
 */
export function describeReason({ reason, source }) {
  if (source !== undefined) return `the source ${source} failed`;
  if (reason === "null") return "its value is null";
  if (reason === "taken") return "another claim has its name";
  return reason === "when" ? "its `when` does not hold" : reason;
}
