// What `claimsmith test` makes of fixtures.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { validateXML } from "xmllint-wasm";
import { assertPrintable, createFolder, createReader } from "./command.js";

const NAMESPACE = "https://acme.example";
const PLAN = `${NAMESPACE}/plan`;
const ROLES = `${NAMESPACE}/roles`;

const CONFIG = {
  tokens: {
    api: {
      token_url: "https://tenant.example/oauth/token",
      client_id: "{secrets.CLIENT_ID}",
      client_secret: "{secrets.CLIENT_SECRET}",
      audience: "https://api.example.com",
    },
  },
  sources: { profile: { url: "https://api.example.com/users/{event.user.user_id}" } },
  claims: {
    [PLAN]: "profile.plan",
    [ROLES]: { value: "profile.roles[?active].name", type: "string[]", default: [], to: ["access_token"] },
  },
};

const GOLD = { profile: { plan: "gold", roles: [{ name: "editor", active: true }] } };
const GOLD_TOKENS = { id_token: { [PLAN]: "gold" }, access_token: { [PLAN]: "gold", [ROLES]: ["editor"] } };

/** A folder with a configuration and fixtures. */
function createProject(t, fixtures, change = (config) => config) {
  return createFolder(t, {
    "claimsmith.json": change(structuredClone(CONFIG)),
    ...Object.fromEntries(Object.entries(fixtures).map(([name, content]) => [`tests/${name}`, content])),
  });
}

async function runJson(folder, ...args) {
  const { status, stdout, stderr } = await folder.run("test", "--json", ...args);
  assert.equal(stderr, "");
  return { status, ...JSON.parse(stdout) };
}

