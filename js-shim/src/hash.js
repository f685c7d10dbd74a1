// SHA-256 for the engine of the pasted file: Node has it, and a module that brings it along is 2 kB larger.

import { crypto } from "./later.js";

/** @param {Uint8Array} bytes */
export function sha256(bytes) {
  return crypto().createHash("sha256").update(bytes).digest();
}
