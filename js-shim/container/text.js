// Bytes as text: 6.49 bits a character, of the 6.54 that all characters would carry that a string takes unescaped.
//
// The characters are those from `!` to `~` without `"`, `\` and `{`; the second of each pair is none of `@` and `#`
// either. So there is no `${`, `%{`, `@@` or `##` in the text, which would mean something to templates and to the tools
// that deploy Actions. Of the 91 × 89 = 8,099 pairs 93 stand for 12 bits, the others for 13.

import { digits, FIRST_DIGITS, SECOND_DIGITS } from "../src/container.js";

const PAIRS = FIRST_DIGITS * SECOND_DIGITS;

/** Twelve bits of this value or more are a pair by themselves: with a thirteenth they would not be among the pairs. */
export const SHORT_FROM = PAIRS - 4096;

const CHARACTERS = characters();

/** @param {Uint8Array} bytes */
export function encode(bytes) {
  let text = "";
  let bits = 0;
  let count = 0;
  const flush = (until) => {
    while (count > until) {
      const isShort = (bits & 4095) >= SHORT_FROM;
      const pair = bits & (isShort ? 4095 : 8191);
      text += CHARACTERS[pair % FIRST_DIGITS] + CHARACTERS[Math.floor(pair / FIRST_DIGITS)];
      bits >>= isShort ? 12 : 13;
      count -= isShort ? 12 : 13;
    }
  };
  for (const byte of bytes) {
    bits |= byte << count;
    count += 8;
    flush(12);
  }
  flush(0);
  return text;
}

/** The characters by their digit. */
function characters() {
  const table = new Uint8Array(128);
  digits(table);
  const byDigit = [];
  for (const [code, digit] of table.entries()) {
    if (digit > 0 || code === "!".charCodeAt(0)) byDigit[digit] = String.fromCharCode(code);
  }
  return byDigit;
}
