// A crate of others may bring bindings of its own, or another wasm-bindgen: what is not known of the glue stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { shrinkAny } from "../../js-shim/shrink-module.js";

const SHORT_NAMES = "--minify-imports-and-exports-and-modules";

const WASM = Buffer.from(
  binaryen
    .parseText('(module (import "a" "a" (func $f)) (func (export "b") (call $f)) (func (export "c")))')
    .emitBinary(),
);

/** wasm-opt that has renamed `__wbg_foo_…` and `bar`; it notes with which flags it runs. */
function createWasmOpt() {
  const runs = [];
  const wasmOpt = (flags) => {
    runs.push(flags.includes(SHORT_NAMES));
    const printed = JSON.stringify({
      imports: [["./claimsmith_bg.js", "__wbg_foo_0123456789abcdef", "a"]],
      exports: [["bar", "b"]],
    });
    return { named: WASM, printed };
  };
  return { runs, wasmOpt };
}

const GLUE = `
export class ActionEngine { login() { wasm.bar(); wasm.barely(); } }
    const import0 = {
        __wbg_foo_0123456789abcdef: function(arg0) {
            return arg0;
        },
    };
    return { "./claimsmith_bg.js": import0 };
`;

test("glue of a form that is not known is renamed, and nothing else", () => {
  const { runs, wasmOpt } = createWasmOpt();
  const { glue, imports, isWhole, wasm } = shrinkAny({ glue: GLUE, wasmOpt });
  assert.equal(isWhole, true);
  assert.equal(
    glue,
    GLUE.replace("__wbg_foo_0123456789abcdef", "a")
      .replace("wasm.bar()", "wasm.b()")
      .replace("./claimsmith_bg.js", "a"),
  );
  assert.deepEqual(imports, { a: "foo" });
  assert.ok(WebAssembly.validate(/** @type {BufferSource} */ (wasm)));
  // The module is the one that was renamed: it is not made a second time.
  assert.deepEqual(runs, [true]);
});

test("glue whose names are not found stays as it is, with a module whose names stay", () => {
  const { runs, wasmOpt } = createWasmOpt();
  const other = GLUE.replace(": function(arg0)", ": (arg0) =>");
  const { glue, isWhole } = shrinkAny({ glue: other, wasmOpt });
  assert.deepEqual([glue, isWhole], [other, true]);
  assert.deepEqual(runs, [true, false]);
});
