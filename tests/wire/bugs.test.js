// The bugs that Actions and mappers are published with, each with a test that this engine does not have it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCache } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, DEPLOYMENTS, PLAN, startWorld } from "../support/world.js";

const deploy = DEPLOYMENTS["pasted file"];

test("a cache shared by two configurations gives neither the other's data", async (t) => {
  const oauth = {
    apis: [
      { audience: "https://api.example.com", scopes: ["read:users"] },
      { audience: "https://other.example.com", scopes: [] },
    ],
  };
  const world = await startWorld(t, oauth);
  const cache = createCache();
  const other = createConfig(({ tokens }) => {
    tokens.api.audience = "https://other.example.com";
  });
  await world.login(deploy(createConfig()), { cache });
  await world.login(deploy(other), { cache });
  // The other token is for another API, which is not this backend: the first one was not borrowed.
  assert.deepEqual(
    world.backend.calls.map(({ authorized }) => authorized),
    [true, false, false],
  );
});

test("cache keys know the scope, and no two scopes run into one", async (t) => {
  const world = await startWorld(t);
  const cache = createCache();
  for (const scope of [undefined, "read:users"]) {
    const config = createConfig(({ tokens }) => {
      if (scope) tokens.api.scope = scope;
    });
    await world.login(deploy(config), { cache });
  }
  assert.equal(world.calls().token, 2);
});

test("no request is sent without its token after the token call failed", async (t) => {
  const world = await startWorld(t);
  world.oauthServer.setFault(faults.status(400));
  await world.login(deploy(createConfig()));
  assert.equal(world.calls().backend, 0);
});

test("an error of the token endpoint is not kept", async (t) => {
  const world = await startWorld(t);
  const action = deploy(createConfig());
  const cache = createCache();
  world.oauthServer.setFault(faults.times(1, faults.status(400)));
  const first = await world.login(action, { cache });
  assert.equal(PLAN in first.after.idToken, false);
  assert.deepEqual(cache.entries(), []);
  const second = await world.login(action, { cache });
  assert.equal(second.after.idToken[PLAN], "gold");
});

test("a revoked token is used once more and no longer", async (t) => {
  const world = await startWorld(t);
  const action = deploy(createConfig());
  const cache = createCache();
  await world.login(action, { cache });
  const [revoked] = world.backend.calls.map(({ tokenId }) => tokenId);
  world.backend.setFault((_req, res) => {
    if (world.backend.calls.at(-1).tokenId !== revoked) return false;
    res.writeHead(401).end();
    return true;
  });
  const { after } = await world.login(action, { cache });
  assert.equal(after.idToken[PLAN], "gold");
  await world.login(action, { cache });
  await world.login(deploy(createConfig()), { cache });
  assert.deepEqual(
    world.backend.calls.map(({ tokenId }) => tokenId === revoked),
    [true, true, false, false, false],
  );
});

test("retries of the token and of the call do not multiply", async (t) => {
  const world = await startWorld(t);
  world.oauthServer.setFault(faults.times(2, faults.status(503)));
  world.backend.setFault(faults.status(503));
  await world.login(deploy(createConfig()));
  assert.deepEqual(world.calls(), { token: 3, backend: 3 });
});

test("a header of the configuration is not sent on to the host of a redirect", async (t) => {
  for (const deployment of Object.values(DEPLOYMENTS)) {
    const world = await startWorld(t);
    const other = await startWorld(t);
    world.backend.setFault(faults.redirect(`${other.backend.url}/api/users/x`, 307));
    const config = createConfig(({ sources }) => {
      sources.profile.headers = { "x-api-key": "{secrets.CLIENT_SECRET}" };
    });
    await world.login(deployment(config));
    assert.deepEqual(other.calls(), { token: 0, backend: 0 });
  }
});

test("a user is not looked up by an address that nobody verified", async (t) => {
  const world = await startWorld(t);
  const config = createConfig(({ sources }) => {
    sources.profile.url = sources.profile.url.replace("event.user.user_id", "event.user.email");
  });
  const { logs } = await world.login(deploy(config), { user: { email_verified: false } });
  assert.match(logs[0], /email_unverified@sources\.profile/);
  assert.deepEqual(world.calls(), { token: 0, backend: 0 });
});

test("expires_in is seconds, and a day's token is kept for a day and not for 86 seconds", async (t) => {
  const world = await startWorld(t);
  const cache = createCache();
  await world.login(deploy(createConfig()), { cache });
  const [{ expires_at }] = cache.entries();
  const left = expires_at - Date.now();
  assert.ok(left > 86_300_000 && left <= 86_400_000, `${left} ms`);
});

test("a cache key has at most 64 bytes, however long the audience is", async (t) => {
  const audience = `https://api.example.com/${"long/".repeat(40)}`;
  const world = await startWorld(t, { apis: [{ audience, scopes: [] }] });
  const cache = createCache();
  const config = createConfig(({ tokens }) => {
    tokens.api.audience = audience;
  });
  await world.login(deploy(config), { cache });
  const keys = cache.entries().map(({ key }) => key);
  assert.equal(keys.length, 1);
  assert.ok(Buffer.byteLength(keys[0]) <= 64);
});
