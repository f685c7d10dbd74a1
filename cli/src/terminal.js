/**
 * The output of the command. Text from a file, a server or an argument may hold characters that move the
 * cursor, change what was printed before, or show a text in another order than it has: they are printed as escapes.
 */

import pc from "picocolors";

/** Controls (C0, DEL, C1), format characters (bidi controls, zero width), separators of lines, halves of pairs. */
const INVISIBLE = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]";

/** The codes of picocolors that are used here. One that hides text is not among them. */
const COLOUR = "\\u001b\\[(?:0|1|2|22|3[1-6]|39)m";

const ALL_INVISIBLE = new RegExp(INVISIBLE, "gu");
const ALL_BUT_OURS = new RegExp(
  pc.isColorSupported ? `(\\n|${COLOUR})|${INVISIBLE}` : `(\\n)|${INVISIBLE}`,
  "gu",
);

/**
 * A text that was not written here, on one line: `\u001b[2J` in place of what clears the screen. JSON stays the same JSON.
 *
 * @param {unknown} text
 */
export function visible(text) {
  return String(text).replaceAll(ALL_INVISIBLE, escaped);
}

/**
 * Prints lines on standard output. What others wrote in them must be `visible` before it is coloured; what is not loses
 * all but colours and line breaks here.
 *
 * @param {string} text
 */
export function print(text) {
  console.log(withoutControls(text));
}

/** The same on standard error. @param {string} text */
export function printError(text) {
  console.error(withoutControls(text));
}

/** The result of a command for programs. @param {unknown} value */
export function printJson(value) {
  print(JSON.stringify(value, null, 2));
}

/** @param {string} text */
export function withoutControls(text) {
  return text.replaceAll(ALL_BUT_OURS, (found, ours) => ours ?? escaped(found));
}

/** As JSON escapes it: each code unit by its number. */
function escaped(found) {
  return found
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
