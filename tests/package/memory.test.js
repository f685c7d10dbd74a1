import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, createEvent } from "claimsmith-cli/host";
import { createConfig, requirePackage } from "../support/world.js";

/** The exports of the instance that `load` makes. */
async function watchInstance(t, load) {
  const { Instance } = WebAssembly;
  let exports;
  t.after(() => {
    WebAssembly.Instance = Instance;
  });
  WebAssembly.Instance = function WatchedInstance(...given) {
    const instance = new Instance(...given);
    ({ exports } = instance);
    return instance;
  };
  await load();
  return exports;
}

test("a login leaves nothing behind in the engine, whatever the event and the cache lack", async (t) => {
  const config = createConfig(({ claims }) => {
    claims["https://example.com/x"] = "event.user.app_metadata.x.y";
    claims["https://example.com/z"] = "event.missing.z";
  });
  const answers = `{
    log: false,
    fetch: async (url) => Response.json({
      access_token: "t", token_type: "Bearer", expires_in: 3600, subscription: { plan: "gold" },
    }),
  }`;
  const action = requirePackage(config, answers);
  const secrets = { AUTH0_DOMAIN: "localhost", API_DOMAIN: "localhost", CLIENT_ID: "c", CLIENT_SECRET: "s" };
  const event = createEvent({ user: { app_metadata: { x: null } }, secrets });
  const run = async (logins) => {
    for (let login = 0; login < logins; login++) {
      const { api, outcome } = createApi(event);
      await action.execute("onExecutePostLogin", event, api);
      assert.equal(outcome.idTokenClaims["https://example.com/plan"], "gold");
    }
  };
  const { memory, __wbindgen_externrefs: references } = await watchInstance(t, () => run(100));
  const before = [memory.buffer.byteLength, references.length];
  await run(2_000);
  assert.deepEqual([memory.buffer.byteLength, references.length], before);
});