test("a fixture passes where all that it names came, and names what did not come where it fails", async (t) => {
  const folder = createProject(t, {
    "a.json": {
      name: "gold",
      answers: GOLD,
      expect: { ...GOLD_TOKENS, denied: null, calls: { profile: 1 } },
    },
    "b.json": [
      { name: "silver", answers: { profile: { plan: "silver" } }, expect: { id_token: { [PLAN]: "gold" } } },
      { name: "all of a token", answers: GOLD, expect: { access_token: { [PLAN]: "gold" } } },
    ],
  });
  const { status, stdout } = await folder.run("test");
  assert.equal(status, 1);
  assert.match(stdout, /✓ gold\n/);
  assert.match(stdout, /✗ silver {2}tests\/b.json:1\n {4}given\n {6}answer profile {2}\{"plan":"silver"\}/);
  assert.match(
    stdout,
    /- {3}"https:\/\/acme.example\/plan": "gold"\n +\+ {3}"https:\/\/acme.example\/plan": "silver"/,
  );
  assert.match(stdout, /✗ all of a token.*\n[^✗]*\+ {3}"https:\/\/acme.example\/roles": \[/);
  assert.match(stdout, /3 logins: 2 failed, 1 passed/);
  assertPrintable(stdout);
});

test("a matrix is run entry by entry, each over the fixture", async (t) => {
  const folder = createProject(
    t,
    {
      "matrix.json": {
        name: "in an organisation",
        event: "../event.json",
        with: { user: { name: "Ann" } },
        answers: "answers/gold.txt",
        each: [
          { with: { organization: { id: "org_1" } }, expect: { id_token: { o: "org_1", n: "Ann" } } },
          {
            name: "the other",
            with: { organization: { id: "org_2" }, user: { name: "Bob" } },
            expect: { id_token: { o: "org_2", n: "Bob" } },
          },
          { without: ["user.name"], expect: { id_token: { o: "none" } } },
        ],
      },
      "answers/gold.txt": GOLD,
    },
    () => ({
      claims: {
        o: { value: "event.organization.id", to: ["id_token"] },
        n: { value: "event.user.name", to: ["id_token"] },
      },
    }),
  );
  writeFileSync(path.join(folder.path, "event.json"), JSON.stringify({ organization: { id: "none" } }));
  const { status, logins } = await runJson(folder);
  assert.deepEqual(
    logins.map(({ name, state }) => [name, state]),
    [
      ["in an organisation (1)", "passed"],
      ["in an organisation (the other)", "passed"],
      ["in an organisation (3)", "passed"],
    ],
  );
  assert.equal(status, 0);
});

test("time goes at once: a hundred logins that time out end within seconds, and `now` is when they begin", async (t) => {
  const folder = createProject(
    t,
    {
      "slow.json": {
        name: "slow",
        now: "2026-01-05T08:00:00Z",
        faults: { profile: "is-silent" },
        each: Array.from({ length: 100 }, () => ({})),
        expect: {
          id_token: { at: "2026-01-05T08:00:00Z" },
          errors: { "sources.profile": "deadline_exceeded" },
          calls: { profile: 3 },
        },
      },
      "late.json": {
        answers: { profile: { $delay_ms: 3000, $body: {} } },
        expect: { errors: { "sources.profile": "deadline_exceeded" }, calls: { profile: 3 } },
      },
    },
    (config) => ({
      ...config,
      claims: {
        at: { value: "now.iso", to: ["id_token"] },
        plan: { value: "profile.plan", to: ["id_token"] },
      },
    }),
  );
  const beganMs = performance.now();
  const { status, stdout } = await folder.run("test", "--name", "slow");
  assert.equal(status, 0, stdout);
  assert.ok(performance.now() - beganMs < 100 * 1000, "they waited");
  assert.equal((await folder.run("test", "--name", "late")).status, 0);
});

test("logins in one instance share its token and its answers, and what a fixture leaves is nobody else's", async (t) => {
  const cached = (config) => {
    config.sources.profile.cache = { ttl_s: 60 };
    return config;
  };
  const folder = createProject(
    t,
    {
      "sequence.json": {
        name: "kept",
        answers: GOLD,
        logins: [
          { expect: { calls: { profile: 1 }, token_calls: { api: 1 } } },
          { name: "from the cache", after_s: 30, expect: { calls: {}, token_calls: {}, ...GOLD_TOKENS } },
          {
            after_s: 31,
            answers: { profile: { plan: "silver" } },
            expect: { calls: { profile: 1 }, id_token: { [PLAN]: "silver" } },
          },
        ],
      },
      "other.json": { answers: GOLD, expect: { calls: { profile: 1 }, token_calls: { api: 1 } } },
    },
    cached,
  );
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
  assert.equal(logins[2].name, "kept › from the cache");
});

test("after_s counts from the login before, also where the fixture says when the first one is", async (t) => {
  const folder = createProject(
    t,
    {
      "a.json": {
        now: "2026-01-05T08:00:00Z",
        logins: [
          { expect: { id_token: { at: "2026-01-05T08:00:00Z" } } },
          { after_s: 90, expect: { id_token: { at: "2026-01-05T08:01:30Z" } } },
          { now: "2026-01-05T09:00:00Z", expect: { id_token: { at: "2026-01-05T09:00:00Z" } } },
        ],
      },
    },
    () => ({ claims: { at: { value: "now.iso", to: ["id_token"] } } }),
  );
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
});

test("what is drawn at random and what is signed is the same at each run", async (t) => {
  const folder = createProject(t, { "signed.json": { name: "signed", answers: {} } }, () => ({
    claims: {
      id: { value: "now.id", to: ["id_token"] },
      of: { value: "event.transaction.id", to: ["id_token"] },
      mac: { value: "event.user.user_id", hmac: { secret: "{secrets.KEY}" }, to: ["id_token"] },
      jwt: {
        value: "{ plan: 'gold' }",
        jwt: { secret: "{secrets.KEY}", expires_in_s: 60 },
        to: ["id_token"],
      },
      rsa: { value: "{ plan: 'gold' }", jwt: { private_key: "{secrets.PEM}" }, to: ["id_token"] },
    },
  }));
  assert.equal((await folder.run("test", "--update")).status, 0);
  const { id_token: token } = folder.readJson("tests/signed.json").expect;
  assert.deepEqual(token.jwt, { $jwt: { plan: "gold", iat: 1785748503, exp: 1785748563 } });
  assert.equal((await folder.run("test")).status, 0);
});

test("a failure says why: the source, its status and fault, what was left out and what has its default", async (t) => {
  const folder = createProject(t, {
    "down.json": {
      name: "down",
      answers: GOLD,
      faults: { profile: "answers-503-always" },
      expect: GOLD_TOKENS,
    },
    "none.json": { name: "none", expect: GOLD_TOKENS },
    "token.json": { name: "token", answers: GOLD, faults: { api: "sends-html" }, expect: GOLD_TOKENS },
  });
  const { logins } = await runJson(folder);
  const why = Object.fromEntries(logins.map((login) => [login.name, login.why.join("\n")]));
  assert.match(
    why.down,
    /the source profile failed after 3 calls, status 503: source_status: .*\(the fault answers-503-always\)/,
  );
  assert.match(why.down, /acme.example\/plan is left out: the source profile failed/);
  assert.match(why.down, /acme.example\/roles has its default: the source profile failed/);
  assert.match(why.none, /no answer is written for the source profile, so it answered 404/);
  assert.match(why.token, /the token api was not got: token_response_invalid: .*\(the fault sends-html\)/);
});

test("a failure names the step of the expression that was null, or the condition that did not hold", async (t) => {
  const folder = createProject(
    t,
    {
      "a.json": [
        {
          name: "misspelt",
          answers: { profile: { tier: "gold" } },
          expect: { id_token: { [PLAN]: "gold" } },
        },
        { name: "not denied", answers: GOLD, expect: { denied: "Closed." } },
        {
          name: "later",
          answers: GOLD,
          logins: [{ expect: {} }, { answers: { profile: {} }, expect: { id_token: { [PLAN]: "gold" } } }],
        },
      ],
    },
    (config) => ({
      ...config,
      deny: [{ when: "profile.closed", reason: "Closed.", on_unavailable: "deny" }],
    }),
  );
  const { logins } = await runJson(folder);
  const why = Object.fromEntries(logins.map((login) => [login.name, (login.why ?? []).join("\n")]));
  assert.match(why.misspelt, /acme\.example\/plan: `profile\.plan` is null: .*`tier`/);
  assert.match(why["not denied"], /deny\[0\]: `when`: `profile\.closed` does not hold: .* is null/);
  assert.match(why["later › login 2"], /`profile\.plan` is null/);
});

test("a source without an answer is told of also where all is as expected", async (t) => {
  const folder = createProject(t, { "none.json": { expect: { id_token: {} } } });
  const { status, stdout } = await folder.run("test");
  assert.equal(status, 0);
  assert.match(stdout, /✓ none\n {4}no answer is written for the source profile, so it answered 404/);
});

test("all mistakes of all files are told of at their lines, each with what was meant", async (t) => {
  const folder = createProject(t, {
    "a.json":
      '{\n  "name": "a",\n  "anwers": {},\n  "expect": { "id_tokens": {}, "scopes": { "add": [] } }\n}',
    "b.json": [
      { name: 3, faults: { profil: "answers-500", profile: "answer-500" }, now: "yesterday" },
      {
        answers: { prfile: {}, profile: { $status: 99 } },
        secrets: { CLIENT_IDD: "x" },
        event: "missing.json",
      },
      {
        expect: { calls: { profile: -1, nobody: 1 }, outcome: "enrichd" },
        trigger: "postlogin",
        answers: { constructor: 1 },
      },
      "x",
    ],
    "c.json": "{ no json",
  });
  const { status, stdout, stderr } = await folder.run("test");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  for (const message of [
    "tests/a.json:3:3 anwers: unknown key `anwers`; did you mean `answers`?",
    "tests/a.json:4:15 expect.id_tokens: unknown key `id_tokens`; did you mean `id_token`?",
    "expect.scopes.add: unknown key `add`; did you mean `added`?",
    "[0].name: must be a string, not a whole number",
    "[1].answers.prfile: the configuration has no source `prfile`; did you mean `profile`?",
    "the answer of `profile`: `$status` must be a status from 200 to 599",
    "[1].secrets.CLIENT_IDD: the configuration reads no secret `CLIENT_IDD`; did you mean `CLIENT_ID`?",
    "tests/missing.json cannot be read",
    "[2].expect.calls.profile: must be at least 0",
    "[2].expect.outcome: `enrichd` is not known here; did you mean `enriched`?",
    "[2].trigger: `postlogin` is not known here; did you mean `post-login`?",
    "[3]: must be an object, not a string",
    "tests/c.json:1:",
  ]) {
    assert.ok(stderr.includes(message), `${message}\n${stderr}`);
  }
  assertPrintable(stderr);
});

test("names of faults, sources and times are checked, and `__proto__` is a name as any other", async (t) => {
  const folder = createProject(t, {
    "b.json":
      '[{ "faults": { "profil": "answers-500", "profile": "answer-500" }, "now": "2026-13-01T00:00:00Z" }, { "answers": { "__proto__": {} }, "with": { "__proto__": { "x": 1 } }, "expect": { "calls": { "nobody": 1 } } }]',
  });
  const { stderr } = await folder.run("test");
  for (const message of [
    "[0].faults.profil: the configuration has no source or token `profil`; did you mean `profile`?",
    "[0].faults.profile: there is no fault `answer-500`; did you mean `answers-500`?",
    "`2026-13-01T00:00:00Z` is no time; write one like `2026-01-05T08:00:00Z`",
    "[1].answers.__proto__: the configuration has no source `__proto__`",
    "[1].expect.calls.nobody: the configuration has no source `nobody`",
  ]) {
    assert.ok(stderr.includes(message), `${message}\n${stderr}`);
  }
});

test("without fixtures, with a name that none has, and used wrongly it ends with 2", async (t) => {
  const folder = createProject(t, {});
  const none = await folder.run("test");
  assert.equal(none.status, 2);
  assert.match(
    none.stderr,
    /there are no fixtures: tests\/\*\.json is not there\nhint: write tests\/first\.json/,
  );
  const other = createProject(t, { "a.json": { name: "one", expect: {} } });
  const unknown = await other.run("test", "--name", "two");
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /no fixture has `two` in its name\nhint: there are: one/);
  for (const args of [
    ["--format", "xml"],
    ["--json", "--format", "tap"],
    ["--watch", "--json"],
    ["--coverage-min", "200"],
    ["--coverage-min", "high"],
  ]) {
    assert.equal((await other.run("test", ...args)).status, 2, args.join(" "));
  }
  const empty = createProject(t, { "a.json": [] });
  assert.equal((await empty.run("test")).status, 2);
});

