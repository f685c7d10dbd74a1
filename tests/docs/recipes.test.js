// The recipes, run: each configuration with its answers and event gives what the page shows.
//
// WRITE_DOCS=1 writes what they gave into the page.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { checkConfig } from "claimsmith";
import { decodeJwt } from "jose";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { startSimulation } from "../../cli/src/simulation/simulation.js";

/** When the logins of the page take place. */
const NOW = "2026-01-05T08:00:00Z";

const PAGE = new URL("../../docs/recipes.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");
let written = page;

const [, ...sections] = page.split(/^## /m);
const recipes = sections.map((section) => {
  const [title] = section.split("\n", 1);
  const blocks = [...section.matchAll(/^```json (\w+) ?(\S*)\n([\s\S]*?)^```$/gm)];
  const textOf = (kind) => blocks.find(([, found]) => found === kind)?.[3];
  const trigger = blocks.find(([, found]) => found === "config")?.[2] || "post-login";
  return { title, section, trigger, textOf };
});

test("there is a link to each recipe, and no other", () => {
  const links = [...(sections.length ? page.split("\n## ")[0].matchAll(/\]\(#([^)]+)\)/g) : [])].map(
    ([, link]) => link,
  );
  assert.deepEqual(
    links,
    recipes.map(({ title }) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
  assert.ok(recipes.length >= 25);
});

for (const { title, section, trigger, textOf } of recipes) {
  test(title, async (t) => {
    const config = JSON.parse(textOf("config"));
    assert.deepEqual(checkConfig(config, { trigger }).problems, []);
    const answers = createAnswers(JSON.parse(textOf("answers") ?? "{}"));
    // A server that checks signatures has a clock of its own.
    const now = textOf("config").includes("private_key_jwt") ? undefined : NOW;
    const simulation = await startSimulation({ config, trigger, answers, now });
    t.after(() => simulation.close());
    const result = describe(await simulation.login(JSON.parse(textOf("event") ?? "{}")));
    if (process.env.WRITE_DOCS) {
      const block = /(?<=^```json result\n)[\s\S]*?(?=^```$)/m;
      const renewed = section.replace(block, () => `${format(result)}\n`);
      written = written.replace(section, () => renewed);
    } else {
      assert.deepEqual(JSON.parse(textOf("result")), result);
    }
  });
}

for (const [status, outcome] of [
  [404, "enriched"],
  [500, "partial"],
]) {
  test(`Entitlements, where the API answers ${status}`, async (t) => {
    const { textOf } = recipes.find(({ title }) => title === "Entitlements");
    const answers = createAnswers({ rights: { $status: status } });
    const simulation = await startSimulation({ config: JSON.parse(textOf("config")), answers });
    t.after(() => simulation.close());
    const result = describe(await simulation.login({}));
    assert.equal(result.outcome, outcome);
    assert.deepEqual(result.access_token, {
      "https://example.com/entitlements": [],
      "https://example.com/seats": 0,
    });
  });
}

/** What the page says of outages. */
const OUTAGES = {
  "A decision by AuthZEN": ({ denied }) =>
    assert.equal(denied.reason, "You have no access to Acme Web Shop."),
  "Step-up by risk": ({ denied, mfa }) => assert.deepEqual([denied, mfa], [null, { challenge: ["otp"] }]),
  "Find, else create": ({ calls }) =>
    assert.deepEqual(
      calls.filter(({ kind }) => kind === "source").map(({ name }) => name),
      ["found"],
    ),
  "A first login": ({ elsewhere }) => assert.deepEqual(elsewhere, {}),
  "Objects from OpenFGA": ({ tokens }) =>
    assert.deepEqual(tokens[0].after["https://example.com/tenants"], []),
};

for (const [title, check] of Object.entries(OUTAGES)) {
  test(`${title}, in an outage`, async (t) => {
    const { textOf } = recipes.find((recipe) => recipe.title === title);
    const config = JSON.parse(textOf("config"));
    const failing = Object.keys(config.sources).map((source) => [source, { $status: 500 }]);
    const simulation = await startSimulation({
      config,
      answers: createAnswers(Object.fromEntries(failing)),
      now: NOW,
    });
    t.after(() => simulation.close());
    check(await simulation.login(JSON.parse(textOf("event") ?? "{}")));
  });
}

after(() => {
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, written);
});

/** What a reader wants to know of a login: what it added where, and to what it said no. */
function describe({
  outcome,
  denied,
  tokens,
  elsewhere,
  scopes,
  mfa,
  session,
  refresh_token: refreshToken,
  report,
}) {
  const added = tokens.map(({ token, changes }) => [
    token,
    Object.fromEntries(
      changes
        .filter(({ claim }) => claim !== "scope")
        .map(({ claim, after: value }) => [claim, shown(value)]),
    ),
  ]);
  const places = [...added, ...Object.entries(elsewhere)].filter(
    ([, claims]) => Object.keys(claims).length > 0,
  );
  return {
    outcome,
    ...(denied === null ? {} : { reason: denied.reason }),
    ...Object.fromEntries(places),
    ...(scopes.added.length + scopes.removed.length > 0 ? { scopes } : {}),
    ...(mfa === null ? {} : { mfa }),
    ...(session.length > 0 ? { session: Object.assign({}, ...session.map(withDates)) } : {}),
    ...(refreshToken.length > 0 ? { refresh_token: Object.assign({}, ...refreshToken.map(withDates)) } : {}),
    ...(outcome === "shadow" ? { would_be_set: report.claims.set } : {}),
    ...(report.errors.length > 0
      ? { errors: report.errors.map(({ code, path }) => `${code} at ${path}`) }
      : {}),
  };
}

/** Times as people read them. */
function withDates(change) {
  return Object.fromEntries(
    Object.entries(change).map(([key, value]) => [
      key,
      typeof value === "number" ? new Date(value).toISOString() : value,
    ]),
  );
}

/** A token by its payload: nobody can read more of it. */
function shown(value) {
  if (typeof value !== "string" || !/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(value)) return value;
  return { payload: decodeJwt(value) };
}

/** JSON with each claim on a line. */
function format(result) {
  const lines = Object.entries(result).map(([key, value]) => {
    if (typeof value !== "object" || Array.isArray(value))
      return `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const members = Object.entries(value).map(
      ([name, member]) => `    ${JSON.stringify(name)}: ${JSON.stringify(member)}`,
    );
    return `  ${JSON.stringify(key)}: {\n${members.join(",\n")}\n  }`;
  });
  return `{\n${lines.join(",\n")}\n}`;
}
