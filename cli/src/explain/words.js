/**
 * The words of an explanation, on the terminal and on the page.
 */

/** What a part is to the whole, where that is not plain. */
export const ROLES = new Map([
  ["test", "test"],
  ["then", "then"],
  ["otherwise", "else"],
  ["binding", "let"],
  ["in", "in"],
  ["condition", "filter"],
  ["each", "each"],
]);