test("a configuration with problems shows them, and runs nothing", async (t) => {
  const folder = createProject(t, { "a.json": { expect: {} } }, (config) => ({ ...config, sorces: {} }));
  const { status, stderr } = await folder.run("test");
  assert.equal(status, 1);
  assert.match(stderr, /unknown key `sorces`; did you mean `sources`\?/);
});

test("a fixture that expects nothing fails, and --update writes what came, comments kept", async (t) => {
  const folder = createProject(t, {
    "a.json": `// what this is about
[
  { "name": "gold", "answers": ${JSON.stringify(GOLD)} },
  {
    "name": "changed", // a name
    "answers": ${JSON.stringify(GOLD)},
    "expect": {
      "id_token": { "${PLAN}": "silver" /* was */ },
      "denied": null, // nobody
    },
  },
]
`,
  });
  const before = await folder.run("test");
  assert.equal(before.status, 1);
  assert.match(
    before.stdout,
    /✗ gold .*\n {4}nothing is expected of it: `claimsmith test --update` writes what comes of it/,
  );
  const updated = await folder.run("test", "--update");
  assert.equal(updated.status, 0);
  assert.match(updated.stdout, /\+ {3}"https:\/\/acme.example\/plan": "gold"/);
  assert.match(updated.stderr, /updated tests\/a.json/);
  const text = folder.read("tests/a.json");
  for (const kept of [
    "// what this is about",
    "// a name",
    "/* was */",
    "// nobody",
    `"answers": ${JSON.stringify(GOLD)},`,
  ]) {
    assert.ok(text.includes(kept), `${kept}\n${text}`);
  }
  assert.equal((await folder.run("test")).status, 0);
  await folder.run("test", "--update");
  assert.equal(folder.read("tests/a.json"), text);
});

