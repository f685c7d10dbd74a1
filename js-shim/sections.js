// The functions of a WebAssembly module by name and size, and the module without what engines ignore.
//
// Names go before the module is shipped, since each user would carry them; what they tell is kept for those
// who ask why the module grew (tests/package/size.test.js).

export const CODE = 10;
const CUSTOM = 0;
const FUNCTION_NAMES = 1;

/** Magic and version. */
export const HEADER_BYTES = 8;

/** The hashes that the compiler adds to the names of functions and crates: they change with each release of either. */
const HASHES = /::h[0-9a-f]{16}$|\[[0-9a-f]{16}\]/g;

/**
 * Bytes of code by name, the largest first. Functions of one name are one entry.
 *
 * @param {Uint8Array} wasm with its name section
 * @returns {[name: string, bytes: number][]}
 */
export function functionSizes(wasm) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(/** @type {BufferSource} */ (wasm)));
  const importCount = imports.filter(({ kind }) => kind === "function").length;
  const all = [...sections(wasm)];
  const names = readNames(wasm);
  const code = all.find(({ id }) => id === CODE);
  if (code === undefined) throw new Error("the module has no code");
  const totals = new Map();
  for (const [index, bytes] of readBodies(code.payload)) {
    const name = names.get(importCount + index) ?? "(no name)";
    totals.set(name, (totals.get(name) ?? 0) + bytes);
  }
  return [...totals].sort(([, left], [, right]) => right - left);
}

/**
 * Leaves out the sections that engines ignore: names, and for tools the features that a compiler used.
 *
 * @param {Uint8Array} wasm
 * @returns {Buffer}
 */
export function withoutCustomSections(wasm) {
  const kept = [...sections(wasm)].filter(({ id }) => id !== CUSTOM).map(({ whole }) => whole);
  return Buffer.concat([wasm.subarray(0, HEADER_BYTES), ...kept]);
}

/** @param {Uint8Array} wasm */
export function* sections(wasm) {
  const reader = createReader(wasm, HEADER_BYTES);
  while (!reader.isAtEnd()) {
    const start = reader.offset;
    const [id] = reader.bytes(1);
    const payload = reader.bytes(reader.number());
    yield { id, payload, whole: wasm.subarray(start, reader.offset), end: reader.offset };
  }
}

export function isNames({ id, payload }) {
  return id === CUSTOM && createReader(payload).text() === "name";
}

function* readBodies(payload) {
  const reader = createReader(payload);
  const count = reader.number();
  for (let index = 0; index < count; index++) yield [index, reader.bytes(reader.number()).length];
}

/**
 * The names of the functions, without the hashes in them.
 *
 * @param {Uint8Array} wasm
 * @returns {Map<number, string>} by index, imported functions first
 */
export function readNames(wasm) {
  const names = new Map();
  const payload = [...sections(wasm)].find(isNames)?.payload;
  if (!payload) return names;
  const reader = createReader(payload);
  reader.text();
  while (!reader.isAtEnd()) {
    const [kind] = reader.bytes(1);
    const part = createReader(reader.bytes(reader.number()));
    if (kind !== FUNCTION_NAMES) continue;
    const count = part.number();
    for (let read = 0; read < count; read++) names.set(part.number(), part.text().replace(HASHES, ""));
  }
  return names;
}

/**
 * Reads bytes one after the other. Whoever reads past the end gets a RangeError.
 *
 * @param {Uint8Array} buffer
 */
export function createReader(buffer, from = 0) {
  const reader = {
    offset: from,
    isAtEnd: () => reader.offset >= buffer.length,
    bytes(length) {
      reader.offset += length;
      if (reader.offset > buffer.length) throw new RangeError("the module is cut");
      return buffer.subarray(reader.offset - length, reader.offset);
    },
    /** An unsigned number as LEB128. */
    number() {
      let value = 0;
      for (let weight = 1; ; weight *= 128) {
        const [byte] = reader.bytes(1);
        value += (byte & 127) * weight;
        if (byte < 128) return value;
      }
    },
    /** A number as LEB128, as it stands. */
    encodedNumber() {
      const start = reader.offset;
      while (reader.bytes(1)[0] >= 128);
      return buffer.subarray(start, reader.offset);
    },
    /** The bytes from an offset up to here. */
    since: (start) => buffer.subarray(start, reader.offset),
    text: () => Buffer.from(reader.bytes(reader.number())).toString(),
  };
  return reader;
}
