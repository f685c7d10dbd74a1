/**
 * Text in columns, for a terminal.
 */

import Table from "cli-table3";

/** Columns without lines. */
export function plainTable(colAligns = []) {
  const none =
    "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid";
  const chars = Object.fromEntries(none.split(" ").map((name) => [name, ""]));
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  return new Table({ chars: { ...chars, middle: "  " }, style, colAligns });
}

/** Its lines, without spaces at their ends. */
export function rows(table) {
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