test("--update writes where an expectation stands, and beside an entry what is only its own", async (t) => {
  const folder = createProject(t, {
    "a.json": {
      answers: GOLD,
      each: [{}, { answers: { profile: { plan: "silver" } } }],
      expect: { id_token: { [PLAN]: "bronze" }, denied: "No." },
    },
  });
  assert.equal((await folder.run("test", "--update")).status, 0);
  const { each, expect } = folder.readJson("tests/a.json");
  assert.deepEqual(expect, { id_token: { [PLAN]: "bronze" }, denied: null });
  assert.deepEqual(each[0].expect, { id_token: { [PLAN]: "gold" } });
  assert.deepEqual(each[1].expect, { id_token: { [PLAN]: "silver" } });
});

test("coverage lists what no fixture has exercised, and --coverage-min is a bound", async (t) => {
  const change = (config) => ({
    ...config,
    values: { gold: "profile.plan == 'gold'" },
    claims: { ...config.claims, [`${NAMESPACE}/gold`]: { value: "values.gold", when: "profile.plan" } },
    deny: [
      { when: "event.user.blocked", reason: "Blocked." },
      { when: "profile.closed", reason: "Closed.", on_unavailable: "deny" },
    ],
    mfa: [{ when: "profile.risk", provider: "any" }],
    scopes: [{ add: "beta", when: "profile.beta" }],
  });
  const folder = createProject(t, { "a.json": [{ name: "gold", answers: GOLD, expect: {} }] }, change);
  const { status, coverage } = await runJson(folder, "--coverage");
  assert.equal(status, 0);
  const missed = coverage.items
    .filter(({ isCovered }) => !isCovered)
    .map(({ path, aspect }) => `${path} ${aspect}`);
  assert.deepEqual(missed, [
    "tokens.api fails",
    "sources.profile.on_error serves a failure",
    "sources.profile.on_not_found serves a 404",
    `claims["${ROLES}"].default takes its place`,
    `claims["${NAMESPACE}/gold"].when does not hold`,
    "scopes[0].when holds",
    "mfa[0].when holds",
    "deny[0] denies",
    "deny[1] denies",
  ]);
  assert.equal((await folder.run("test", "--coverage-min", "60")).status, 1);
  assert.equal((await folder.run("test", "--coverage-min", "50")).status, 0);

  const answers = { profile: { plan: null, risk: 1, beta: true, roles: null } };
  const whole = [
    { name: "gold", answers: GOLD, expect: {} },
    { name: "risky", answers, expect: {} },
    { name: "blocked", with: { user: { blocked: true } }, expect: { denied: "Blocked." } },
    { name: "closed", answers: { profile: { closed: true } }, expect: { denied: "Closed." } },
    { name: "not there", answers: { profile: { $status: 404 } }, expect: {} },
    { name: "down", faults: { profile: "answers-500" }, expect: {} },
    { name: "no token", faults: { api: "sends-html" }, expect: {} },
  ];
  writeFileSync(path.join(folder.path, "tests/a.json"), JSON.stringify(whole));
  const { status: all, stdout } = await folder.run("test", "--coverage-min", "100");
  assert.equal(all, 0, stdout);
  assert.match(stdout, /Coverage {2}20 of 20, 100 %/);
});

