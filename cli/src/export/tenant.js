/**
 * The facts of the tenant that every target needs, and names that every target can take.
 */

import { createHash } from "node:crypto";

/** The version of each trigger that the engine is written for. */
export const TRIGGER_VERSIONS = { "post-login": "v3", "credentials-exchange": "v2" };

/** Node's versions, in Auth0's terms, on which the engine runs. */
export const RUNTIMES = ["node18", "node20", "node22", "node24"];

/**
 * The environment's variable that holds a secret: with a prefix, since the tools have an AUTH0_DOMAIN of their own.
 *
 * @param {string} secret
 */
export function variableOf(secret) {
  return `CLAIMSMITH_${portable(secret, /\W+/g, "_")}`;
}

/**
 * A name of allowed characters only. Where that loses something, a digest of the whole name is added, so that no two
 * names become one.
 *
 * @param {string} name
 * @param {RegExp} refused
 * @param {"-" | "_"} separator What stands in their place.
 */
export function portable(name, refused, separator) {
  const kept = name.replaceAll(refused, separator);
  if (kept === name) return kept;
  const parts = [kept.replace(/^[-_]+|[-_]+$/g, ""), digestOf(name)];
  return parts.filter((part) => part !== "").join(separator);
}

/** @param {string} name */
export function digestOf(name) {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}
