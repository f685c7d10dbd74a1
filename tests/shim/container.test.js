// The container of the module in the pasted file: what goes in comes out, byte by byte, by the decoder that the file
// carries and by the one of `claimsmith verify`.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { unpack as unpackInJavaScript } from "../../cli/src/verify/container.js";
import { assembleDecoder } from "../../js-shim/container/assemble.js";
import { SHAPES, STREAMS, toStreams } from "../../js-shim/container/streams.js";
import { encode } from "../../js-shim/container/text.js";
import { digits, unpack } from "../../js-shim/src/container.js";

/** Where the decoder has the text, and then the module. */
const START = 9216;

const DECODER_BYTES = assembleDecoder();
const DECODER = brotliCompressSync(DECODER_BYTES).toString("base64");
const GLUE = new URL("../../target/glue/", import.meta.url);

/** Numbers from 0 to below `limit`, the same with each run. */
function createRandom(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function leb(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const section = (id, content) => [id, ...leb(content.length), ...content];
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const withBody = (body) => [...leb(body.length), ...body];

/** A module of these bodies, each with its declarations and its end. It is not valid, and need not be. */
const module = (...bodies) =>
  Buffer.from([...HEADER, ...section(10, [...leb(bodies.length), ...bodies.flatMap(withBody)])]);
const body = (...instructions) => [0, ...instructions.flat(), 0x0b];

/** Without the search of `pack` for the best parameters, which takes time. */
function roundTrip(wasm) {
  const compressed = brotliCompressSync(toStreams(wasm));
  const text = encode(compressed);
  assert.deepEqual(unpackInJavaScript(text, compressed.length), wasm, "by `claimsmith verify`");
  assert.deepEqual(Buffer.from(unpack(brotliDecompressSync, DECODER, text, compressed.length)), wasm);
}

/** Joins streams that may be wrong, as src/container.js does. */
function join(streams) {
  const { memory, join: run } = /** @type {any} */ (
    new WebAssembly.Instance(new WebAssembly.Module(DECODER_BYTES)).exports
  );
  const bytes = Buffer.from(memory.buffer);
  const at = bytes.length - streams.length;
  bytes.set(streams, at);
  return bytes.subarray(START, run(at));
}

test("every module that is shipped comes out as it went in", () => {
  const modules = readdirSync(GLUE).filter((name) => existsSync(new URL(`${name}/claimsmith.wasm`, GLUE)));
  assert.ok(modules.includes("pasted") && modules.includes("package"), String(modules));
  for (const name of modules) {
    const wasm = readFileSync(new URL(`${name}/claimsmith.wasm`, GLUE));
    assert.doesNotThrow(() => roundTrip(wasm), name);
  }
});

/** Each kind of instruction, with operands at random. */
const KINDS = [
  (random) => [[0x00, 0x01, 0x05, 0x0f, 0x1a, 0x1b, 0xd1][random(7)]],
  (random) => [0x45 + random(0xc5 - 0x45)],
  (random) => [2 + random(3), [0x40, 0x7f, 0x7e, 0x6f, 5][random(5)]],
  () => [0x0b],
  (random) => [0x0c + random(2), ...leb(random(300))],
  (random) => {
    const targets = Array.from({ length: 1 + random(200) }, () => leb(random(200))).flat();
    return [0x0e, ...leb(countNumbers(targets) - 1), ...targets];
  },
  (random) => [0x10, ...leb(random(2 ** (1 + random(20))))],
  (random) => [0x11, ...leb(random(200)), random(2)],
  (random) => [0x20 + random(3), ...leb(random([3, 20, 31, 33, 129, 50_000][random(6)]))],
  (random) => [0x23 + random(4), ...leb(random(200))],
  (random) => [0x28 + random(0x3f - 0x28), random(4), ...leb(random(2 ** random(33)))],
  (random) => [0x3f + random(2), 0],
  (random) => [0x41, ...leb(random(2 ** random(33)))],
  (random) => [0x42, ...leb(BigInt(random(2 ** 32)) << BigInt(random(32)))],
  () => [0x43, ...randomBytes(4)],
  () => [0x44, ...randomBytes(8)],
  (random) => [0xd0, 0x6f + random(2)],
  (random) => [0xd2, ...leb(random(2000))],
  (random) => {
    const second = random(18);
    return [
      0xfc,
      second,
      ...leb(random(200)).slice(0, second < 8 ? 0 : 5),
      ...(isPair(second) ? [random(3)] : []),
    ];
  },
];
const isPair = (second) => [8, 10, 12, 14].includes(second);
const countNumbers = (bytes) => bytes.filter((byte) => byte < 128).length;

test("whatever sequence of known instructions comes out as it went in", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = createRandom(seed);
    const bodies = Array.from({ length: random(6) }, () => {
      const declared = Array.from({ length: random(4) }, () => [...leb(random(500)), 0x7f - random(4)]);
      const instructions = Array.from({ length: random(random(3) === 0 ? 400 : 20) }, () =>
        KINDS[random(KINDS.length)](random),
      );
      return [...leb(declared.length), ...declared.flat(), ...instructions.flat(), 0x0b];
    });
    const before = section(0, [...leb(1), 0x78, ...randomBytes(random(300))]);
    const after = section(11, [...randomBytes(random(300))]);
    const wasm = Buffer.concat([
      Buffer.from([...HEADER, ...before]),
      module(...bodies).subarray(HEADER.length),
      Buffer.from(after),
    ]);
    assert.doesNotThrow(() => roundTrip(wasm), `seed ${seed}`);
  }
});

