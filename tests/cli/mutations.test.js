// Small changes to configurations, as people make them by mistake: `claimsmith diff` shows each that alters a token, and
// `claimsmith test` fails for each that alters a token of a fixture.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { checkConfig } from "claimsmith";
import { compareResults } from "../../cli/src/fixtures/diff.js";
import { createFixtureEngine } from "../../cli/src/fixtures/engine.js";
import { readFixtures } from "../../cli/src/fixtures/read.js";
import { runFixtures } from "../../cli/src/fixtures/run.js";
import { subjectOfConfig } from "../../cli/src/fixtures/subject.js";
import { createFolder } from "./command.js";

const EXAMPLE = new URL("../../examples/plan-and-roles/", import.meta.url);
const N = "https://example.com";

/** A configuration with something of everything, and logins that exercise it. */
const RULES = {
  config: {
    settings: { plans: ["gold", "silver"] },
    values: { is_paid: "contains(settings.plans, profile.plan)" },
    sources: {
      profile: {
        url: "https://api.example.com/users/{event.user.user_id}",
        cache: { ttl_s: 60, stale_if_error_s: 600 },
      },
      account: {
        url: "https://api.example.com/accounts/{profile.account}",
        when: "profile.account",
        on_error: "deny",
        on_not_found: "error",
      },
    },
    claims: {
      [`${N}/plan`]: { value: "profile.plan", default: "free" },
      [`${N}/paid`]: "values.is_paid",
      [`${N}/seats`]: { value: "account.seats[?free].id", type: "string[]", default: [], to: ["id_token"] },
      [`${N}/owner`]: {
        value: "account.owner",
        required: true,
        when: "account.shared",
        to: ["access_token"],
      },
    },
    scopes: [
      { add: "reports", when: "values.is_paid" },
      { remove: "email", when: "!profile.verified", on_unavailable: "keep" },
    ],
    deny: [
      { when: "profile.blocked", reason: "Blocked.", on_unavailable: "skip" },
      { when: "account.closed", reason: "Closed." },
    ],
    mfa: [{ when: "profile.risk > `70`", provider: "any", on_unavailable: "skip" }],
  },
  fixtures: [
    { name: "gold", answers: { profile: { plan: "gold", verified: true } } },
    { name: "bronze", answers: { profile: { plan: "bronze", verified: false, risk: 80 } } },
    {
      name: "an account",
      answers: {
        profile: { plan: "silver", account: "a1", verified: true },
        account: {
          seats: [
            { id: "s1", free: true },
            { id: "s2", free: false },
          ],
          shared: true,
          owner: "o1",
        },
      },
    },
    { name: "no owner", answers: { profile: { account: "a1", verified: true }, account: { shared: true } } },
    { name: "closed", answers: { profile: { account: "a1" }, account: { closed: true } } },
    { name: "blocked", answers: { profile: { blocked: true } } },
    { name: "no plan", answers: { profile: { plan: null, verified: true } } },
    { name: "no profile", faults: { profile: "answers-500" } },
    {
      name: "no account",
      answers: { profile: { account: "a1", verified: true }, account: { $status: 404 } },
    },
    {
      name: "the account fails",
      answers: { profile: { account: "a1", verified: true } },
      faults: { account: "answers-500" },
    },
    {
      name: "later",
      answers: { profile: { plan: "gold", verified: true } },
      logins: [
        {},
        { after_s: 30, answers: { profile: { plan: "silver", verified: true } } },
        { after_s: 100, faults: { profile: "answers-503-always" } },
      ],
    },
  ],
};

