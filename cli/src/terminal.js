/**
 * The output of the command. Text from a file, a server or an argument may hold characters that move the
 * cursor, change what was printed before, or show a text in another order than it has: they are printed as escapes.
 */

import pc from "picocolors";
import { wrap } from "./layout.js";

/** Controls (C0, DEL, C1), format characters (bidi controls, zero width), separators of lines, halves of pairs. */
const INVISIBLE = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]";

/** The codes of picocolors that are used here. One that hides text is not among them. */
const COLOUR = "\\u001b\\[(?:0|1|2|22|3[1-6]|39)m";

/** A link to a file, or the end of one (OSC 8). */
const LINK = "\\u001b\\]8;;(?:file:///[!-~]*)?\\u001b\\\\";

const ALL_INVISIBLE = new RegExp(INVISIBLE, "gu");
const ALL_BUT_OURS = new RegExp(
  pc.isColorSupported ? `(\\n|${COLOUR}|${LINK})|${INVISIBLE}` : `(\\n|${LINK})|${INVISIBLE}`,
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

/** Below it nothing is laid out in a way that can be read. */
const MIN_WIDTH = 20;

/**
 * The columns that output has: those that `COLUMNS` says, those of the terminal, or no end of them in a pipe or a file.
 *
 * @param {{ isTTY?: boolean, columns?: number }} [stream]
 * @param {Record<string, string | undefined>} [env]
 */
export function outputWidth(stream = process.stdout, env = process.env) {
  const given = Number(env.COLUMNS);
  if (Number.isInteger(given) && given > 0) return Math.max(given, MIN_WIDTH);
  // Some terminals say 0.
  if (!stream.isTTY || !stream.columns) return Number.POSITIVE_INFINITY;
  return Math.max(stream.columns, MIN_WIDTH);
}

/**
 * Prints lines on standard output for a person: those that are wider are wrapped. What others wrote in them must be `visible`
 * before it is coloured; what is not loses all but colours and line breaks here.
 *
 * @param {string} text
 */
export function print(text) {
  console.log(wrap(withoutControls(text), outputWidth()));
}

/** The same on standard error. @param {string} text */
export function printError(text) {
  console.error(wrap(withoutControls(text), outputWidth(process.stderr)));
}

/** Prints what a program reads, or a person copies: its lines stay as they are. @param {string} text */
export function printVerbatim(text) {
  console.log(withoutControls(text));
}

/** The result of a command for programs. @param {unknown} value */
export function printJson(value) {
  printVerbatim(JSON.stringify(value, null, 2));
}

/** A text that leads to a file, for a terminal that shows links. @param {string} text @param {URL} url */
export function hyperlink(text, url) {
  return `\u001b]8;;${url.href}\u001b\\${text}\u001b]8;;\u001b\\`;
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
