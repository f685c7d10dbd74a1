// The example of an Action written in Rust, as `claimsmith bundle --rust` makes it for `./build.sh example`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createCache, loadAction, MAX_CODE_BYTES } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { PLAN, ROLES, startWorld, visibleOutput } from "../support/world.js";

const code = readFileSync(new URL("../../dist/rust-action.js", import.meta.url), "utf8");

const USERS = {
  "auth0|alice": {
    subscription: { plan: "gold" },
    roles: [
      { name: "editor", active: true },
      { name: "auditor", active: false },
    ],
  },
  "auth0|trial": { subscription: { plan: "gold", trial_days_left: 0 } },
  "auth0|blocked": { blocked: true, subscription: { plan: "gold" } },
};

test("the page on Rust shows the example as it is", () => {
  const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const [, shown] = read("docs/rust.md").match(/^```rust\n([\s\S]*?)^```/m);
  assert.ok(shown.includes("impl Handler for"));
  assert.ok(read("examples/rust-action/src/lib.rs").includes(shown), "docs/rust.md differs from the example");
});

/** A tenant whose secrets are those that the example reads. */
async function startExampleWorld(t) {
  const world = await startWorld(t, {}, USERS);
  const { oauthServer, backend } = world;
  const secrets = { TOKEN_URL: `${oauthServer.issuer}oauth/token`, API_URL: `http://${backend.domain}` };
  return {
    ...world,
    login: (action, { user_id = "auth0|alice", ...overrides } = {}) =>
      world.login(action, { user: { user_id }, ...overrides, secrets: { ...secrets, ...overrides.secrets } }),
  };
}

test("the file fits in the editor, and is far smaller than the one that reads configurations", () => {
  const bytes = Buffer.byteLength(code);
  console.log(`rust-action.js: ${bytes} of ${MAX_CODE_BYTES} bytes`);
  assert.ok(bytes < 70_000);
});

test("the first login asks for a token and the API, and sets claims on both tokens", async (t) => {
  const world = await startExampleWorld(t);
  const { after, logs } = await world.login(loadAction(code));
  assert.deepEqual(world.calls(), { token: 1, backend: 1 });
  assert.equal(world.backend.calls[0].authorized, true);
  assert.equal(world.backend.calls[0].rawPath, "/api/users/auth0%7Calice");
  assert.equal(after.idToken[PLAN], "gold");
  assert.equal(after.accessToken[PLAN], "gold");
  assert.deepEqual(after.accessToken[ROLES], ["editor"]);
  assert.equal(ROLES in after.idToken, false);
  assert.match(
    logs[0],
    /^claimsmith enriched \d+ms profile=200\/\d+ms claims=2 left_out=0 id=[0-9a-f-]{36}$/,
  );
});

test("a token is kept in memory, and in api.cache for other instances", async (t) => {
  const world = await startExampleWorld(t);
  const action = loadAction(code);
  const cache = createCache();
  await world.login(action, { cache });
  await world.login(action, { user_id: "auth0|trial" });
  await world.login(loadAction(code), { cache });
  assert.deepEqual(world.calls(), { token: 1, backend: 3 });
});

test("what the code decides holds: a trial that is over, a blocked account, a user the API does not know", async (t) => {
  const world = await startExampleWorld(t);
  const action = loadAction(code);
  const trial = await world.login(action, { user_id: "auth0|trial" });
  assert.equal(trial.after.idToken[PLAN], "free");
  const blocked = await world.login(action, { user_id: "auth0|blocked" });
  assert.deepEqual(blocked.outcome.denied, { reason: "Your account is blocked." });
  assert.match(blocked.logs[0], /^claimsmith denied /);
  const unknown = await world.login(action, { user_id: "auth0|nobody" });
  assert.equal(PLAN in unknown.after.idToken, false);
  assert.deepEqual(unknown.after.accessToken[ROLES], []);
});

test("logins that interleave share a token, and none sees another's answer", async (t) => {
  const world = await startExampleWorld(t);
  const action = loadAction(code);
  const users = ["auth0|alice", "auth0|trial", "auth0|alice", "auth0|trial"];
  const results = await Promise.all(users.map((user_id) => world.login(action, { user_id })));
  assert.deepEqual(
    results.map(({ after }) => after.idToken[PLAN]),
    ["gold", "free", "gold", "free"],
  );
  assert.equal(world.calls().token, 1);
});

test("where the API fails the login goes on without claims, and the log says why", async (t) => {
  const world = await startExampleWorld(t);
  world.backend.setFault(faults.status(500));
  const { after, outcome, logs } = await world.login(loadAction(code));
  assert.equal(outcome.denied, null);
  assert.equal(PLAN in after.idToken, false);
  assert.match(logs[0], /^claimsmith skipped \d+ms source_status@profile /);
});

test("a token that the API refuses is replaced once", async (t) => {
  const world = await startExampleWorld(t);
  world.backend.setFault(faults.status(401));
  const { logs } = await world.login(loadAction(code));
  assert.deepEqual(world.calls(), { token: 2, backend: 2 });
  assert.match(logs[0], /source_status/);
});

test("a secret that is missing is named, and none that is there is shown", async (t) => {
  const world = await startExampleWorld(t);
  const action = loadAction(code);
  const missing = await world.login(action, { secrets: { API_URL: undefined } });
  assert.match(missing.logs[0], /^claimsmith skipped \d+ms secret_missing@ /);
  const refused = await world.login(action, { secrets: { CLIENT_SECRET: "not-the-secret" } });
  assert.match(refused.logs[0], /token_refused/);
  for (const result of [missing, refused]) {
    const shown = visibleOutput(action, result);
    assert.equal(shown.includes("not-the-secret"), false);
    assert.equal(shown.includes(world.oauthServer.secrets.CLIENT_SECRET), false);
  }
});
