/**
 * Lengths in bytes, in Node and in the browser.
 */

const encoder = new TextEncoder();

/** @param {string} text */
export function utf8Bytes(text) {
  return encoder.encode(text).length;
}
