// The other side of src/container.js and decoder.wat: writes what they read.
//
// A module becomes streams (streams.js), those are compressed, and the bytes written as text (text.js).

import { brotliCompressSync, constants } from "node:zlib";
import { toStreams } from "./streams.js";
import { encode } from "./text.js";

/**
 * @param {Uint8Array} wasm
 * @param {{ quality?: number }} [how] How hard brotli tries, to 11.
 * @returns {{ text: string, compressed: Buffer }} what stands in the pasted file; the compressed streams
 * @throws where the module has what the container does not know
 */
export function pack(wasm, { quality = 11 } = {}) {
  const streams = toStreams(wasm);
  // Blocks of this size are the best ones for streams that are as long as a module's.
  const compressed = brotliCompressSync(streams, { params: parameters(streams, { quality, blockBits: 16 }) });
  return { text: encode(compressed), compressed };
}

/** The bytes in the smallest form that brotli finds: two of its parameters are guesses, so that several are tried. */
export function compress(bytes) {
  const candidates = [0, 1, 2, 3].flatMap((postfix) =>
    [0, 16].map((blockBits) =>
      brotliCompressSync(bytes, { params: parameters(bytes, { postfix, blockBits }) }),
    ),
  );
  return candidates.reduce((best, candidate) => (candidate.length < best.length ? candidate : best));
}

function parameters(bytes, { quality = 11, postfix = 0, blockBits }) {
  return {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
    [constants.BROTLI_PARAM_LGBLOCK]: blockBits,
  };
}
