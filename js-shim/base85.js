// The build's side of src/base85.js: writes what that reads, and assembles its decoder.

import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { FIRST, REPLACED, REPLACING } from "./src/base85.js";

/** @param {Uint8Array} bytes */
export function encode(bytes) {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  let text = "";
  for (let offset = 0; offset < padded.length; offset += 4) {
    const word = padded.readUInt32BE(offset);
    for (const weight of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) {
      const character = String.fromCharCode(FIRST + (Math.floor(word / weight) % 85));
      const index = REPLACED.indexOf(character);
      text += index < 0 ? character : REPLACING[index];
    }
  }
  return text;
}

/** @returns {Buffer} the module that `decode` is given */
export function assembleDecoder() {
  const module = binaryen.parseText(readFileSync(new URL("src/base85.wat", import.meta.url), "utf8"));
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  module.optimize();
  return Buffer.from(module.emitBinary());
}
