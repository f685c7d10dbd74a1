import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "../../js-shim/src/timer.js";

test("a wait that is longer than a timer of Node's does not end at once", async () => {
  const { promise, cancel } = sleep(2 ** 32 - 1);
  const shorter = sleep(50);
  const first = await Promise.race([promise.then(() => "longer"), shorter.promise.then(() => "shorter")]);
  cancel();
  assert.equal(first, "shorter");
  await promise;
});
