// What becomes of a rule, a scope, a claim and a body that need what is not to be had.
//
// WRITE_DOCS=1 writes the table into docs/reliability.md; without it, the page must hold what was seen.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { faults } from "claimsmith-cli/tenant";
import { withTable } from "../support/page.js";
import { createConfig, DEPLOYMENTS, startWorld } from "../support/world.js";

const PAGE = new URL("../../docs/reliability.md", import.meta.url);
const CLAIM = "https://example.com/is_active";
const ACTIVE = "profile.active && event.user.user_metadata.active";

/** What is not to be had, and how. */
const WORLDS = {
  "all is well": { answer: { active: true } },
  "the backend is dead": { fault: faults.down },
  "the backend answers 500": { fault: faults.status(500) },
  "the backend answers 404": { fault: faults.status(404) },
  "`fail_when` refuses the answer": { answer: { errors: [{ message: "later" }], active: true } },
  "the event cannot be read": { answer: { active: true }, metadata: { active: 1n } },
};

/** What a configuration asks, and what is seen of it. */
const PARTS = {
  '`deny`, `"on_unavailable": "deny"`': {
    change: (config) => {
      config.deny = [{ when: `!(${ACTIVE})`, reason: "No.", on_unavailable: "deny" }];
    },
    see: ({ denied }) => (denied ? "denied" : "goes on"),
  },
  '`deny`, `"on_unavailable": "skip"`': {
    change: (config) => {
      config.deny = [{ when: `!(${ACTIVE})`, reason: "No.", on_unavailable: "skip" }];
    },
    see: ({ denied }) => (denied ? "denied" : "goes on"),
  },
  "scope to add": {
    change: (config) => {
      config.scopes = [{ add: "use", when: ACTIVE }];
    },
    see: ({ outcome }) => (outcome.scopes.added.includes("use") ? "added" : "not added"),
  },
  'scope to remove, `"keep"`': {
    change: (config) => {
      config.scopes = [{ remove: "openid", when: `!(${ACTIVE})`, on_unavailable: "keep" }];
    },
    see: ({ outcome }) => (outcome.scopes.removed.includes("openid") ? "removed" : "kept"),
  },
  claim: {
    change: (config) => {
      config.claims = { [CLAIM]: `!(${ACTIVE})` };
    },
    see: ({ after }) => JSON.stringify(after.idToken[CLAIM]) ?? "left out",
  },
  "claim with a default": {
    change: (config) => {
      config.claims = { [CLAIM]: { value: `!(${ACTIVE})`, default: "unknown" } };
    },
    see: ({ after }) => JSON.stringify(after.idToken[CLAIM]) ?? "left out",
  },
  "POST with `{event.user.user_metadata}`": {
    change: (config) => {
      config.sources.note = {
        url: config.sources.profile.url,
        method: "POST",
        body: { metadata: "{event.user.user_metadata}" },
      };
    },
    see: (_result, bodies) => bodies.map((body) => JSON.stringify(body.metadata)).join(" ") || "not sent",
  },
};

const seen = {};

for (const [deployment, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const [name, world] of Object.entries(WORLDS)) {
    test(`${deployment}: where ${name}`, async (t) => {
      const row = {};
      for (const [part, { change, see }] of Object.entries(PARTS)) {
        const { result, bodies, contacts } = await login(t, deploy, change, world);
        assert.ok(contacts > 0, "the backend was not met");
        row[part] = see(result, bodies);
      }
      seen[name] ??= row;
      assert.deepEqual(row, seen[name], "every deployment does the same");
    });
  }
}

async function login(t, deploy, change, { answer, fault, metadata = { active: true } }) {
  const world = await startWorld(t);
  const answerWell = (_req, res) => {
    res.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    return true;
  };
  world.backend.setFault(fault ?? answerWell);
  const config = createConfig((config_) => {
    config_.claims = {};
    config_.sources.profile.fail_when = "length(errors || `[]`) > `0`";
    config_.sources.profile.retries = 0;
    change(config_);
  });
  const result = await world.login(deploy(config), { user: { user_metadata: metadata } });
  const { calls } = world.backend;
  const bodies = calls.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body));
  return { result, bodies, contacts: calls.length };
}

for (const [deployment, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${deployment}: what a user writes cannot hide the rest of the event`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config_) => {
      config_.claims = { "https://example.com/user": "event.user" };
      config_.deny = [{ when: "event.user.app_metadata.suspended", reason: "Suspended." }];
    });
    const nested = JSON.parse(`${'{"a":['.repeat(90)}${"]}".repeat(90)}`);
    for (const user_metadata of [
      { nested },
      { name: "Zażółć \udc00" },
      { n: 1n },
      { list: [nested, "\ud83d"] },
    ]) {
      const user = { user_metadata, app_metadata: { suspended: true } };
      const { denied } = await world.login(deploy(config), { user });
      assert.deepEqual(denied, { reason: "Suspended." });
      const free = await world.login(deploy(config), { user: { user_metadata } });
      assert.equal(free.denied, null);
    }
    assert.equal(world.calls().backend, 4, "a login that is denied by its event asks nobody");
  });
}

test("nothing is granted, and nobody is let in, by what is not to be had", () => {
  for (const name of ["the backend is dead", "the backend answers 500", "the event cannot be read"]) {
    const { "scope to add": scope, claim, ...rest } = seen[name];
    assert.deepEqual([scope, claim], ["not added", "left out"], name);
    assert.equal(rest['`deny`, `"on_unavailable": "deny"`'], "denied", name);
    assert.equal(rest["claim with a default"], '"unknown"', name);
  }
});

after(() => {
  const lines = [
    `| where | ${Object.keys(PARTS).join(" | ")} |`,
    `|---${"|---".repeat(Object.keys(PARTS).length)}|`,
  ];
  for (const name of Object.keys(WORLDS)) {
    const cells = Object.keys(PARTS).map((part) => {
      const cell = seen[name][part];
      return /^["{[]/.test(cell) ? `\`${cell}\`` : cell;
    });
    lines.push(`| ${name} | ${cells.join(" | ")} |`);
  }
  const page = readFileSync(PAGE, "utf8");
  const expected = withTable(page, "tests/action/unavailable.test.js", `${lines.join("\n")}\n`);
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, expected);
  else assert.equal(page, expected);
});
