// What `claimsmith explain` shows of a login, and the one reason for which there is no value.

import assert from "node:assert/strict";
import { test } from "node:test";
import { explainLogin } from "../../cli/src/explain/explain.js";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { assertPrintable, createFolder } from "./command.js";

const CONFIG = {
  tokens: {
    api: {
      token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
      client_id: "{secrets.CLIENT_ID}",
      client_secret: "{secrets.CLIENT_SECRET}",
    },
  },
  sources: {
    profile: { url: "https://api.example.com/users/{event.user.user_id}" },
    risk: { url: "https://api.example.com/risk", when: "event.user.app_metadata.risky" },
  },
  values: { role: "profile.roles[0].title" },
  deny: [
    { when: "profile.blocked && risk.score > `3`", reason: "No {event.client.name}", on_unavailable: "skip" },
  ],
  scopes: [{ add: "beta", when: "profile.plan == 'gold'" }],
  claims: {
    "https://example.com/plan": { value: "profile.subscription.plan", default: "free" },
    "https://example.com/roles": "profile.roles[?active].name",
    "https://example.com/none": "profile.roles[?paid].name",
    "https://example.com/role": "values.role",
    "https://example.com/sorted": "sort(profile.groups)",
    "https://example.com/vip": { value: "profile.name", when: "profile.level > `3` && profile.paid" },
    "https://example.com/key": {
      value: "event.user.user_id",
      to: ["id_token"],
      hmac: { secret: "{secrets.KEY}" },
    },
    "https://example.com/flag/": { value: "profile.flags", spread: true, to: ["id_token"] },
    "https://example.com/score": "risk.score || not_null(risk.level, 'none')",
  },
};

const PROFILE = {
  subscriptions: { plan: "gold" },
  roles: [{ name: "editor", active: true }, { name: "guest" }],
  level: 5,
  flags: { beta: true, dark: false },
};

async function explained(options = {}) {
  return explainLogin({ config: CONFIG, answers: createAnswers({ profile: PROFILE }), ...options });
}

