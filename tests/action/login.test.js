import assert from "node:assert/strict";
import { test } from "node:test";
import { createCache } from "claimsmith-cli/host";
import { createConfig, DEPLOYMENTS, HOSTILE_EMAIL, PLAN, ROLES, startWorld } from "../support/world.js";

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: the first login makes one token call and one backend call`, async (t) => {
    const world = await startWorld(t);
    const { after, logs } = await world.login(deploy(createConfig()));
    assert.deepEqual(world.calls(), { token: 1, backend: 1 });
    assert.equal(after.idToken[PLAN], "gold");
    assert.equal(after.accessToken[PLAN], "gold");
    assert.deepEqual(after.accessToken[ROLES], ["editor"]);
    assert.equal(ROLES in after.idToken, false);
    assert.match(
      logs[0],
      /^claimsmith enriched \d+ms api=endpoint\/\d+ms profile=200\/\d+ms claims=2 left_out=0 config=[0-9a-f]{16} id=/,
    );
    assert.equal(world.backend.calls[0].authorized, true);
  });

  test(`${name}: the second login in the same instance makes no token call`, async (t) => {
    const world = await startWorld(t);
    const action = deploy(createConfig());
    await world.login(action);
    // A cache of its own: the token comes from memory.
    const { after, logs } = await world.login(action, { user: { user_id: "auth0|bob" } });
    assert.deepEqual(world.calls(), { token: 1, backend: 2 });
    assert.equal(after.idToken[PLAN], "free");
    assert.match(logs[0], / api=memory\//);
  });

  test(`${name}: a fresh instance with the same api.cache makes no token call`, async (t) => {
    const world = await startWorld(t);
    const cache = createCache();
    await world.login(deploy(createConfig()), { cache });
    const { logs } = await world.login(deploy(createConfig()), { cache });
    assert.deepEqual(world.calls(), { token: 1, backend: 2 });
    assert.match(logs[0], / api=cache\//);
    const [{ key, value, expires_at }] = cache.entries();
    assert.ok(Buffer.byteLength(key) <= 64);
    // The cache counts from its own now, a tick later at most.
    assert.ok(Math.abs(JSON.parse(value).expires_at_ms - expires_at) < 1000);
    assert.ok(expires_at > Date.now() + 23 * 60 * 60 * 1000, "a day's token is kept for a day");
  });

  test(`${name}: an entry of api.cache that cannot be read is a miss`, async (t) => {
    const world = await startWorld(t);
    const cache = createCache();
    await world.login(deploy(createConfig()), { cache });
    const [{ key }] = cache.entries();
    for (const garbage of ["", "{", "[]", '{"token":7,"expires_at_ms":1e15}', '{"token":"x"}']) {
      cache.set(key, garbage);
      const { after } = await world.login(deploy(createConfig()), { cache });
      assert.equal(after.idToken[PLAN], "gold");
    }
    assert.equal(world.calls().token, 6);
  });

  test(`${name}: a hostile address reaches the backend as one encoded segment`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ sources }) => {
      sources.profile.url = sources.profile.url.replace("event.user.user_id", "event.user.email");
    });
    const user = { user_id: "auth0|hostile", email: HOSTILE_EMAIL };
    const { after } = await world.login(deploy(config), { user });
    const [{ rawPath, segments }] = world.backend.calls;
    assert.equal(rawPath, "/api/users/a%2F..%2Fb%2Bx%40example.com");
    assert.deepEqual(segments, ["api", "users", HOSTILE_EMAIL]);
    assert.equal(after.idToken[PLAN], "trial");
  });

  test(`${name}: client_secret_basic authenticates as well`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ tokens }) => {
      tokens.api.client_auth = "client_secret_basic";
    });
    const { after } = await world.login(deploy(config));
    assert.equal(world.oauthServer.tokenCalls[0].clientAuth, "client_secret_basic");
    assert.equal(after.idToken[PLAN], "gold");
  });

  test(`${name}: logins that interleave each get their own user's data, from one token call`, async (t) => {
    const world = await startWorld(t);
    const action = deploy(createConfig());
    const users = ["auth0|alice", "auth0|bob", "auth0|hostile"];
    const plans = { "auth0|alice": "gold", "auth0|bob": "free", "auth0|hostile": "trial" };
    const logins = Array.from({ length: 60 }, (_, index) => users[index % users.length]);
    const results = await Promise.all(logins.map((user_id) => world.login(action, { user: { user_id } })));
    results.forEach(({ after }, index) => {
      assert.equal(after.accessToken[PLAN], plans[logins[index]]);
      assert.equal(after.accessToken.sub, logins[index]);
    });
    assert.deepEqual(world.calls(), { token: 1, backend: 60 });
  });

  test(`${name}: the correlation id goes to the backend`, async (t) => {
    const world = await startWorld(t);
    await world.login(deploy(createConfig()), { transaction: { correlation_id: "c-123" } });
    assert.equal(world.backend.calls[0].headers["x-correlation-id"], "c-123");
  });

  test(`${name}: api.cache may be missing`, async (t) => {
    const world = await startWorld(t);
    const { after } = await world.login(deploy(createConfig()), { cache: null });
    assert.equal(after.idToken[PLAN], "gold");
  });
}
