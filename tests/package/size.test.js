import assert from "node:assert/strict";
import { test } from "node:test";
import { explainExcess, measureSizes, readRecord } from "../../bench/size.js";

test("nothing that users carry is over its budget", (t) => {
  const measured = measureSizes();
  if (measured.unlikeRelease !== null) return t.skip(`sizes are not tested: ${measured.unlikeRelease}`);
  const record = readRecord();
  assert.deepEqual(Object.keys(record.parts), Object.keys(measured.bytes), "run ./build.sh size");
  assert.equal(explainExcess(measured, record), "");
});

test("what is over its budget is named, with the functions that grew, the most grown first", () => {
  const record = {
    parts: { wasm: { bytes: 90, budget: 100 }, glue: { bytes: 10, budget: 20 } },
    functions: { read: 60, write: 20, gone: 10 },
  };
  const functions = { read: 65, write: 20, send: 30 };
  assert.equal(explainExcess({ bytes: { wasm: 100, glue: 20 }, functions }, record), "");
  assert.equal(
    explainExcess({ bytes: { wasm: 115, glue: 20 }, functions }, record),
    ["wasm: 115 bytes, budget 100", "functions that grew:", "  +30 to 30: send", "  +5 to 65: read"].join(
      "\n",
    ),
  );
});
