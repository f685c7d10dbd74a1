/**
 * The logins of several people: what a row says, laid over the event.
 */

import { firstProblem, parseConfig } from "../../src/config/text.js";

/**
 * @param {Record<string, any>} event
 * @param {import("./state/workspace.js").Row} row
 * @returns {Record<string, any>}
 * @throws {Error} where what else differs is no JSON object
 */
export function eventOfRow(event, { user, client, organization, more }) {
  const ids = {
    ...(user === "" ? {} : { user: { user_id: user } }),
    ...(client === "" ? {} : { client: { client_id: client } }),
    ...(organization === "" ? {} : { organization: { id: organization } }),
  };
  return mergeObjects(mergeObjects(event, ids), more.trim() === "" ? {} : parseObject(more, "what differs"));
}

function mergeObjects(base, over) {
  if (!isObject(base) || !isObject(over)) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) merged.set(key, mergeObjects(merged.get(key), value));
  return Object.fromEntries(merged);
}

/** @returns {value is Record<string, any>} */
export const isObject = (/** @type {unknown} */ value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @param {string} text
 * @param {string} what The text is, for a message.
 */
export function parseObject(text, what) {
  const { value, problems } = parseConfig(text);
  if (problems.length > 0) throw new Error(`${what}: ${firstProblem(text, problems)}`);
  if (!isObject(value)) throw new Error(`${what} must be a JSON object`);
  return /** @type {Record<string, any>} */ (value);
}
