// The example of two typed calls in Rust, as `./build.sh example rust-entitlements` builds it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { createCache, loadAction, MAX_CODE_BYTES } from "claimsmith-cli/host";
import { startWorld } from "../support/world.js";

const ENTITLEMENTS = "https://example.com/entitlements";
const code = readFileSync(new URL("../../dist/rust-entitlements.js", import.meta.url), "utf8");

const RIGHTS = { tier: "enterprise", seats: 3, products: ["docs"] };

/** A real OAuth server, and an API whose answers a test changes. */
async function startApi(t) {
  const answers = {
    "/v1/memberships?user=auth0%7Calice": { account_id: "a/1", status: "active" },
    "/v1/accounts/a%2F1/entitlements": RIGHTS,
  };
  const calls = [];
  const server = createServer((req, res) => {
    calls.push(req.url);
    const isAuthorized = /^Bearer \S+\.\S+\.\S+$/.test(req.headers.authorization ?? "");
    const answer = answers[req.url];
    res.statusCode = !isAuthorized ? 401 : answer === undefined ? 404 : 200;
    res.setHeader("content-type", "application/json");
    res.end(JSON.stringify(answer ?? null));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const world = await startWorld(t);
  const secrets = {
    API_URL: `http://127.0.0.1:${server.address().port}`,
    TOKEN_URL: `${world.oauthServer.issuer}oauth/token`,
    AUDIENCE: "https://api.example.com",
  };
  const login = (action, cache) => world.login(action, { cache, user: { user_id: "auth0|alice" }, secrets });
  return { answers, calls, login, tokens: () => world.calls().token };
}

test("the file fits in the editor", () => {
  const bytes = Buffer.byteLength(code);
  console.log(`rust-entitlements.js: ${bytes} of ${MAX_CODE_BYTES} bytes`);
  assert.ok(bytes < 72_800);
});

test("two chained calls become a claim on both tokens and a scope, and the second is kept", async (t) => {
  const api = await startApi(t);
  const action = loadAction(code);
  const cache = createCache();
  const { after, logs } = await api.login(action, cache);
  assert.deepEqual(after.accessToken[ENTITLEMENTS], RIGHTS);
  assert.deepEqual(after.idToken[ENTITLEMENTS], RIGHTS);
  assert.match(logs[0], /^claimsmith enriched \d+ms membership=200\/\d+ms entitlements=200\/\d+ms claims=1 /);
  await api.login(loadAction(code), cache);
  assert.deepEqual(api.calls, [
    "/v1/memberships?user=auth0%7Calice",
    "/v1/accounts/a%2F1/entitlements",
    "/v1/memberships?user=auth0%7Calice",
  ]);
  assert.equal(api.tokens(), 1);
});

test("the line names the call and the member that does not fit, and a denial is none", async (t) => {
  const api = await startApi(t);
  const action = loadAction(code);
  api.answers["/v1/accounts/a%2F1/entitlements"] = { ...RIGHTS, tier: "hunter2" };
  const misfit = await api.login(action, createCache());
  assert.match(misfit.logs[0], /^claimsmith skipped \d+ms response_misfit@entitlements\.tier /);
  assert.equal(misfit.logs.join("").includes("hunter2"), false);
  assert.equal(ENTITLEMENTS in misfit.after.idToken, false);
  api.answers["/v1/memberships?user=auth0%7Calice"].status = "suspended";
  const denied = await api.login(action, createCache());
  assert.deepEqual(denied.outcome.denied, { reason: "Your account is suspended." });
  assert.match(denied.logs[0], /^claimsmith denied \d+ms membership=200/);
});