/** Each as it is found in a configuration: a place, and what it becomes. */
const MUTATIONS = [
  {
    name: "a claim is renamed",
    at: ["claims", "*"],
    change: (config, path) => rename(config, path, `${path[1]}s`),
  },
  { name: "a claim goes", at: ["claims", "*"], change: remove },
  { name: "a default is dropped", at: ["claims", "*", "default"], change: remove },
  {
    name: "a default changes",
    at: ["claims", "*", "default"],
    change: (config, path) => set(config, path, "other"),
  },
  { name: "a type goes", at: ["claims", "*", "type"], change: remove },
  { name: "`required` is dropped", at: ["claims", "*", "required"], change: remove },
  { name: "a claim goes to one token only", at: ["claims", "*"], change: toOneToken },
  {
    name: "a claim goes to the other token",
    at: ["claims", "*", "to"],
    change: (config, path, to) => set(config, path, to[0] === "id_token" ? ["access_token"] : ["id_token"]),
  },
  {
    name: "a filter is turned",
    at: ["claims", "*", "value"],
    change: (config, path, value) => value.includes("[?") && set(config, path, value.replace("[?", "[?!")),
  },
  {
    name: "a `when` is turned",
    at: ["*", "*", "when"],
    change: (config, path, when) => set(config, path, `!(${when})`),
  },
  {
    name: "a `when` is dropped",
    at: ["*", "*", "when"],
    change: (config, path) => path[0] !== "deny" && remove(config, path),
  },
  {
    name: "on_error changes",
    at: ["sources", "*"],
    change: (config, path, source) =>
      set(config, [...path, "on_error"], source.on_error === "deny" ? "skip" : "deny"),
  },
  {
    name: "on_not_found changes",
    at: ["sources", "*"],
    change: (config, path, source) =>
      set(config, [...path, "on_not_found"], source.on_not_found === "error" ? "null" : "error"),
  },
  { name: "a rule goes", at: ["deny", "*"], change: removeItem },
  {
    name: "a reason changes",
    at: ["deny", "*", "reason"],
    change: (config, path) => set(config, path, "Go away."),
  },
  {
    name: "on_unavailable changes",
    at: ["deny", "*", "on_unavailable"],
    change: (config, path, word) => set(config, path, word === "skip" ? "deny" : "skip"),
  },
  { name: "a scope goes", at: ["scopes", "*"], change: removeItem },
  {
    name: "a scope is another",
    at: ["scopes", "*"],
    change: (config, path, { add, remove: removed, ...rest }) =>
      set(config, path, add ? { add: "other", ...rest } : { remove: "profile", ...rest }),
  },
  {
    name: "a scope is added in place of removed",
    at: ["scopes", "*"],
    change: (config, path, { add, remove: removed, ...rest }) =>
      set(config, path, add ? { remove: add, ...rest } : { add: removed, ...rest }),
  },
  { name: "a member of a value is misspelt", at: ["claims", "*"], change: misspell },
  {
    name: "a value is turned",
    at: ["values", "*"],
    change: (config, path, value) => set(config, path, `!(${value})`),
  },
  {
    name: "a setting loses an item",
    at: ["settings", "*"],
    change: (config, path, list) => set(config, path, list.slice(1)),
  },
  {
    name: "a bound changes",
    at: ["mfa", "*", "when"],
    change: (config, path, when) => set(config, path, when.replace("70", "90")),
  },
  { name: "a cache goes", at: ["sources", "*", "cache"], change: remove },
  {
    name: "a time to live changes",
    at: ["sources", "*", "cache", "ttl_s"],
    change: (config, path) => set(config, path, 10),
  },
  { name: "stale answers go", at: ["sources", "*", "cache", "stale_if_error_s"], change: remove },
  { name: "the deadline changes", at: ["deadline_ms"], change: (config, path) => set(config, path, 4000) },
  {
    name: "the address changes",
    at: ["sources", "*", "url"],
    change: (config, path, url) => set(config, path, url.replace("/users/", "/members/")),
  },
  { name: "shadow is left on", at: [], change: (config) => ({ ...config, mode: "shadow" }) },
];

const counts = { all: 0, altering: 0, shown: 0, failing: 0, silent: 0 };

