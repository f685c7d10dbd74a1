// The faults of the wire in memory: a login ends as it does over real sockets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFixtureEngine } from "../../cli/src/fixtures/engine.js";
import { sourceFaults, tokenFaults } from "../../cli/src/tenant/wire-faults.js";
import { createConfig, PLAN } from "../support/world.js";
import { ROWS } from "../wire/rows.js";

const NOW_MS = Date.parse("2026-01-05T08:00:00Z");
const GOLD = { profile: { subscription: { plan: "gold" } } };

for (const [part, faults] of Object.entries({ backend: sourceFaults, "token endpoint": tokenFaults })) {
  for (const [fault, row] of Object.entries(ROWS[part])) {
    if (!Object.hasOwn(faults, fault)) continue;
    test(`${part} ${fault}`, async () => {
      const config = createConfig((changed) => {
        changed.deadline_ms = 8_000;
        changed.tokens.api.timeout_ms = 2_000;
        changed.sources.profile.timeout_ms = 2_000;
        changed.claims = { [PLAN]: { value: "profile.subscription.plan", type: "string" } };
        row.config?.(changed);
      });
      const login = {
        trigger: "post-login",
        nowMs: NOW_MS,
        isTimed: true,
        afterMs: 0,
        event: {},
        answers: GOLD,
        faults: { [part === "backend" ? "profile" : "api"]: fault },
        secrets: {},
      };
      const logins = Array.from({ length: row.logins ?? 1 }, () => login);
      const ran = await createFixtureEngine(config).run({ logins });
      const { simulation } = ran.at(-1);
      const all = ran.flatMap(({ requests }) => requests);
      const count = (kind) => all.filter((request) => request.kind === kind).length;
      const [, outcome, error] = /^claimsmith (\w+) \d+ms(?: (\w+)@)?/.exec(simulation.logs[0]);
      assert.deepEqual(
        {
          outcome,
          error: error ?? null,
          token: count("token"),
          backend: count("source"),
          isSet: PLAN in simulation.tokens[1].custom,
        },
        row.expect,
        simulation.logs[0],
      );
      assert.ok(!JSON.stringify([simulation.report, simulation.logs, simulation.tokens]).includes("planted"));
    });
  }
}
