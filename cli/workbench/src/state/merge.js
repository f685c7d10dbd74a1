/**
 * Brings together what a person and somebody else made of one text.
 */

import { merge as mergeLines } from "node-diff3";
import { parseConfig } from "../../../src/config/text.js";

/**
 * @param {string | null} base What both began with; null where there was nothing.
 * @param {string} mine
 * @param {string | null} theirs Null where it is gone.
 * @returns {{ text: string, isClean: boolean }} With `isClean` false the two clash, and the text is mine.
 */
export function merge(base, mine, theirs) {
  if (theirs === mine || theirs === base) return { text: mine, isClean: true };
  if (base === mine && theirs !== null) return { text: theirs, isClean: true };
  if (theirs === null || base === null) return { text: mine, isClean: theirs === null && mine === base };
  const { conflict, result } = mergeLines(mine, base, theirs, { stringSeparator: "\n" });
  const text = result.join("\n");
  // Lines that are apart can still make no JSON together: a comma, or a key that stands twice.
  const isBroken = isWell(mine) && isWell(theirs) && !isWell(text);
  return conflict || isBroken ? { text: mine, isClean: false } : { text, isClean: true };
}

const isWell = (text) => parseConfig(text).problems.length === 0;
