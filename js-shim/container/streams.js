// A module in streams: what is alike stands together, and brotli finds it. The code is the larger part of a module, and
// its opcodes, indexes and constants, which alternate there, each have statistics of their own.
//
// The form, all numbers little-endian:
//
//   7 columns of 256 bytes, by token        three bytes of the module, how many of them count, how the operands stand
//                                           (SHAPES), how many there are, and their stream
//   16 words                                the length of each stream
//   2 words                                 how many bytes stand before the first body, and how many bodies there are
//   16 streams                              one after the other, in the order of STREAMS
//
// The stream `outside` has all but the bodies: what comes before them, and then what comes after. A body is its local
// variables (stream `locals`) and its tokens up to one that says so. Where a token has operands, they follow in their
// stream: LEB128, of which all but the first byte stand in the next stream where the operand is SPLIT.
//
// In place of a local variable stands its place in the list of those used most recently, which begins anew with each
// body, in the order of their indexes. An index of RECENT_LOCALS or more stands for itself. The same goes for functions
// that are called, in one list for all bodies: what one body calls, those beside it call.
//
// decoder.wat puts the module together again, byte by byte the same.

import { CODE, createReader, sections } from "../sections.js";
import { CONTAINER_ERROR } from "./error.js";
import { END, numberOf, readInstruction } from "./instructions.js";
import { END_OF_BODY, keyOf, numberTokens, tokenOf } from "./tokens.js";

/** The sections of WebAssembly 2.0 have the numbers up to this one, 0 for one that engines ignore. */
const LAST_SECTION = 12;

/** The shapes of operands in the module, by their names in decoder.wat. */
export const SHAPES = /** @type {const} */ ([
  "none",
  "end of body",
  "recent local",
  "local",
  "function",
  "raw",
  "targets",
  "numbers",
]);

export const STREAMS = /** @type {const} */ ([
  "token",
  "locals",
  "block",
  "label",
  "index",
  "get",
  "set",
  "i64",
  "float",
  "offset",
  "offset, further bytes",
  "i32",
  "i32, further bytes",
  "call",
  "call, further bytes",
  "outside",
]);

/** The shapes that take two streams. */
const SPLIT = ["offset", "i32", "call"];

const COLUMNS = 7;

/** The length of the list of recent local variables. */
const RECENT_LOCALS = 32;

/** The length of the list of recent functions. */
const RECENT_FUNCTIONS = 4096;

/** The bytes of the length before a body. Longer bodies would need more. */
const MAX_BODY_BYTES = 2 ** 21 - 1;

/**
 * @param {Uint8Array} wasm
 * @returns {Buffer}
 */
export function toStreams(wasm) {
  const { before, bodies, after } = takeApart(wasm);
  const streams = Object.fromEntries(STREAMS.map((name) => [name, /** @type {number[]} */ ([])]));
  streams.outside.push(...before, ...after);
  const functions = createList(RECENT_FUNCTIONS);
  const program = bodies.flatMap((body) => writeBody(body, streams, functions));
  const tokens = numberTokens(program);
  streams.token = program.map((token) => /** @type {{ number: number }} */ (tokens.get(keyOf(token))).number);
  const contents = STREAMS.map((name) => Buffer.from(streams[name]));
  const words = [...contents.map(({ length }) => length), before.length, bodies.length];
  return Buffer.concat([columns(tokens), Buffer.from(Uint32Array.from(words).buffer), ...contents]);
}

/** The bodies of the functions, and what stands before and after them. */
function takeApart(wasm) {
  const all = [...sections(wasm)];
  for (const { id } of all) {
    if (id > LAST_SECTION) throw new Error(`${CONTAINER_ERROR} the section ${id}`);
  }
  const code = all.find(({ id }) => id === CODE);
  if (code === undefined) return { before: wasm, bodies: [], after: [] };
  if (all.filter(({ id }) => id === CODE).length > 1)
    throw new Error(`${CONTAINER_ERROR} a second section of code`);
  const reader = createReader(code.payload);
  const count = reader.number();
  const head = code.end - code.payload.length + reader.offset;
  const bodies = Array.from({ length: count }, (_, index) => {
    const encoded = reader.encodedNumber();
    const length = numberOf(encoded);
    const name = `the body of function ${index} in the section of code`;
    if (length > MAX_BODY_BYTES) throw new Error(`${CONTAINER_ERROR} ${name}: ${length} bytes are too many`);
    if (encoded.length > 1 && encoded.at(-1) === 0)
      throw new Error(`${CONTAINER_ERROR} ${name}: its length is padded`);
    return reader.bytes(length);
  });
  if (!reader.isAtEnd()) throw new Error(`${CONTAINER_ERROR} what follows the last body`);
  return { before: wasm.subarray(0, head), bodies, after: wasm.subarray(code.end) };
}

/** Writes the operands of a body; returns its tokens. */
function writeBody(body, streams, functions) {
  const reader = createReader(body);
  const count = reader.encodedNumber();
  streams.locals.push(...count);
  for (let index = 0; index < numberOf(count); index++) {
    streams.locals.push(...reader.encodedNumber(), ...readType(reader));
  }
  const recent = { local: createList(RECENT_LOCALS), function: functions };
  const tokens = [];
  while (!reader.isAtEnd()) {
    const instruction = readOrUndefined(reader);
    if (instruction === undefined) break;
    if (reader.isAtEnd() && instruction.literal[0] === END) return [...tokens, END_OF_BODY];
    const list = recent[instruction.shape];
    if (list !== undefined) instruction.operands = [use(list, instruction.operands[0])];
    const { token, operands } = tokenOf(instruction);
    for (const bytes of operands) write(streams, token.operand, bytes);
    tokens.push(token);
  }
  throw new Error(`${CONTAINER_ERROR} a body that does not end with \`end\``);
}

/** Undefined where the body is cut within an instruction. */
function readOrUndefined(reader) {
  try {
    return readInstruction(reader);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readType(reader) {
  const type = reader.bytes(1);
  if (type[0] < 128) return type;
  throw new Error(`${CONTAINER_ERROR} the type ${type[0]} of a local variable`);
}

const createList = (length) => Uint16Array.from({ length }, (_, index) => index);

/** Puts an index in front of the list; returns where it was. */
function use(list, encoded) {
  const index = numberOf(encoded);
  if (index >= list.length) return encoded;
  const place = list.indexOf(index);
  list.copyWithin(1, 0, place);
  list[0] = index;
  return place < 128 ? Uint8Array.of(place) : Uint8Array.of((place & 127) | 128, place >> 7);
}

function write(streams, operand, bytes) {
  if (SPLIT.includes(operand)) {
    streams[operand].push(bytes[0]);
    streams[`${operand}, further bytes`].push(...bytes.subarray(1));
  } else {
    streams[operand].push(...bytes);
  }
}

function columns(tokens) {
  const table = Buffer.alloc(COLUMNS * 256);
  for (const { number, token } of tokens.values()) {
    const { literal, shape, operand, count } = token;
    const stream = operand === undefined ? 0 : STREAMS.indexOf(operand);
    const row = [
      literal[0],
      literal[1] ?? 0,
      literal[2] ?? 0,
      literal.length,
      SHAPES.indexOf(shape),
      count,
      stream,
    ];
    for (const [column, value] of row.entries()) table[column * 256 + number] = value;
  }
  return table;
}
