/**
 * The section of the documentation on each code that a message has. The page has it too, so there is nothing of Node here.
 */

import { ERROR_CODES, WARNING_CODES } from "./codes.js";

/**
 * @param {string} code
 * @returns {string | undefined} a page from the root of the repository, and its heading; undefined for a code that an Action in
 *   Rust made up
 */
export function sectionOf(code) {
  if (WARNING_CODES.includes(code)) return `docs/warnings.md#${code}`;
  return ERROR_CODES.includes(code) ? `docs/errors.md#${code}` : undefined;
}
