import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { withAlikeTogether } from "../../js-shim/order.js";
import { functionSizes } from "../../js-shim/sections.js";

const sum = (name, first) => `
  (func $${name} (param i32) (result i32)
    (i32.add (i32.mul (i32.add (local.get 0) (i32.const ${first})) (i32.const 3)) (call $host (i32.const 1))))`;

/** Two functions that are alike, others between them, and one that calls each, one of them through the table. */
const SOURCE = `
(module
  (import "host" "f" (func $host (param i32) (result i32)))
  (table $table 2 funcref)
  (elem (i32.const 0) $far $host)
  (export "near" (func $near))
  (export "far" (func $far))
  (export "all" (func $all))
  (export "table" (table $table))
  ${sum("near", 5)}
  (func $between (param f64) (result f64) (f64.sqrt (f64.abs (f64.neg (f64.ceil (f64.floor (local.get 0)))))))
  (func $all (result i32)
    (i32.sub
      (i32.shl (call $near (i32.const 1)) (i32.const 8))
      (i32.xor (call_indirect (param i32) (result i32) (i32.const 2) (i32.const 0)) (i32.trunc_f64_s (call $between (f64.const 4))))))
  ${sum("far", 70)})`;

function assemble() {
  const module = binaryen.parseText(SOURCE);
  binaryen.setDebugInfo(true);
  try {
    return Buffer.from(module.emitBinary());
  } finally {
    binaryen.setDebugInfo(false);
    module.dispose();
  }
}

/** The names of functions in the order of their bodies. */
const namesOf = (wasm) =>
  ["near", "between", "all", "far"]
    .map((name) => [name, wasm.lastIndexOf(Buffer.from([name.length, ...Buffer.from(name)]))])
    .sort(([, left], [, right]) => Number(left) - Number(right))
    .map(([name]) => name);

function results(wasm) {
  const { near, far, all, table } = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    host: { f: (number) => number + 40 },
  }).exports;
  return [near(2), far(2), all(), table.get(0)(3), table.get(1)(3)];
}

test("functions that are alike come to stand together, and all calls still reach their own", () => {
  const wasm = assemble();
  const ordered = withAlikeTogether(wasm);
  assert.notDeepEqual(ordered, wasm);
  assert.deepEqual(namesOf(wasm), ["near", "between", "all", "far"]);
  assert.deepEqual(namesOf(ordered).slice(0, 2), ["near", "far"]);
  assert.deepEqual(results(ordered), results(wasm));
  assert.deepEqual(functionSizes(ordered), functionSizes(wasm));
});

test("the order is the same each time", () => {
  const wasm = assemble();
  assert.deepEqual(withAlikeTogether(wasm), withAlikeTogether(wasm));
});
