// A module without the parts that nobody will call: for one configuration, the engine of its pasted file.
//
// The body of each function that cannot be reached becomes `unreachable`. Indexes stay as they are, so nothing of the rest
// changes: what remains is byte by byte what was tested. Were such a function called all the same, the instance would
// trap, and the login end as after any trap.

import { CODE, createReader, sections } from "../sections.js";
import { END, numberOf, readInstruction } from "./instructions.js";

const IMPORT = 2;
const GLOBAL = 6;
const EXPORT = 7;
const START = 8;
const ELEMENT = 9;
const FUNCTION_KIND = 0;
const REF_FUNC = 0xd2;

/** No local variables, `unreachable`, `end`. */
const LEFT_OUT = Uint8Array.of(0, 0, END);

/**
 * The functions that only some configurations need, by their index: for each, the parts it belongs to. One stays where
 * any of its parts is needed.
 *
 * @typedef {Record<number, string[]>} Gates
 */

/**
 * @param {Uint8Array} wasm
 * @param {Gates} gates
 * @param {string[]} needed the parts that are
 * @returns {Buffer}
 */
export function leaveOut(wasm, gates, needed) {
  const module = readModule(wasm);
  const reached = reach(module, (index) => gates[index]?.every((part) => !needed.includes(part)) ?? false);
  const bodies = module.bodies.map((body, index) =>
    reached.has(module.importCount + index) ? body : LEFT_OUT,
  );
  return Buffer.concat([
    wasm.subarray(0, module.codeStart),
    writeCode(bodies),
    wasm.subarray(module.codeEnd),
  ]);
}

/**
 * Returns whether the first module is the second one, perhaps without some of its functions.
 *
 * @param {Uint8Array} part
 * @param {Uint8Array} whole
 */
export function isPartOf(part, whole) {
  try {
    const [left, right] = [readModule(part), readModule(whole)];
    const around = ({ codeStart, codeEnd }, wasm) =>
      Buffer.concat([wasm.subarray(0, codeStart), wasm.subarray(codeEnd)]);
    return (
      around(left, part).equals(around(right, whole)) &&
      left.bodies.length === right.bodies.length &&
      left.bodies.every((body, index) => isEqual(body, right.bodies[index]) || isEqual(body, LEFT_OUT))
    );
  } catch {
    return false;
  }
}

const isEqual = (left, right) => Buffer.compare(left, right) === 0;

/** The functions that are reached from outside, but by way of those that are closed. */
function reach({ importCount, bodies, roots }, isClosed) {
  const reached = new Set();
  const waiting = [...roots];
  while (waiting.length > 0) {
    const index = /** @type {number} */ (waiting.pop());
    if (reached.has(index) || isClosed(index)) continue;
    reached.add(index);
    if (index >= importCount) waiting.push(...callees(bodies[index - importCount]));
  }
  return reached;
}

/** The functions that a body names: it calls them, or takes a reference. */
export function callees(body) {
  const reader = createReader(body);
  for (let count = reader.number(); count > 0; count--) {
    reader.number();
    reader.bytes(1);
  }
  const named = [];
  while (!reader.isAtEnd()) named.push(...functionOf(readInstruction(reader)));
  return named;
}

function functionOf({ literal, shape, operands }) {
  return shape === "function" || literal[0] === REF_FUNC ? [numberOf(operands[0])] : [];
}

/**
 * @param {Uint8Array} wasm
 * @returns {{ importCount: number, bodies: Uint8Array[], roots: number[], table: number[], codeStart: number, codeEnd: number }}
 *   The functions that are called from outside or by way of the table; the table by its index, from 0.
 */
export function readModule(wasm) {
  const all = [...sections(wasm)];
  const find = (wanted) => all.find(({ id }) => id === wanted);
  const code = find(CODE);
  if (code === undefined) throw new Error("the module has no code");
  const table = readTable(find(ELEMENT));
  const start = find(START);
  return {
    importCount: countImports(find(IMPORT)),
    bodies: readVector(code.payload, (reader) => reader.bytes(reader.number())),
    roots: [
      ...readExports(find(EXPORT)),
      ...readGlobals(find(GLOBAL)),
      ...table.filter((index) => index !== undefined),
      ...(start ? [createReader(start.payload).number()] : []),
    ],
    table,
    codeStart: code.end - code.whole.length,
    codeEnd: code.end,
  };
}

function readVector(payload, readItem) {
  const reader = createReader(payload);
  return Array.from({ length: reader.number() }, () => readItem(reader));
}

function countImports(section) {
  if (section === undefined) return 0;
  const kinds = readVector(section.payload, (reader) => {
    reader.text();
    reader.text();
    const [kind] = reader.bytes(1);
    if (kind !== FUNCTION_KIND) throw new Error("the module imports more than functions");
    reader.number();
  });
  return kinds.length;
}

function readExports(section) {
  const exported = readVector(section.payload, (reader) => {
    reader.text();
    const [kind] = reader.bytes(1);
    return { kind, index: reader.number() };
  });
  return exported.filter(({ kind }) => kind === FUNCTION_KIND).map(({ index }) => index);
}

function readGlobals(section) {
  if (section === undefined) return [];
  return readVector(section.payload, (reader) => {
    reader.bytes(2);
    return readExpression(reader).flatMap(functionOf);
  }).flat();
}

/** The functions of the table, each at its place. */
function readTable(section) {
  const table = [];
  if (section === undefined) return table;
  readVector(section.payload, (reader) => {
    if (reader.number() !== 0) throw new Error("a segment of the table is of a form that is not known");
    const [{ operands }] = readExpression(reader);
    const offset = numberOf(operands[0]);
    for (let count = reader.number(), at = 0; at < count; at++) table[offset + at] = reader.number();
  });
  return table;
}

function readExpression(reader) {
  const instructions = [];
  for (;;) {
    const instruction = readInstruction(reader);
    if (instruction.literal[0] === END) return instructions;
    instructions.push(instruction);
  }
}

function writeCode(bodies) {
  const written = bodies.flatMap((body) => [encodeNumber(body.length), body]);
  const payload = Buffer.concat([encodeNumber(bodies.length), ...written]);
  return Buffer.concat([Uint8Array.of(CODE), encodeNumber(payload.length), payload]);
}

function encodeNumber(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Uint8Array.of(...bytes, value);
}
