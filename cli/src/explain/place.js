/**
 * Places of a configuration as people write them. Runs in Node and in the browser.
 */

import { parsePath } from "../config/text.js";

/** The lists of a configuration whose entries have expressions. */
const LISTS = ["claims", "values", "sources", "deny", "mfa", "scopes", "session", "refresh_token"];

/**
 * Returns the names and indexes of a place: of the name of a claim alone, or of a path as `check` writes it.
 *
 * @param {Record<string, any>} config
 * @param {string} text
 * @returns {(string | number)[] | undefined} undefined where nothing stands there
 */
export function findPlace(config, text) {
  if (Object.hasOwn(config.claims ?? {}, text)) return ["claims", text];
  const segments = parsePath(text);
  const found = segments.reduce(
    (value, segment) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, segment)
        ? value[segment]
        : undefined,
    /** @type {any} */ (config),
  );
  return found === undefined || found === null || segments.length === 0 ? undefined : segments;
}

/**
 * @param {Record<string, any>} config
 * @returns {string[]} the places that can be explained, as paths; of a claim its name
 */
export function explainablePlaces(config) {
  const places = config.when === undefined ? [] : ["when"];
  for (const list of LISTS) {
    const entries = config[list] ?? {};
    if (list === "claims") places.push(...Object.keys(entries));
    else if (Array.isArray(entries)) places.push(...entries.map((_, index) => `${list}[${index}]`));
    else places.push(...Object.keys(entries).map((name) => `${list}.${name}`));
  }
  return places;
}
