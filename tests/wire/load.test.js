// What must hold however many logins run side by side. Figures for many more: `./build.sh load`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { percentile, startLoad, storm } from "./load.js";

/** Calls are counted here, so a busy machine must not make one more: it has all the time there is. */
async function start(t) {
  const load = await startLoad((config) => {
    config.deadline_ms = 15_000;
    config.tokens.api.timeout_ms = 15_000;
    config.sources.profile.timeout_ms = 15_000;
  });
  t.after(() => load.close());
  return load;
}

test("of two thousand logins, 250 in flight and one call in a hundred faulty, none is lost, late or mixed up", async (t) => {
  const load = await start(t);
  const action = load.loadAction();
  await load.order({ faultEvery: 100 });
  const claims = { own: 0, none: 0, "another's": 0 };
  await storm((index) => load.login(action, `user-${index}`), {
    logins: 2_000,
    atOnce: 250,
    onLogin({ status, durationMs, claim }) {
      assert.equal(status, "fulfilled");
      assert.ok(durationMs < 20_000, `${durationMs} ms`);
      claims[claim] += 1;
    },
  });
  assert.equal(claims["another's"], 0);
  assert.equal(claims.own + claims.none, 2_000);
  // One fault in four is an answer that no other attempt mends.
  assert.ok(claims.none <= 20, `${claims.none} went without`);
  assert.equal((await load.counts()).token, 1);
});

test("a thousand first logins at once make one token call", async (t) => {
  const load = await start(t);
  const action = load.loadAction();
  const results = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => load.login(action, `user-${index}`)),
  );
  assert.ok(results.every(({ claim }) => claim === "own"));
  assert.deepEqual(await load.counts(), { token: 1, backend: 1_000, faults: 0 });
});

test("a thousand refusals at once lead to one new token", async (t) => {
  const load = await start(t);
  const action = load.loadAction();
  await load.login(action, "first");
  await load.order({ refused: ["Bearer token-1"] });
  const results = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => load.login(action, `user-${index}`)),
  );
  assert.ok(results.every(({ claim }) => claim === "own"));
  assert.deepEqual(await load.counts(), { token: 2, backend: 2_001, faults: 0 });
});

test("where the backend is dead, logins after the breaker opened make no call", async (t) => {
  const load = await start(t);
  const action = load.loadAction();
  await load.login(action, "first");
  await load.order({ isDead: true });
  // One user's failures count once.
  for (let index = 0; index < 5; index++) await load.login(action, `failing-${index}`);
  const { backend } = await load.counts();
  const durations = [];
  for (let index = 0; index < 50; index++) {
    const { line, durationMs } = await load.login(action, `user-${index}`);
    assert.match(line, /circuit_open@sources\.profile/);
    durations.push(durationMs);
  }
  assert.equal((await load.counts()).backend, backend);
  console.log(`p50 of a login while the breaker is open: ${percentile(durations, 0.5).toFixed(2)} ms`);
});

test("memory does not grow with the logins", async (t) => {
  const load = await start(t);
  const action = load.loadAction();
  await load.order({ latencyMs: 0 });
  const run = (from) =>
    storm((index) => load.login(action, `user-${from + index}`), {
      logins: 1_500,
      atOnce: 50,
      onLogin() {},
    });
  await run(0);
  await run(1_500);
  const before = process.memoryUsage().rss;
  await run(3_000);
  await run(4_500);
  const grownMb = (process.memoryUsage().rss - before) / 1e6;
  // 3,000 logins that left a kilobyte each would be seen through the noise of the collector tenfold at 30,000;
  // this finds what is gross, and `./build.sh load` the rest.
  assert.ok(grownMb < 60, `${grownMb.toFixed(1)} MB more`);
});
