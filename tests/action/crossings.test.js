// What crosses the boundary of the engine in one warm login. Each call costs little, and more of them come unnoticed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCache } from "claimsmith-cli/host";
import { createCounts, watchInstances } from "../../bench/engine/crossings.js";
import { createConfig, DEPLOYMENTS, startWorld } from "../support/world.js";

/** Calls of JavaScript by the engine, and of the engine by JavaScript, together. */
const MOST = 40;

const LOGINS = 10;

for (const name of ["pasted file", "package"]) {
  test(`${name}: a warm login of the example crosses the boundary ${MOST} times at most`, async (t) => {
    const counts = createCounts();
    const undo = watchInstances(counts);
    t.after(undo);
    const world = await startWorld(t);
    const action = DEPLOYMENTS[name](createConfig());
    const cache = createCache();
    const login = () => world.login(action, { cache });
    // The first one gets the token, and the second one a connection that is kept.
    for (let warm = 0; warm < 3; warm++) await login();
    Object.assign(counts, createCounts());
    for (let one = 0; one < LOGINS; one++) {
      const { outcome } = await login();
      assert.equal(outcome.idTokenClaims["https://example.com/plan"], "gold");
    }
    const crossings = (counts.out + counts.in) / LOGINS;
    t.diagnostic(`${counts.out / LOGINS} out, ${counts.in / LOGINS} in`);
    assert.ok(crossings > 0 && crossings <= MOST, `${crossings}: ${JSON.stringify(counts.calls)}`);
    // In the pasted file the names are short.
    if (name === "package") assert.equal(counts.calls.setCustomClaim / LOGINS, 3);
  });
}
