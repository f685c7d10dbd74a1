import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, createEvent, loadAction } from "claimsmith-cli/host";

const HANDLER = "onExecutePostLogin";
const run = (action, event = createEvent()) => action.execute(HANDLER, event, createApi(event).api);

test("nothing runs before the first execution, and module state lives on", async () => {
  const action = loadAction(`
    globalThis.loadedForTest = (globalThis.loadedForTest ?? 0) + 1;
    let logins = 0;
    exports.onExecutePostLogin = async () => { logins += 1; console.log(logins); };`);
  assert.equal(globalThis.loadedForTest, undefined);
  assert.deepEqual((await run(action)).logs, ["1"]);
  assert.deepEqual((await run(action)).logs, ["2"]);
  assert.equal(globalThis.loadedForTest, 1);
  delete globalThis.loadedForTest;
});

test("keeps an initialisation error and throws it again", async () => {
  const action = loadAction(`throw new Error("once " + process.hrtime.bigint());`);
  const [first, second] = await Promise.all(
    [1, 2].map(() =>
      run(action).then(
        () => assert.fail("it did not throw"),
        (error) => error,
      ),
    ),
  );
  assert.equal(first, second);
});

test("refuses a plain function that returns a promise", async () => {
  await assert.rejects(run(loadAction("exports.onExecutePostLogin = () => Promise.resolve();")), {
    message:
      'Invalid function signature for the "onExecutePostLogin" handler. ' +
      'Use "exports.onExecutePostLogin = async function(event, api) { }" as the signature.',
  });
});

test("offers what Auth0 injects, and not what it does not", async () => {
  const action = loadAction(`
    exports.onExecutePostLogin = async () => {
      console.log([typeof module, typeof exports, typeof require, typeof __dirname, typeof __filename].join());
      console.log(typeof require("node:https").request);
      try { require("left-pad"); } catch (error) { console.log(error.code); }
      try { await import("node:fs"); } catch (error) { console.log(error.constructor.name); }
    };`);
  assert.deepEqual((await run(action)).logs, [
    "object,object,function,undefined,undefined",
    "function",
    "MODULE_NOT_FOUND",
    "TypeError",
  ]);
});

test("keeps 256 characters of the log, and tells interleaved executions apart", async () => {
  const action = loadAction(`
    exports.onExecutePostLogin = async (event) => {
      console.log(event.user.user_id.repeat(300));
      await new Promise((resolve) => setTimeout(resolve, 5));
      console.log("end of", event.user.user_id);
    };`);
  const users = ["a", "b", "c"];
  const executions = await Promise.all(
    users.map((user_id) => run(action, createEvent({ user: { user_id } }))),
  );
  executions.forEach(({ logs, kept }, index) => {
    assert.deepEqual(logs, [users[index].repeat(300), `end of ${users[index]}`]);
    assert.equal(kept, users[index].repeat(256));
  });
});

test("refuses code over Auth0's limit", () => {
  assert.throws(() => loadAction("x".repeat(100_001)), /100001 bytes, Auth0 takes 100000/);
});