test("each kind of instruction comes out as it went in, alone and as the first use of its token", () => {
  for (const [index, kind] of KINDS.entries()) {
    for (let seed = 1; seed <= 10; seed++) {
      assert.doesNotThrow(
        () => roundTrip(module(body(kind(createRandom(seed * 7919))))),
        `kind ${index}, ${seed}`,
      );
    }
  }
});

test("lengths of bodies at which their own length grows, and modules without code", () => {
  for (const length of [2, 3, 126, 127, 128, 129, 16_383, 16_384, 16_385]) {
    roundTrip(module(body(Array(length - 2).fill(0x01)), body()));
  }
  roundTrip(Buffer.from(HEADER));
  roundTrip(Buffer.from([...HEADER, ...section(11, [0])]));
  roundTrip(module());
});

/** What is refused, and what the message names. */
const REFUSED = {
  "an opcode that nobody has given a meaning": [module(body([0x06, 0x40])), /the opcode 0x06$/],
  "an instruction of vectors": [module(body([0xfd, 0x0c])), /the opcode 0xfd$/],
  "`select` with types": [module(body([0x1c, 1, 0x7f])), /the opcode 0x1c$/],
  "a tail call": [module(body([0x12, 0])), /the opcode 0x12$/],
  "a prefixed opcode": [module(body([0xfc, 18, 0])), /the opcode 0xfc 0x12$/],
  "a second memory": [module(body([0x28, 0x42, 1, 0])), /the alignment 0x42 of the opcode 0x28$/],
  "a body without its end": [module([0, 0x01]), /a body that does not end with `end`$/],
  "a body that is cut within an instruction": [
    module([0, 0x44, 1, 2]),
    /a body that does not end with `end`$/,
  ],
  "a type of two bytes": [module([1, 1, 0xe4, 0x6f, 0x0b]), /the type 228 of a local variable$/],
  "the section of tags": [Buffer.from([...HEADER, ...section(13, [0])]), /the section 13$/],
  "two sections of code": [
    Buffer.concat([module(), module().subarray(HEADER.length)]),
    /a second section of code$/,
  ],
  "bytes behind the last body": [
    Buffer.from([...HEADER, ...section(10, [1, ...withBody(body()), 0])]),
    /what follows the last body$/,
  ],
  "a length that is padded": [
    Buffer.from([...HEADER, ...section(10, [1, 0x82, 0x00, ...body()])]),
    /the body of function 0 .*: its length is padded$/,
  ],
  "a body that is too long": [
    Buffer.from([...HEADER, ...section(10, [1, ...leb(2 ** 21), 0])]),
    /the body of function 0 .*: 2097152 bytes are too many$/,
  ],
  "more tokens than a byte tells apart": [
    module(
      body(
        ...Array.from({ length: 23 * 12 }, (_, index) => [
          0x28 + (index % 23),
          Math.floor(index / 23),
          200,
          1,
        ]),
      ),
    ),
    /more than 256 tokens: 277$/,
  ],
};

