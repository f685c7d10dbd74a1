/**
 * Adds a claim to the text of a configuration, with its comments and its layout kept.
 */

import { applyEdits, findNodeAtLocation, modify, parseTree } from "jsonc-parser";
import { parseConfig } from "../../../src/config/text.js";

const FORMAT = { tabSize: 2, insertSpaces: true, eol: "\n" };
const DEFAULT_NAMESPACE = "https://example.com/";

/**
 * @param {string} text
 * @param {string} expression
 * @returns {{ text: string, name: string, offset: number, length: number } | null} with the place of the claim's name;
 *   null where the text is no object
 */
export function addClaim(text, expression) {
  const config = /** @type {any} */ (parseConfig(text).value);
  if (typeof config !== "object" || config === null || Array.isArray(config)) return null;
  const claims = config.claims ?? {};
  if (typeof claims !== "object" || Array.isArray(claims)) return null;
  const name = nameFor(expression, Object.keys(claims));
  const edits = modify(text, ["claims", name], expression, { formattingOptions: FORMAT });
  const changed = applyEdits(text, edits);
  const tree = parseTree(changed);
  const node = tree && findNodeAtLocation(tree, ["claims", name]);
  const { offset = 0, length = 0 } = node?.parent?.children?.[0] ?? {};
  return { text: changed, name, offset, length };
}

/** The namespace of the claims that are there, and the last name in the expression. */
function nameFor(expression, taken) {
  const namespace = taken
    .map((name) => /^(?:https?:\/\/.*\/|\{settings\.\w+\}\/)/.exec(name)?.[0])
    .find(Boolean);
  const [last = "value"] = [...expression.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)]
    .map(([word]) => word)
    .slice(-1);
  const name = (namespace ?? DEFAULT_NAMESPACE) + last.toLowerCase();
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
