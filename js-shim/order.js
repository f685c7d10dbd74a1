// Puts the functions of a module in an order in which each stands beside the one most like it: brotli finds what is alike
// more cheaply the nearer it is. That is 3 % of the pasted file.

import { functionOf, readInstruction, skipLocals } from "./container/instructions.js";
import {
  CODE,
  createReader,
  ELEMENT,
  EXPORT,
  encodeNumber,
  encodeSection,
  encodeVector,
  FUNCTION,
  FUNCTION_KIND,
  HEADER_BYTES,
  isNames,
  readVector,
  START,
  sections,
} from "./sections.js";

/** The parts of the section of names that go by function: the names of functions, and of their local variables. */
const NAMED_BY_FUNCTION = [1, 2];

/** How many instructions in a row are compared. */
const RUN = 3;

/**
 * @param {Uint8Array} wasm
 * @returns {Buffer} the same module with its functions in another order
 */
export function withAlikeTogether(wasm) {
  const all = [...sections(wasm)];
  const readerOf = (id) => createReader(all.find((section) => section.id === id)?.payload ?? Buffer.of(0));
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(/** @type {BufferSource} */ (wasm)));
  const importCount = imports.filter(({ kind }) => kind === "function").length;
  const types = readVector(readerOf(FUNCTION), (reader) => reader.encodedNumber());
  const bodies = readVector(readerOf(CODE), (reader) => readBody(reader.bytes(reader.number())));
  const order = likenessOrder(bodies.map(({ instructions }) => runsOf(instructions)));
  const places = new Map(order.map((old, place) => [importCount + old, importCount + place]));
  /** @param {number} index */
  const moved = (index) => encodeNumber(places.get(index) ?? index);
  const bytesOf = ({ head, instructions }) => {
    const parts = instructions.map(({ whole, callee }) =>
      callee === undefined ? whole : Uint8Array.of(whole[0], ...moved(callee)),
    );
    const body = Buffer.concat([head, ...parts]);
    return Buffer.concat([encodeNumber(body.length), body]);
  };
  const rewritten = all.map((section) => {
    const { id, payload, whole } = section;
    if (id === START) throw new Error("the order of functions does not know a section that starts one");
    if (id === FUNCTION) return encodeSection(id, encodeVector(order.map((old) => types[old])));
    if (id === CODE) return encodeSection(id, encodeVector(order.map((old) => bytesOf(bodies[old]))));
    if (id === EXPORT)
      return encodeSection(
        id,
        encodeVector(readVector(createReader(payload), (reader) => readExport(reader, moved))),
      );
    if (id === ELEMENT)
      return encodeSection(
        id,
        encodeVector(readVector(createReader(payload), (reader) => readElements(reader, moved))),
      );
    return isNames(section) ? encodeSection(id, readNames(payload, places)) : whole;
  });
  return Buffer.concat([wasm.subarray(0, HEADER_BYTES), ...rewritten]);
}

/** The local variables of a body, and its instructions with the functions that they name. */
function readBody(body) {
  const reader = createReader(body);
  skipLocals(reader);
  const head = body.subarray(0, reader.offset);
  const instructions = [];
  while (!reader.isAtEnd()) {
    const start = reader.offset;
    const callee = functionOf(readInstruction(reader));
    instructions.push({ whole: body.subarray(start, reader.offset), callee });
  }
  return { head, instructions };
}

function readExport(reader, moved) {
  const start = reader.offset;
  reader.text();
  const [kind] = reader.bytes(1);
  const named = reader.since(start);
  const index = reader.number();
  return Buffer.concat([named, kind === FUNCTION_KIND ? moved(index) : encodeNumber(index)]);
}

/** Functions in a table from an offset on, which is a constant. */
function readElements(reader, moved) {
  const start = reader.offset;
  if (reader.number() !== 0) throw new Error("the order of functions does not know such elements of a table");
  readInstruction(reader);
  readInstruction(reader);
  const head = reader.since(start);
  return Buffer.concat([head, encodeVector(readVector(reader, () => moved(reader.number())))]);
}

function readNames(payload, places) {
  const reader = createReader(payload);
  reader.text();
  const parts = [reader.since(0)];
  while (!reader.isAtEnd()) {
    const [kind] = reader.bytes(1);
    const content = reader.bytes(reader.number());
    const written = NAMED_BY_FUNCTION.includes(kind)
      ? encodeVector(readNamed(kind, content, places))
      : content;
    parts.push(encodeSection(kind, written));
  }
  return Buffer.concat(parts);
}

function readNamed(kind, content, places) {
  const named = readVector(createReader(content), (reader) => {
    const index = reader.number();
    const start = reader.offset;
    if (kind === 1) reader.text();
    else
      readVector(reader, () => {
        reader.number();
        reader.text();
      });
    return { index: places.get(index) ?? index, rest: reader.since(start) };
  });
  return named
    .sort((a, b) => a.index - b.index)
    .map(({ index, rest }) => Buffer.concat([encodeNumber(index), rest]));
}

/** The runs of opcodes of a body, each once. */
function runsOf(instructions) {
  const opcodes = instructions.map(({ whole }) => whole[0]);
  return new Set(opcodes.slice(RUN - 1).map((_, index) => opcodes.slice(index, index + RUN).join()));
}

/**
 * From the first body on, the one most like the last comes next. A run that few bodies have says more than one that all
 * of them have.
 *
 * @param {Set<string>[]} bodies
 */
function likenessOrder(bodies) {
  /** @type {Map<string, number[]>} */
  const owners = new Map();
  for (const [index, runs] of bodies.entries()) {
    for (const run of runs) owners.set(run, [...(owners.get(run) ?? []), index]);
  }
  const left = new Set(bodies.keys());
  const order = [];
  for (let last = 0; left.size > 0; ) {
    left.delete(last);
    order.push(last);
    const shared = new Float64Array(bodies.length);
    for (const run of bodies[last]) {
      const having = owners.get(run) ?? [];
      const weight = 1 / Math.log(1 + having.length);
      for (const index of having) shared[index] += weight;
    }
    let most = -1;
    const length = bodies[last].size;
    for (const index of left) {
      const likeness = shared[index] / (length + bodies[index].size + 8);
      if (likeness > most) [most, last] = [likeness, index];
    }
  }
  return order;
}