for (const [what, [wasm, message]] of Object.entries(REFUSED)) {
  test(`the build refuses ${what}, and says so`, () => {
    assert.throws(
      () => toStreams(/** @type {Buffer} */ (wasm)),
      (error) => {
        const text = /** @type {Error} */ (error).message;
        assert.match(text, /^the container for the pasted module does not know /);
        assert.match(text, /** @type {RegExp} */ (message));
        return true;
      },
    );
  });
}

/** A container that is right, of two bodies with operands of most streams. */
const small = toStreams(
  module(
    body([0x20, 3, 0x21, 200, 1, 0x41, 0x80, 1, 0x10, 130, 2, 0x28, 0, 0x90, 1, 0x0e, 1, 0, 0]),
    body([0x44, 1, 2, 3, 4, 5, 6, 7, 8, 0x42, 5, 0x0c, 1, 0xfc, 10, 0, 0]),
  ),
);
const WORDS = 7 * 256;

test("streams that are cut make the decoder trap", () => {
  for (let length = WORDS + 72; length < small.length; length++) {
    assert.throws(() => join(small.subarray(0, length)), WebAssembly.RuntimeError, `${length} bytes`);
  }
});

test("whatever bytes the decoder meets, it ends, with a module or a trap", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = createRandom(seed);
    const hostile = Buffer.from(small);
    for (let change = 0; change <= random(8); change++) hostile[random(hostile.length)] = random(256);
    endsOrTraps(hostile, `seed ${seed}`);
  }
  for (let seed = 1; seed <= 20; seed++) endsOrTraps(randomBytes(WORDS + 72 + seed * 500), `random ${seed}`);
  for (const word of [...STREAMS.keys(), STREAMS.length, STREAMS.length + 1]) {
    for (const value of [1, 1000, 2 ** 22, 2 ** 31, 2 ** 32 - 1]) {
      const hostile = Buffer.from(small);
      hostile.writeUInt32LE(value, WORDS + word * 4);
      endsOrTraps(hostile, `word ${word}: ${value}`);
    }
  }
  for (const shape of SHAPES.keys()) {
    // Each token with this shape, no literal, as many operands as there can be, of a stream that is none.
    for (const stream of [0, 15, 16, 255]) {
      const hostile = Buffer.from(small);
      hostile.fill(0, 768, 1024).fill(shape, 1024, 1280).fill(255, 1280, 1536).fill(stream, 1536, 1792);
      endsOrTraps(hostile, `shape ${shape}, stream ${stream}`);
    }
  }
});

function endsOrTraps(streams, what) {
  try {
    join(streams);
  } catch (error) {
    assert.ok(error instanceof WebAssembly.RuntimeError, `${what}: ${error}`);
  }
}

const decodeText = (text, length) => {
  const { memory, decode } = /** @type {any} */ (
    new WebAssembly.Instance(new WebAssembly.Module(DECODER_BYTES)).exports
  );
  const bytes = /** @type {any} */ (Buffer.from(memory.buffer));
  digits(bytes);
  bytes.latin1Write(text, START);
  decode(START + text.length);
  return bytes.subarray(START, START + length);
};

test("text: what was encoded is decoded, at every length", () => {
  for (let length = 1; length < 300; length++) {
    const bytes = randomBytes(length);
    assert.deepEqual(decodeText(encode(bytes), length), bytes);
  }
  for (const value of [0, 0xff, 0xa3, 0x0f]) {
    const extreme = Buffer.alloc(997, value);
    assert.deepEqual(decodeText(encode(extreme), 997), extreme);
  }
});

test("text: it means nothing in a string, to a template, or to a tool that deploys", () => {
  const text = encode(randomBytes(400_000));
  for (const sequence of ['"', "\\", " ", "\n", "{", "@@", "##"]) {
    assert.equal(text.includes(sequence), false, JSON.stringify(sequence));
  }
  assert.match(text, /^[!-~]+$/);
});

test("text: a character carries 6.48 bits at least", () => {
  assert.ok((100_000 * 8) / encode(randomBytes(100_000)).length > 6.48);
});