test("each claim says in one line why it has no value", async () => {
  const { explain } = await explained();
  const reasons = {
    "https://example.com/plan":
      "`profile.subscription.plan` is null, since `profile.subscription` is null: the members there are `flags`, `level`, `roles`, `subscriptions`; did you mean `subscriptions`?",
    "https://example.com/roles": null,
    "https://example.com/none": "none of the 2 items passed the filter of `profile.roles[?paid].name`",
    "https://example.com/role":
      "in `values.role` `profile.roles[0].title` is null: the members there are `active`, `name`",
    "https://example.com/vip":
      "`when`: `profile.paid` does not hold: `profile.paid` is null: the members there are `flags`, `level`, `roles`, `subscriptions`",
    "https://example.com/key": null,
    "deny[0]":
      "`when`: `profile.blocked` does not hold: `profile.blocked` is null: the members there are `flags`, `level`, `roles`, `subscriptions`",
    "sources.risk.when":
      "`when`: `event.user.app_metadata.risky` does not hold: `event.user.app_metadata.risky` is null: the event has no such value",
  };
  for (const [path, reason] of Object.entries(reasons)) assert.equal(explain(path)?.reason, reason, path);
  assert.match(
    explain("https://example.com/sorted")?.reason ?? "",
    /^`sort\(profile\.groups\)`: .* found null \(`profile\.groups` is null: /,
  );
});

test("a source that failed or was not asked is named with its code", async () => {
  const failed = await explained({ faults: { profile: "answers 500" } });
  const { reason, sources, claim } = failed.explain("https://example.com/plan") ?? {};
  assert.equal(
    reason,
    "`profile.subscription.plan` is unavailable: the source `profile` failed with source_status (status 500)",
  );
  assert.deepEqual(sources, { profile: { state: "failed", error: "source_status", status: 500 } });
  assert.deepEqual(claim?.defaulted, [
    { name: "https://example.com/plan", reason: "unavailable", source: "profile" },
  ]);
  // A rule sees what was not asked as unavailable.
  const { explain } = await explained({
    answers: createAnswers({ profile: { ...PROFILE, blocked: true } }),
  });
  assert.equal(
    explain("deny[0]")?.reason,
    "`when`: `risk.score` is unavailable: the source `risk` was not asked",
  );
  // A claim sees null, and goes on.
  assert.deepEqual(
    explain("https://example.com/score")?.expressions[0].step.steps?.map(({ outcome }) => outcome),
    ["null", "value"],
  );
});

test("what became of a claim is told up to the tokens", async () => {
  const { login, explain } = await explained();
  const { claim } = explain("https://example.com/key") ?? {};
  assert.equal(claim?.entries[0].signed, "hmac");
  assert.deepEqual(claim?.set, [
    { target: "id_token", name: "https://example.com/key", value: claim?.set[0].value },
  ]);
  assert.match(String(claim?.set[0].value), /^[0-9a-f]{64}$/);
  const spread = explain("https://example.com/flag/")?.claim?.set.map(({ name }) => name);
  assert.deepEqual(spread, ["https://example.com/flag/beta", "https://example.com/flag/dark"]);
  assert.deepEqual(explain("https://example.com/role")?.claim?.left_out, [
    { name: "https://example.com/role", reason: "null", target: null, source: null },
  ]);
  assert.equal(login.outcome, "partial");
});

test("the steps are those of the engine: the login that is explained sets what any other sets", async () => {
  const { login, explain } = await explained();
  const after = login.tokens.find(({ token }) => token === "id_token")?.after ?? {};
  for (const name of ["https://example.com/roles", "https://example.com/plan"]) {
    assert.deepEqual(
      explain(name)?.claim?.set.find(({ target }) => target === "id_token")?.value,
      after[name],
    );
  }
});

test("no secret is in an explanation", async () => {
  const secrets = { KEY: "the-key-of-this-test-0123456789abcdef", CLIENT_SECRET: "another-secret" };
  const { explain } = await explained({ secrets });
  const all = JSON.stringify(
    [...Object.keys(CONFIG.claims), "deny[0]", "sources.profile.url", "values.role"].map(explain),
  );
  for (const secret of Object.values(secrets)) assert.equal(all.includes(secret), false);
});

test("a place that is not there, or has no expression, is said", async (t) => {
  const { explain } = await explained();
  for (const path of ["nothing", "deny[7]", "tokens.api", "limits", "claims", ""]) {
    assert.equal(explain(path), undefined, path);
  }
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  const { status, stderr } = await folder.run("explain", "https://example.com/plam");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: claimsmith\.json has no `https:\/\/example\.com\/plam`\nhint: it has https:\/\/example\.com\/plan, /,
  );
});

test("the command shows each step, for people and for programs", async (t) => {
  const folder = createFolder(t, {
    "claimsmith.json": CONFIG,
    "answers.json": { profile: { ...PROFILE, roles: [{ name: "\u001b[2Jx", active: true }] } },
  });
  const { status, stdout } = await folder.run("explain", "https://example.com/roles");
  assert.equal(status, 0);
  assertPrintable(stdout);
  for (const line of [
    '  profile.roles[?active].name  = ["\\u001b[2Jx"]',
    "    1 item, 1 passed, 1 kept",
    "        filter active  = true",
    '+ id_token  https://example.com/roles  ["\\u001b[2Jx"]',
  ]) {
    assert.ok(stdout.split("\n").includes(line), `${line}\n${stdout}`);
  }
  const json = await folder.run(
    "explain",
    "https://example.com/plan",
    "--fault",
    "profile:answers-503",
    "--json",
  );
  assert.equal(JSON.parse(json.stdout).sources.profile.status, 503);
  const wrong = await folder.run("explain", "https://example.com/plan", "--fault", "nope");
  assert.match(wrong.stderr, /there is no such fault\nhint: in memory there are connection-lost, /);
});

test("the time of the login is the one that is given", async () => {
  const config = { claims: { "https://example.com/day": "now.weekday" } };
  const { explain } = await explainLogin({
    config,
    answers: createAnswers({}),
    now: "2026-01-05T08:00:00Z",
  });
  assert.equal(explain("https://example.com/day")?.expressions[0].step.value, "1");
});
