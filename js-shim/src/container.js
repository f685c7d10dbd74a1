// The module of the pasted file, out of the text that stands there. What the text is made of, js-shim/container says.

/** Digits of the first and of the second character of a pair. */
export const FIRST_DIGITS = 91;
export const SECOND_DIGITS = 89;

/** The offset of the text, and then of the module, in the decoder's memory. */
const START = 9216;

/**
 * Writes each character's digit at its place. `@` and `#` have the last two, which only the first of a pair can be.
 * @param {Uint8Array} table
 */
export function digits(table) {
  for (let code = 33, digit = 0; code < 127; code++)
    if (!/["#@\\{]/.test(String.fromCharCode(code))) table[code] = digit++;
  table[35] = 89;
  table[64] = 90;
}

/**
 * Decodes in WebAssembly: this runs before JavaScript has been compiled, and would be slow there.
 *
 * @param {(bytes: Uint8Array) => Uint8Array} decompress brotli
 * @param {string} decoder decoder.wat, assembled, compressed, in base64
 * @param {string} text
 * @param {number} length how many bytes it stands for
 */
export function unpack(decompress, decoder, text, length) {
  const { memory, decode, join } = /** @type {any} */ (
    new WebAssembly.Instance(
      new WebAssembly.Module(/** @type {BufferSource} */ (decompress(Buffer.from(decoder, "base64")))),
    ).exports
  );
  const bytes = /** @type {any} */ (Buffer.from(memory.buffer));
  digits(bytes);
  bytes.latin1Write(text, START);
  decode(START + text.length);
  const streams = decompress(bytes.subarray(START, START + length));
  const at = bytes.length - streams.length;
  bytes.set(streams, at);
  return bytes.subarray(START, join(at));
}