/** Texts that are wrong in one format or another. */
const HOSTILE = "a\u001b[2J # \\ \"<&>' ]]> %0A::error::x,y:z\n\r\u202e\u0000";

test("TAP is of version 14, and a name cannot make a directive", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      { name: HOSTILE, expect: {} },
      { name: "x # SKIP", answers: GOLD, expect: { id_token: {} } },
    ],
  });
  const { status, stdout } = await folder.run("test", "--format", "tap");
  assert.equal(status, 1);
  const lines = stdout.trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, 2), ["TAP version 14", "1..2"]);
  assert.match(lines[2], /^ok 1 - tests\/a\.json: a\\\\u001b\[2J \\# \\\\/);
  assert.equal(lines[3], "not ok 2 - tests/a.json: x \\# SKIP");
  assert.equal(lines[4], "  ---");
  assert.equal(lines.at(-1), "  ...");
  assertPrintable(stdout);
});

test("JUnit's XML holds to its schema, whatever stands in names and values", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      { name: `${HOSTILE}\ufffe`, expect: {} },
      { name: "fails", answers: { profile: { plan: HOSTILE } }, expect: { id_token: { [PLAN]: "]]>" } } },
      { name: "without" },
    ],
  });
  const { status, stdout } = await folder.run("test", "--format", "junit");
  assert.equal(status, 1);
  const schema = readFileSync(new URL("../vectors/junit.xsd", import.meta.url), "utf8");
  const { valid, errors } = await validateXML({
    xml: [{ fileName: "junit.xml", contents: stdout }],
    schema: [schema],
  });
  assert.ok(valid, JSON.stringify(errors));
  assert.match(stdout, /<testsuites name="claimsmith test" tests="3" failures="2" errors="0"/);
  assertPrintable(stdout);
});