for (const [name, { config, fixtures }] of Object.entries({
  "plan-and-roles": {
    config: JSON.parse(readFileSync(new URL("claimsmith.json", EXAMPLE), "utf8")),
    fixtures: JSON.parse(readFileSync(new URL("tests/plan-and-roles.json", EXAMPLE), "utf8")),
  },
  rules: RULES,
})) {
  test(`changes to ${name}`, async (t) => {
    const files = (content) => {
      const folder = createFolder(t, { "tests/a.json": content });
      const { secrets } = checkConfig(config);
      return readFixtures(
        [`${folder.path}/tests/a.json`],
        subjectOfConfig({ config, secrets, trigger: "post-login" }),
      );
    };
    const before = await runFixtures(files(fixtures), createFixtureEngine(config));
    // Whole tokens are expected of each, as --update writes them.
    const written = files(withExpectations(fixtures, before));
    const guarded = await runFixtures(written, createFixtureEngine(config));
    assert.ok(guarded.every(({ state }) => state === "passed"));
    const tokensBefore = before.map(tokensOf);

    for (const mutant of mutantsOf(config)) {
      const { problems } = checkConfig(mutant.config);
      // What `check` refuses goes no further.
      if (problems.length > 0) continue;
      const results = await runFixtures(written, createFixtureEngine(mutant.config));
      const alters = results.map(tokensOf).some((tokens, index) => tokens !== tokensBefore[index]);
      const isShown = compareResults(before, results).some(({ isTokenChange }) => isTokenChange);
      const fails = results.some(({ state }) => state === "failed");
      assert.equal(isShown, alters, `diff: ${mutant.name}`);
      assert.equal(fails, alters, `test: ${mutant.name}`);
      counts.all += 1;
      counts.altering += Number(alters);
      counts.shown += Number(isShown);
      counts.failing += Number(fails);
      counts.silent += Number(!alters);
    }
  });
}

after(() => {
  const { all, altering, shown, failing, silent } = counts;
  console.log(
    `${all} changes: ${altering} alter a token, of which diff shows ${shown} and test fails for ${failing}; ${silent} alter none`,
  );
  assert.ok(all >= 50, `${all} changes`);
  assert.ok(altering >= 40, `${altering} alter a token`);
});

function withExpectations(fixtures, results) {
  const expectOf = ({ outcome: { id_token, access_token, denied, scopes } }) => ({
    id_token,
    access_token,
    denied,
    scopes,
  });
  let next = 0;
  return fixtures.map((fixture) => {
    const take = () => ({ expect: expectOf(results[next++]) });
    if (fixture.logins)
      return {
        ...fixture,
        expect: undefined,
        logins: fixture.logins.map((login) => ({ ...login, ...take() })),
      };
    if (fixture.each)
      return { ...fixture, expect: undefined, each: fixture.each.map((entry) => ({ ...entry, ...take() })) };
    return { ...fixture, ...take() };
  });
}

/** What a login is given, read from the `api` itself and not from what `expect` names. */
function tokensOf({ ran: { simulation } }) {
  const { tokens, denied, scopes } = simulation;
  return JSON.stringify([tokens.map(({ custom }) => sorted(custom)), denied, sorted(scopes)]);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function* mutantsOf(config) {
  for (const { name, at, change } of MUTATIONS) {
    for (const path of placesOf(config, at)) {
      const mutant = change(structuredClone(config), path, read(config, path));
      if (mutant) yield { name: `${name} (${path.join(".")})`, config: mutant };
    }
  }
}

/** The places that a pattern is of; `*` is any member or item. */
function placesOf(value, [step, ...rest], path = []) {
  if (step === undefined) return [path];
  if (typeof value !== "object" || value === null) return [];
  const keys = step === "*" ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : [];
  return keys.flatMap((key) => placesOf(value[key], rest, [...path, key]));
}

function read(value, path) {
  return path.reduce((inner, key) => inner[key], value);
}

function set(config, path, value) {
  read(config, path.slice(0, -1))[path.at(-1)] = value;
  return config;
}

function remove(config, path) {
  delete read(config, path.slice(0, -1))[path.at(-1)];
  return config;
}

function removeItem(config, [list, index]) {
  config[list].splice(Number(index), 1);
  return config;
}

function rename(config, [list, name], other) {
  config[list] = Object.fromEntries(
    Object.entries(config[list]).map(([key, value]) => [key === name ? other : key, value]),
  );
  return config;
}

function toOneToken(config, path, claim) {
  const whole = typeof claim === "string" ? { value: claim } : claim;
  return whole.to ? undefined : set(config, path, { ...whole, to: ["id_token"] });
}

function misspell(config, path, claim) {
  const value = typeof claim === "string" ? claim : claim.value;
  const other = value.replace(/\.(\w+)/, ".$1x");
  return set(config, path, typeof claim === "string" ? other : { ...claim, value: other });
}
