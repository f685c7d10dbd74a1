/**
 * What bundling uses of `node:zlib`, in a page.
 */

import loading from "brotli-wasm";

const brotli = await loading;

/** The names of Node's parameters; of them only the quality can be set here. */
export const constants = {
  BROTLI_PARAM_QUALITY: 1,
  BROTLI_PARAM_LGWIN: 2,
  BROTLI_PARAM_LGBLOCK: 3,
  BROTLI_PARAM_SIZE_HINT: 5,
  BROTLI_PARAM_NPOSTFIX: 7,
};

const BEST = 11;

/**
 * @param {Uint8Array} bytes
 * @param {{ params?: Record<number, number> }} [options]
 */
export function brotliCompressSync(bytes, { params = {} } = {}) {
  return Buffer.from(brotli.compress(bytes, { quality: params[constants.BROTLI_PARAM_QUALITY] ?? BEST }));
}

/**
 * @param {Uint8Array} bytes
 * @param {{ info?: boolean }} [options]
 */
export function brotliDecompressSync(bytes, { info = false } = {}) {
  const buffer = Buffer.from(brotli.decompress(bytes));
  return info ? { buffer, engine: { bytesWritten: bytes.length } } : buffer;
}
