/**
 * What bundling uses of `node:crypto`, in a page: at once, which Web Crypto cannot.
 */

import { sha256 } from "@noble/hashes/sha2.js";

/** @param {"sha256"} _algorithm */
export function createHash(_algorithm) {
  const hash = sha256.create();
  const hasher = {
    /** @param {string | Uint8Array} content */
    update(content) {
      hash.update(typeof content === "string" ? new TextEncoder().encode(content) : content);
      return hasher;
    },
    /** @param {BufferEncoding} encoding */
    digest: (encoding) => Buffer.from(hash.digest()).toString(encoding),
  };
  return hasher;
}
