import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "../../js-shim/src/timer.js";

test("a wait that is longer than a timer of Node's does not end at once", async () => {
  let cancel = () => {};
  const first = await new Promise((resolve) => {
    cancel = sleep(2 ** 32 - 1, () => resolve("longer"));
    sleep(50, () => resolve("shorter"));
  });
  cancel();
  assert.equal(first, "shorter");
});
