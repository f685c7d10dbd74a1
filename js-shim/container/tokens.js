// One byte for what an instruction is: its opcode, with what commonly follows that.
//
// brotli guesses a byte from the two before it, of which it looks at the class alone: 0, 1 to 15, 16 to 63, 64 to 127,
// and the same from above. So what is alike in a program gets numbers of one class.

import { CONTAINER_ERROR } from "./error.js";
import { END } from "./instructions.js";

/** Operands that are a part of the token, since they are frequent. Of a local it is how recently it was used. */
const FOLDED = {
  get: [0, 1],
  set: [0],
  block: [0x40, 0x7f],
  index: [0],
  offset: [0],
  i32: [0, 1, 0x7f],
};

/** The numbers of each class. */
const CLASSES = {
  lowest: range(0, 1),
  lower: range(1, 16),
  low: range(16, 64),
  belowMiddle: range(64, 128),
  aboveMiddle: range(128, 192),
  high: range(192, 240),
  higher: range(240, 255),
  highest: range(255, 256),
};

/**
 * @typedef {object} Token
 * @property {number[]} literal Bytes of the module.
 * @property {import("./instructions.js").Shape | "end of body" | "recent local"} shape
 * @property {import("./instructions.js").Operand} [operand]
 * @property {number} count How many operands there are; of a recent local, which it is.
 */

/**
 * The token of an instruction, and the operands that are left to be written.
 *
 * @param {import("./instructions.js").Instruction} instruction the operand of a local is its place in the recency list
 * @returns {{ token: Token, operands: Uint8Array[] }}
 */
export function tokenOf({ literal, shape, operand, operands }) {
  const [first] = operands;
  const isFolded =
    operand !== undefined &&
    operands.length === 1 &&
    first.length === 1 &&
    FOLDED[operand]?.includes(first[0]);
  if (!isFolded) {
    const count = shape === "raw" ? first.length : shape === "numbers" ? operands.length : 0;
    return { token: { literal, shape, operand, count }, operands };
  }
  const token =
    shape === "local"
      ? /** @type {Token} */ ({ literal, shape: "recent local", count: first[0] })
      : /** @type {Token} */ ({ literal: [...literal, first[0]], shape: "none", count: 0 });
  return { token, operands: [] };
}

/** The byte that ends a body. The decoder need not count blocks. */
export const END_OF_BODY = /** @type {Token} */ ({ literal: [END], shape: "end of body", count: 0 });

/** Tokens of one key are one. @param {Token} token */
export const keyOf = ({ literal, shape, count }) => `${literal} ${shape} ${count}`;

/**
 * Numbers the tokens of a program.
 *
 * @param {Token[]} program
 * @returns {Map<string, { number: number, token: Token }>} by key
 */
export function numberTokens(program) {
  const tokens = [...new Map(program.map((token) => [keyOf(token), token]))];
  if (tokens.length > 256) throw new Error(`${CONTAINER_ERROR} more than 256 tokens: ${tokens.length}`);
  const free = Object.fromEntries(Object.entries(CLASSES).map(([name, numbers]) => [name, [...numbers]]));
  const numbers = new Map();
  // In the order of what they stand for, so that the table of them compresses.
  for (const [key, token] of tokens.sort(([, left], [, right]) => compare(left.literal, right.literal))) {
    const wanted = free[classOf(token)];
    const available = wanted.length > 0 ? wanted : Object.values(free).find(({ length }) => length > 0);
    numbers.set(key, { number: /** @type {number[]} */ (available).shift(), token });
  }
  return numbers;
}

function compare(left, right) {
  const index = left.findIndex((byte, at) => byte !== right[at]);
  return index < 0 ? left.length - right.length : left[index] - (right[index] ?? -1);
}

/** @param {Token} token @returns {keyof typeof CLASSES} */
function classOf({ literal: [opcode], shape, operand }) {
  if (opcode === 0x20) return shape === "recent local" ? "lower" : "lowest";
  if (opcode === 0x21 || opcode === 0x22) return "lower";
  if (opcode <= 0x11) return "higher";
  if (opcode >= 0x28 && opcode <= 0x35) return "low";
  if (opcode >= 0x36 && opcode <= 0x40) return "belowMiddle";
  if (opcode === 0x41) return operand === undefined ? "aboveMiddle" : "highest";
  if (opcode >= 0x45 && opcode <= 0x66) return "aboveMiddle";
  return "high";
}

function range(from, to) {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