test("GitHub's annotations stand at the fixture's line, and no value begins a command of its own", async (t) => {
  const folder = createProject(t, {
    "a.json": `[\n{ "name": ${JSON.stringify(HOSTILE)}, "answers": { "profile": { "plan": ${JSON.stringify(HOSTILE)} } }, "expect": { "id_token": {} } }\n]`,
  });
  const { status, stdout } = await folder.run("test", "--format", "github");
  assert.equal(status, 1);
  const [command, totals, ...more] = stdout.trimEnd().split("\n");
  assert.deepEqual(more, []);
  assert.equal(totals, "0 of 1 logins passed");
  const [, properties, message] = /^::error (.*?)::(.*)$/.exec(command);
  assert.deepEqual(
    properties.split(",").map((pair) => pair.split("=")[0]),
    ["file", "line", "title"],
  );
  assert.match(properties, /^file=tests\/a\.json,line=2,title=a\\u001b\[2J # /);
  assert.ok(message.includes("%250A"), message);
  assert.ok(!properties.slice("file=".length).includes(":"));
});

test("values of secrets are shown nowhere", async (t) => {
  const folder = createProject(t, {
    "a.json": {
      secrets: { CLIENT_SECRET: "s3cr3t-7f3a", CLIENT_ID: "id-7f3a" },
      answers: GOLD,
      expect: { id_token: {}, requests: {} },
    },
  });
  for (const args of [[], ["--json"], ["--format", "tap"], ["--format", "junit"], ["--format", "github"]]) {
    const { stdout, stderr } = await folder.run("test", ...args);
    assert.ok(!`${stdout}${stderr}`.includes("7f3a"), args.join(" "));
  }
});

test("machines' logins have a trigger of their own", async (t) => {
  const folder = createProject(
    t,
    {
      "a.json": {
        trigger: "credentials-exchange",
        expect: { access_token: { grant: "client_credentials" }, denied: null },
      },
    },
    () => ({ claims: { grant: { value: "event.request.body.grant_type", to: ["access_token"] } } }),
  );
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins));
});

test("--watch runs again when a file changes, also after a mistake in one, until Ctrl+C", async (t) => {
  const folder = createProject(t, { "a.json": { name: "one", answers: GOLD, expect: { id_token: {} } } });
  const child = folder.start("test", "--watch");
  const until = createReader(child);
  await until(/1 failed[\s\S]*waiting for a change/);
  const file = path.join(folder.path, "tests/a.json");
  writeFileSync(file, "{ broken");
  await until(/not JSON[\s\S]*waiting for a change/);
  writeFileSync(file, JSON.stringify({ name: "one", answers: GOLD, expect: GOLD_TOKENS }));
  await until(/1 passed[\s\S]*waiting for a change/);
  child.kill("SIGINT");
  const [status] = await once(child, "close");
  assert.equal(status, 130);
});

test("a file that is no fixture is told as that, beside what is wrong with it", async (t) => {
  const folder = createProject(t, {
    "tsconfig.json": { compilerOptions: {} },
    "a.json": { name: "one", answer: GOLD, expect: GOLD_TOKENS },
    "b.json": [{ name: "two", answers: GOLD, expect: GOLD_TOKENS }],
  });
  const wrong = await folder.run("test");
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /unknown key `answer`; did you mean[\s\S]*unknown key `compilerOptions`/);
  assert.match(wrong.stderr, /\nhint: tests\/tsconfig\.json has no key of a fixture: .* `--tests`\n$/);
  const { status } = await folder.run("test", "--tests", "tests/b.json");
  assert.equal(status, 0);
});

test("the schema of fixtures takes the example's, and refuses what the command refuses", async (t) => {
  const folder = createFolder(t);
  const { stdout } = await folder.run("schema", "--fixture");
  const schema = JSON.parse(stdout);
  assert.equal(schema.$defs.fixture.additionalProperties, false);
  assert.deepEqual(Object.keys(schema.$defs.fixture.properties).slice(0, 3), ["$schema", "name", "event"]);
});

test("the example is guarded: its fixtures pass and cover all of it", async (t) => {
  const folder = createFolder(t);
  const config = fileURLToPath(new URL("../../examples/plan-and-roles/claimsmith.json", import.meta.url));
  const { status, stdout } = await folder.run("test", config, "--coverage-min", "100");
  assert.equal(status, 0, stdout);
});
