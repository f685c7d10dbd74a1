// The build's side of src/container.js: writes what that reads, and assembles its decoder.
//
// A module becomes streams (streams.js), those are compressed, and the bytes written as text (text.js).

import { readFileSync } from "node:fs";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import binaryen from "binaryen";
import { unpack } from "../src/container.js";
import { toStreams } from "./streams.js";
import { encode } from "./text.js";

/**
 * @param {Uint8Array} wasm
 * @returns {{ decoder: string, text: string, compressed: Buffer }} what `unpack` is given; the compressed streams
 * @throws where the module has what the container does not know
 */
export function pack(wasm) {
  const decoder = brotliCompressSync(assembleDecoder()).toString("base64");
  const compressed = compress(toStreams(wasm));
  const text = encode(compressed);
  const unpacked = unpack(brotliDecompressSync, decoder, text, compressed.length);
  if (!Buffer.from(wasm).equals(unpacked)) throw new Error("what the container gives back is not the module");
  return { decoder, text, compressed };
}

/** @returns {Buffer} */
export function assembleDecoder() {
  const module = binaryen.parseText(readFileSync(new URL("decoder.wat", import.meta.url), "utf8"));
  module.setFeatures(binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt);
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  module.optimize();
  return Buffer.from(module.emitBinary());
}

/** The bytes in the smallest form that brotli finds: two of its parameters are guesses, so that several are tried. */
export function compress(bytes) {
  const candidates = [0, 1, 2, 3].flatMap((postfix) =>
    [0, 16].map((blockBits) =>
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_LGWIN]: 24,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
          [constants.BROTLI_PARAM_LGBLOCK]: blockBits,
        },
      }),
    ),
  );
  return candidates.reduce((best, candidate) => (candidate.length < best.length ? candidate : best));
}
