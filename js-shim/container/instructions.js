// The instructions of WebAssembly 2.0 without vectors, as far as a compiler for JavaScript's engines writes them: how
// each is taken apart into literal bytes and operands.

import { CONTAINER_ERROR } from "./error.js";

/**
 * @typedef {"none" | "numbers" | "raw" | "targets" | "local" | "function"} Shape How the operands stand in the module:
 *   LEB128 numbers, plain bytes, the targets of br_table (a count and one number more than it says), the index of a
 *   local or of a function.
 * @typedef {"block" | "label" | "call" | "index" | "get" | "set" | "offset" | "i32" | "i64" | "float"} Operand
 *
 * @typedef {object} Instruction
 * @property {number[]} literal The bytes that tell what it is.
 * @property {Shape} shape
 * @property {Operand} [operand] What its operands are.
 * @property {Uint8Array[]} operands One a number; of `raw`, one for all bytes.
 */

const BLOCK = 0x02;
const IF = 0x04;
const BR = 0x0c;
const BR_IF = 0x0d;
const BR_TABLE = 0x0e;
const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const F32_CONST = 0x43;
const F64_CONST = 0x44;
const PREFIX = 0xfc;
const REF_FUNC = 0xd2;
export const END = 0x0b;

/** A bit of the alignment says that the index of a memory follows; there is one memory. */
const MAX_ALIGNMENT = 0x3f;

/** By the byte that follows the prefix 0xfc: how many numbers follow that. */
const PREFIXED_OPERANDS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/** @type {[first: number, last: number, shape: Shape, operand?: Operand, count?: number][]} */
const RANGES = [
  [0x00, 0x01, "none"],
  [BLOCK, IF, "numbers", "block", 1],
  [0x05, 0x05, "none"],
  [END, END, "none"],
  [BR, BR_IF, "numbers", "label", 1],
  [BR_TABLE, BR_TABLE, "targets", "label"],
  [0x0f, 0x0f, "none"],
  [CALL, CALL, "function", "call", 1],
  [CALL_INDIRECT, CALL_INDIRECT, "numbers", "index", 2],
  [0x1a, 0x1b, "none"],
  [LOCAL_GET, LOCAL_GET, "local", "get", 1],
  [LOCAL_SET, LOCAL_TEE, "local", "set", 1],
  // Globals and tables.
  [0x23, 0x26, "numbers", "index", 1],
  // Loads and stores; their alignment is a part of the literal.
  [0x28, 0x3e, "numbers", "offset", 1],
  // memory.size and memory.grow.
  [0x3f, 0x40, "numbers", "index", 1],
  [I32_CONST, I32_CONST, "numbers", "i32", 1],
  [I64_CONST, I64_CONST, "numbers", "i64", 1],
  [F32_CONST, F32_CONST, "raw", "float", 4],
  [F64_CONST, F64_CONST, "raw", "float", 8],
  // Comparisons, arithmetic and conversions.
  [0x45, 0xc4, "none"],
  // ref.null, ref.is_null and ref.func.
  [0xd0, 0xd0, "numbers", "index", 1],
  [0xd1, 0xd1, "none"],
  [REF_FUNC, REF_FUNC, "numbers", "index", 1],
];

const BY_OPCODE = new Map(
  RANGES.flatMap(([first, last, shape, operand, count = 0]) =>
    Array.from({ length: last - first + 1 }, (_, index) => [first + index, { shape, operand, count }]),
  ),
);

/**
 * Reads one instruction.
 *
 * @param {ReturnType<typeof import("../sections.js").createReader>} reader
 * @returns {Instruction}
 */
export function readInstruction(reader) {
  const [opcode] = reader.bytes(1);
  if (opcode === PREFIX) return readPrefixed(reader);
  const known = BY_OPCODE.get(opcode);
  if (known === undefined) throw new Error(`${CONTAINER_ERROR} the opcode ${hex(opcode)}`);
  const { shape, operand, count } = known;
  const literal = operand === "offset" ? [opcode, readAlignment(reader, opcode)] : [opcode];
  if (shape === "raw") return { literal, shape, operand, operands: [reader.bytes(count)] };
  const operands = shape === "targets" ? readTargets(reader) : readNumbers(reader, count);
  return { literal, shape, operand, operands };
}

/** @returns {Instruction} */
function readPrefixed(reader) {
  const [second] = reader.bytes(1);
  const count = PREFIXED_OPERANDS[second];
  if (count === undefined) throw new Error(`${CONTAINER_ERROR} the opcode ${hex(PREFIX)} ${hex(second)}`);
  const literal = [PREFIX, second];
  if (count === 0) return { literal, shape: "none", operands: [] };
  return { literal, shape: "numbers", operand: "index", operands: readNumbers(reader, count) };
}

function readAlignment(reader, opcode) {
  const [alignment] = reader.bytes(1);
  if (alignment <= MAX_ALIGNMENT) return alignment;
  throw new Error(`${CONTAINER_ERROR} the alignment ${hex(alignment)} of the opcode ${hex(opcode)}`);
}

function readTargets(reader) {
  const count = reader.encodedNumber();
  return [count, ...readNumbers(reader, numberOf(count) + 1)];
}

function readNumbers(reader, count) {
  const numbers = [];
  for (let left = count; left > 0; left--) numbers.push(reader.encodedNumber());
  return numbers;
}

/** Reads past the local variables, with which a body begins. */
export function skipLocals(reader) {
  for (let count = reader.number(); count > 0; count--) {
    reader.number();
    reader.bytes(1);
  }
}

/**
 * The function that an instruction names: it calls it, or takes a reference.
 *
 * @param {Instruction} instruction
 */
export function functionOf({ literal, shape, operands }) {
  return shape === "function" || literal[0] === REF_FUNC ? numberOf(operands[0]) : undefined;
}

/** @param {Uint8Array} encoded an unsigned number as LEB128 */
export function numberOf(encoded) {
  return encoded.reduceRight((value, byte) => value * 128 + (byte & 127), 0);
}

const hex = (byte) => `0x${byte.toString(16).padStart(2, "0")}`;
