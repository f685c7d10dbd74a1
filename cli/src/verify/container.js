/**
 * Reads the container of the module in a pasted file, as js-shim/container describes it. In plain JavaScript and apart
 * from the decoder that the file brings along: what is to be checked must not be run for it.
 */

import { brotliDecompressSync } from "node:zlib";

/** More than any pasted file stands for. */
const MAX_BYTES = 2 ** 22;

const CHARACTERS = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
const DIGITS = new Map(
  [...CHARACTERS.filter((character) => !'"#@\\{'.includes(character)), "#", "@"].map((character, digit) => [
    character,
    digit,
  ]),
);
const FIRST_DIGITS = 91;
const SHORT_FROM = 91 * 89 - 4096;

const COLUMN_BYTES = 256;
const COLUMNS = 7;
const STREAMS = 16;
const TOKENS = 0;
const LOCALS = 1;
const FIRST_SPLIT = 9;
const OUTSIDE = 15;
const RECENT_LOCALS = 32;
const RECENT_FUNCTIONS = 4096;

/** By shape. */
const [NONE, END_OF_BODY, RECENT_LOCAL, LOCAL, FUNCTION, RAW, TARGETS, NUMBERS] = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * @param {string} text
 * @param {number} length how many bytes it stands for
 * @returns {Buffer}
 * @throws {RangeError} where it is no container
 */
export function unpack(text, length) {
  const bytes = decodeText(text);
  const compressed = bytes.subarray(0, length);
  // The last pair of characters may stand for bits that fill it up, and no more.
  if (bytes.length > length + 1 || (bytes[length] ?? 0) !== 0) throw new RangeError("text is left over");
  const { buffer, engine } = /** @type {any} */ (
    brotliDecompressSync(compressed, { maxOutputLength: MAX_BYTES, info: true })
  );
  if (engine.bytesWritten !== compressed.length) throw new RangeError("compressed bytes are left over");
  return join(buffer);
}

function decodeText(text) {
  const bytes = [];
  let bits = 0;
  let count = 0;
  for (let index = 0; index < text.length; index += 2) {
    const [first, second] = [DIGITS.get(text[index]), DIGITS.get(text[index + 1])];
    if (first === undefined || second === undefined) throw new RangeError("no digit of the container");
    const pair = first + second * FIRST_DIGITS;
    bits |= pair << count;
    count += (pair & 4095) >= SHORT_FROM ? 12 : 13;
    for (; count > 7; count -= 8) {
      bytes.push(bits & 255);
      bits >>>= 8;
    }
  }
  return Buffer.from(bytes);
}

/** @param {Buffer} container */
function join(container) {
  const wordsAt = COLUMNS * COLUMN_BYTES;
  const word = (index) => container.readUInt32LE(wordsAt + index * 4);
  const [before, bodies] = [word(STREAMS), word(STREAMS + 1)];
  let end = wordsAt + (STREAMS + 2) * 4;
  const streams = Array.from({ length: STREAMS }, (_, index) => {
    const start = end;
    end += word(index);
    if (end > container.length) throw new RangeError("a stream is cut");
    return createStream(container.subarray(start, end));
  });
  const output = [streams[OUTSIDE].bytes(before)];
  const functions = createList(RECENT_FUNCTIONS);
  for (let body = 0; body < bodies; body++) {
    const bytes = Buffer.from(readBody(container, streams, functions));
    output.push(Buffer.from(encodeNumber(bytes.length)), bytes);
  }
  output.push(streams[OUTSIDE].rest());
  if (end !== container.length || !streams.every((stream) => stream.isAtEnd())) {
    throw new RangeError("bytes are left over");
  }
  return Buffer.concat(output);
}

function readBody(table, streams, functions) {
  /** @type {number[]} */
  const body = [];
  const number = (stream) => {
    const encoded = [streams[stream].byte()];
    const further = streams[stream >= FIRST_SPLIT ? stream + 1 : stream];
    while ((encoded.at(-1) ?? 0) > 127) encoded.push(further.byte());
    body.push(...encoded);
    return encoded.reduceRight((value, byte) => value * 128 + (byte & 127), 0);
  };
  const locals = createList(RECENT_LOCALS);
  const use = (list, place) => {
    if (place >= list.length) throw new RangeError("no place of the list");
    const index = list[place];
    list.copyWithin(1, 0, place);
    list[0] = index;
    body.push(...encodeNumber(index));
  };
  for (let left = number(LOCALS) * 2; left > 0; left--) number(LOCALS);
  for (;;) {
    const token = streams[TOKENS].byte();
    const column = (at) => table[at * COLUMN_BYTES + token];
    const [length, shape, count, stream] = [column(3), column(4), column(5), column(6)];
    for (let at = 0; at < length; at++) body.push(column(at));
    switch (shape) {
      case NONE:
        break;
      case END_OF_BODY:
        return body;
      case RECENT_LOCAL:
        use(locals, count);
        break;
      case LOCAL:
      case FUNCTION: {
        const list = shape === LOCAL ? locals : functions;
        const start = body.length;
        const place = number(stream);
        if (place >= list.length) break;
        body.length = start;
        use(list, place);
        break;
      }
      case RAW:
        body.push(...streams[stream].bytes(count));
        break;
      case TARGETS:
        for (let left = number(stream) + 1; left > 0; left--) number(stream);
        break;
      case NUMBERS:
        for (let left = count; left > 0; left--) number(stream);
        break;
      default:
        throw new RangeError("no shape of the container");
    }
  }
}

/** A list of what was used most recently, before anything was. */
const createList = (length) => Uint16Array.from({ length }, (_, index) => index);

function createStream(content) {
  let offset = 0;
  const stream = {
    isAtEnd: () => offset === content.length,
    bytes(length) {
      offset += length;
      if (offset > content.length) throw new RangeError("a stream is used up");
      return content.subarray(offset - length, offset);
    },
    byte: () => stream.bytes(1)[0],
    rest: () => stream.bytes(content.length - offset),
  };
  return stream;
}

function encodeNumber(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}
