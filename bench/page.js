// The parts of a page that a run writes, between their marks. What stands around them is written by hand.

/** The parts of docs/performance.md. */
export const PARTS = [
  "machine",
  "figures",
  "ratios",
  "aims",
  "growth",
  "crossings",
  "memory",
  "instructions",
];

/**
 * The page with this text in place of what the part held.
 *
 * @param {string} page
 * @param {string} name of the part
 * @param {string} text
 */
export function withPart(page, name, text) {
  const begin = `<!-- ${name}: written by ./build.sh bench -->\n`;
  const end = `<!-- ${name} ends -->\n`;
  const [before, rest] = page.split(begin);
  const [, after] = rest?.split(end) ?? [];
  if (after === undefined) throw new Error(`the page has no marks for \`${name}\``);
  return before + begin + text + end + after;
}
