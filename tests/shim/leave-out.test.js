// The module without what cannot be reached: js-shim/container/leave-out.js, and the parts of js-shim/parts.js.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import binaryen from "binaryen";
import { isPartOf, leaveOut, readModule } from "../../js-shim/container/leave-out.js";
import { FUNCTIONS, PARTS } from "../../js-shim/src/facts.js";

const { gates } = JSON.parse(
  readFileSync(new URL("../../js-shim/dist/pasted.json", import.meta.url), "utf8"),
);

/** Functions by their index; 0 is imported. */
const WASM = assemble(`(module
  (type $void (func))
  (import "a" "b" (func $imported))
  (table 4 funcref)
  (elem (i32.const 1) $in_table $gated)
  (global $ref i32 (i32.const 7))
  (func $in_table (call $shared))
  (func $gated (call $behind) (call $shared))
  (func $behind (call $deeper))
  (func $deeper (local i64 f32) (drop (i32.const 1)))
  (func $shared (drop (i32.const 2)))
  (func $nobody (drop (i32.const 3)))
  (func $outer (export "outer") (param i32) (result i32)
    (if (local.get 0) (then (call_indirect (type $void) (local.get 0))))
    (call $imported)
    (i32.const 42)))`);
const [IN_TABLE, GATED, BEHIND, DEEPER, SHARED, NOBODY, OUTER] = [1, 2, 3, 4, 5, 6, 7];

function assemble(text) {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  return Buffer.from(module.emitBinary());
}

/** The functions whose body is gone, by index. */
function leftOut(wasm) {
  const { bodies, importCount } = readModule(wasm);
  return bodies.flatMap((body, at) =>
    Buffer.from(body).equals(Buffer.of(0, 0, 0x0b)) ? [at + importCount] : [],
  );
}

const instantiate = (wasm) =>
  /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(wasm), { a: { b() {} } }).exports);

test("what is reached stays, whoever reaches it: an export, the table, a body", () => {
  assert.deepEqual(leftOut(leaveOut(WASM, {}, [])), [NOBODY]);
  assert.deepEqual(leftOut(leaveOut(WASM, { [GATED]: ["x"] }, ["x"])), [NOBODY]);
  assert.deepEqual(leftOut(leaveOut(WASM, { [GATED]: ["x", "y"] }, ["y"])), [NOBODY]);
  assert.deepEqual(leftOut(leaveOut(WASM, { [GATED]: ["x"] }, ["y"])), [GATED, BEHIND, DEEPER, NOBODY]);
  assert.deepEqual(leftOut(leaveOut(WASM, { [IN_TABLE]: ["x"] }, [])), [IN_TABLE, NOBODY]);
  assert.deepEqual(leftOut(leaveOut(WASM, { [IN_TABLE]: ["x"], [GATED]: ["x"] }, [])), [
    IN_TABLE,
    GATED,
    BEHIND,
    DEEPER,
    SHARED,
    NOBODY,
  ]);
});

test("what remains runs as before, and what is gone traps", () => {
  const { outer } = instantiate(leaveOut(WASM, { [GATED]: ["x"] }, []));
  assert.equal(outer(0), 42);
  assert.equal(outer(1), 42);
  assert.throws(() => outer(2), WebAssembly.RuntimeError);
  assert.equal(instantiate(WASM).outer(2), 42);
});

test("a module is a part of the whole one where nothing but bodies is gone", () => {
  const part = leaveOut(WASM, { [GATED]: ["x"] }, []);
  assert.ok(isPartOf(part, WASM));
  assert.ok(isPartOf(WASM, WASM));
  assert.ok(!isPartOf(WASM, part));
  for (let at = 0; at < part.length; at++) {
    const other = Buffer.from(part);
    other[at] ^= 1;
    assert.ok(!isPartOf(other, WASM), `byte ${at}`);
  }
  assert.ok(!isPartOf(Buffer.alloc(0), WASM));
  assert.ok(OUTER < readModule(WASM).bodies.length + 1);
});

test("each part and each function of expressions has functions of the module", () => {
  const words = new Set(Object.values(gates).flat());
  assert.deepEqual([...words].sort(), [...PARTS, ...FUNCTIONS.map((name) => `function:${name}`)].sort());
});
