/**
 * What every target says of the tenant.
 */

/** The version of each trigger that the engine is written for. */
export const TRIGGER_VERSIONS = { "post-login": "v3", "credentials-exchange": "v2" };

/** The environment's variable that holds a secret: with a prefix, since the tools have an AUTH0_DOMAIN of their own. */
export function variableOf(secret) {
  return `CLAIMSMITH_${secret}`;
}
