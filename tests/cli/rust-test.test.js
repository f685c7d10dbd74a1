// The file of an Action in Rust in `test` and `diff`: dist/rust-action.js and its likes, as `./build.sh example` makes them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseConfig } from "../../cli/src/config/text.js";
import { createRustFixtureEngine } from "../../cli/src/fixtures/rust-engine.js";
import { whyOf } from "../../cli/src/fixtures/why.js";
import { readRustFile, writeRustFile } from "../../cli/src/rust/file.js";
import { sourceFaults, tokenFaults } from "../../cli/src/tenant/wire-faults.js";
import { ROWS } from "../wire/rows.js";
import { assertPrintable, createFolder, createReader } from "./command.js";

const read = (name) => readFileSync(new URL(`../../dist/${name}.js`, import.meta.url), "utf8");
const CODE = read("rust-action");
const ENTITLEMENTS = read("rust-entitlements");

const PLAN = "https://example.com/plan";
const ROLES = "https://example.com/roles";
const PROFILE = "GET /api/users/*";
const GOLD = { subscription: { plan: "gold" }, roles: [{ name: "editor", active: true }] };
const GOLD_TOKENS = { id_token: { [PLAN]: "gold" }, access_token: { [PLAN]: "gold", [ROLES]: ["editor"] } };

/** A folder with an Action and its fixtures. */
function createProject(t, fixtures, files = {}) {
  return createFolder(t, {
    "action.js": CODE,
    ...files,
    ...Object.fromEntries(Object.entries(fixtures).map(([name, content]) => [`tests/${name}`, content])),
  });
}

function createEngine() {
  return createRustFixtureEngine({
    code: CODE,
    rust: /** @type {import("../../cli/src/rust/file.js").RustFile} */ (readRustFile(CODE)),
  });
}

/** A login of a fixture, as it is read. */
function createLogin(parts) {
  return /** @type {any} */ ({
    nowMs: Date.parse("2026-01-05T08:00:00Z"),
    isTimed: true,
    afterMs: 0,
    event: {},
    answers: { [PROFILE]: GOLD },
    faults: {},
    secrets: {},
    ...parts,
  });
}

async function runJson(folder, ...args) {
  const { status, stdout, stderr } = await folder.run("test", "action.js", "--json", ...args);
  assert.equal(stderr, "");
  return { status, ...JSON.parse(stdout) };
}

test("the tokens, a denial of the code's own and a 500 pass where they are expected, each with its calls", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      {
        name: "gold",
        answers: { [PROFILE]: GOLD },
        expect: {
          ...GOLD_TOKENS,
          denied: null,
          outcome: "enriched",
          scopes: {},
          left_out: {},
          calls: { profile: 1 },
          token_calls: { "POST /oauth/token": 1 },
          requests: { "/api/users/*": "GET https://api-url.example/api/users/auth0%7Calice" },
          errors: {},
        },
      },
      {
        name: "blocked",
        answers: { [PROFILE]: { ...GOLD, blocked: true } },
        expect: { id_token: {}, access_token: {}, denied: "Your account is blocked.", outcome: "denied" },
      },
      {
        name: "down",
        answers: { [PROFILE]: { $status: 500 } },
        expect: {
          id_token: {},
          denied: null,
          outcome: "skipped",
          errors: { profile: "source_status" },
          calls: { "GET /api/users/auth0|alice": 1 },
        },
      },
    ],
  });
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
  assert.equal(logins.length, 3);
});

test("what did not come is shown with what was given and why, in every format", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      { name: "down", answers: { [PROFILE]: { $status: 500 } }, expect: GOLD_TOKENS },
      {
        name: "blocked",
        answers: { [PROFILE]: { blocked: true } },
        expect: { denied: null, calls: { profile: 2 } },
      },
      { name: "no token", faults: { token: "sends-html" }, expect: { errors: {}, calls: { [PROFILE]: 1 } } },
      { name: "none", expect: { access_token: { [PLAN]: "gold" } } },
      {
        name: "misfit",
        answers: { [PROFILE]: { subscription: { plan: 7 } } },
        expect: { id_token: { [PLAN]: "gold" } },
      },
    ],
  });
  const { status, stdout } = await folder.run("test", "action.js");
  assert.equal(status, 1);
  assert.match(
    stdout,
    /✗ down {2}tests\/a\.json:1\n {4}given\n {6}answer GET \/api\/users\/\* {2}\{"\$status":500\}/,
  );
  assert.match(stdout, /- {3}"https:\/\/example\.com\/plan": "gold"/);
  assert.match(stdout, /the call profile answered 500 after 1 call\n +profile: source_status: /);
  assert.match(stdout, /denied .*\n +- null\n +\+ "Your account is blocked\."\n/);
  assert.match(stdout, /- {3}"profile": 2\n +\+ {3}"profile": 1\n/);
  assert.match(stdout, /the call profile was not made: token_response_invalid/);
  assert.match(stdout, /no answer is written for GET \/api\/users\/auth0\|alice, so it answered 404/);
  assert.match(stdout, /profile\.subscription\.plan: response_misfit: /);
  assertPrintable(stdout);
  for (const [format, expected] of /** @type {[string, RegExp][]} */ ([
    ["tap", /^TAP version 14\n1\.\.5\nnot ok 1 - tests\/a\.json: down\n/],
    ["junit", /<testsuites name="claimsmith test" tests="5" failures="5" errors="0"/],
    ["github", /^::error file=tests\/a\.json,line=1,title=down[^\n]*the call profile answered 500/],
  ])) {
    const { status, stdout } = await folder.run("test", "action.js", "--format", format);
    assert.equal(status, 1);
    assert.match(stdout, expected);
  }
});

test("a matrix is run entry by entry, and an entry's answers and faults come before the fixture's", async (t) => {
  const down = { errors: { profile: "source_status" } };
  const folder = createProject(
    t,
    {
      "matrix.json": {
        name: "in an organisation",
        event: "../event.json",
        answers: "../answers.json",
        each: [
          { with: { organization: { id: "org_1" } } },
          {
            name: "the other",
            with: { organization: { id: "org_2" } },
            answers: { "/api/users/auth0|ann": { subscription: { plan: "silver" } } },
            expect: { id_token: { [PLAN]: "silver" } },
          },
          {
            name: "down",
            faults: { source: "answers-500" },
            expect: { id_token: {}, ...down },
          },
          {
            name: "down for her alone",
            faults: {
              source: "sends-html",
              "GET https://api-url.example/api/users/auth0|ann": "answers-500",
            },
            expect: { id_token: {}, ...down },
          },
          {
            name: "her colleague",
            with: { user: { user_id: "auth0|bob" } },
            faults: { "/api/users/auth0|ann": "answers-500" },
          },
        ],
        expect: { id_token: { [PLAN]: "gold" }, errors: {} },
      },
    },
    {
      "event.json": { user: { user_id: "auth0|ann" } },
      "answers.json": { "/api/users/*": GOLD },
    },
  );
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
  assert.deepEqual(
    logins.map(({ name }) => name),
    ["(1)", "(the other)", "(down)", "(down for her alone)", "(her colleague)"].map(
      (of) => `in an organisation ${of}`,
    ),
  );
});

test("logins of a fixture share an instance and api.cache, another fixture has its own, and the clock is the fixture's", async (t) => {
  const answers = {
    "/v1/memberships": { account_id: "a1", status: "active" },
    "/v1/accounts/*/entitlements": { tier: "team", seats: 1, trial_ends: "2026-01-05T08:59:01Z" },
  };
  const both = { calls: { membership: 1, entitlements: 1 }, token_calls: { "POST /oauth/token": 1 } };
  const folder = createProject(
    t,
    {
      "a.json": [
        {
          name: "kept",
          now: "2026-01-05T08:58:00Z",
          answers,
          logins: [
            { expect: both },
            { name: "within a minute", after_s: 59, expect: { calls: { membership: 1 }, token_calls: {} } },
            {
              name: "later",
              after_s: 2,
              expect: { calls: { "/v1/*": 1, "/v1/accounts/*/entitlements": 1 }, id_token: {} },
            },
            {
              name: "without a cache",
              faults: { cache: "is-missing" },
              answers: { "/v1/accounts/*/entitlements": { tier: "free", seats: 2 } },
              expect: {
                ...both,
                token_calls: {},
                id_token: { "https://example.com/entitlements": { tier: "free", seats: 2, products: [] } },
              },
            },
          ],
        },
        { name: "on its own", now: "2026-01-05T09:00:00Z", answers, expect: { ...both, id_token: {} } },
      ],
    },
    { "action.js": ENTITLEMENTS },
  );
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
});

test("each call counts once, whatever lies idle between the logins", async (t) => {
  const answers = { [PROFILE]: GOLD };
  const down = { after_s: 30, faults: { source: "is-silent" } };
  const folder = createProject(t, {
    "a.json": {
      answers,
      logins: [
        { expect: { calls: { profile: 1 } } },
        { ...down, expect: { calls: { profile: 3 } } },
        { ...down, expect: { calls: { [PROFILE]: 3 } } },
      ],
    },
  });
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
});

test("time goes at once: thirty logins whose calls time out do not wait", async (t) => {
  const folder = createProject(t, {
    "slow.json": {
      each: Array.from({ length: 30 }, (_, index) =>
        index % 2 === 0
          ? { faults: { source: "is-silent" } }
          : { answers: { [PROFILE]: { $delay_ms: 9000, $body: {} } } },
      ),
      expect: { errors: { profile: "timeout" }, calls: { profile: 3 }, denied: null },
    },
  });
  const beganMs = performance.now();
  const { status, stdout } = await folder.run("test", "action.js");
  assert.equal(status, 0, stdout);
  // They would wait for 4.5 s each.
  assert.ok(performance.now() - beganMs < 30 * 4_500, "they waited");
});

test("machines' tokens have the file's trigger, which a fixture need not name", async (t) => {
  const { name, crateVersion: version, packed, ...rust } = /** @type {any} */ (readRustFile(CODE));
  const trigger = "credentials-exchange";
  const crate = { name, version };
  const machines = writeRustFile({ ...rust, crate, trigger, packed, wasm: packed.wasm });
  const expect = { access_token: {}, denied: null, calls: {}, outcome: "enriched" };
  const folder = createProject(t, { "a.json": [{ expect }, { trigger, expect }] }, { "action.js": machines });
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins, null, 1));
});

test("secrets are made up, given or missing, and no value of one is shown", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      {
        name: "given",
        secrets: {
          API_URL: "https://api.acme.example/v1",
          CLIENT_ID: "s3cr3t-7f3a",
          CLIENT_SECRET: "s3cr3t-7f3b",
        },
        answers: { "/*/api/users/*": GOLD },
        expect: { id_token: {}, requests: {}, calls: {} },
      },
      {
        name: "missing",
        secrets: { CLIENT_ID: null },
        expect: { errors: { "": "secret_missing" }, calls: {} },
      },
    ],
  });
  const { logins } = await runJson(folder);
  assert.deepEqual(
    logins.map(({ state, differences }) => [state, differences?.map(({ what }) => what)]),
    [
      ["failed", ["id_token", "calls", "requests"]],
      ["passed", undefined],
    ],
  );
  for (const args of [[], ["--json"], ["--format", "tap"], ["--format", "junit"], ["--format", "github"]]) {
    const { stdout, stderr } = await folder.run("test", "action.js", ...args);
    assert.ok(!`${stdout}${stderr}`.includes("s3cr3t"), args.join(" "));
  }
});

test("a request that is shown has the names of secrets in place of their values", async () => {
  const [{ requests }] = await createEngine().run({
    name: "secret",
    logins: [createLogin({ secrets: { CLIENT_SECRET: "s3cr3t&7f3a" } })],
  });
  assert.deepEqual(
    requests.map(({ kind, name }) => [kind, name]),
    [
      ["token", "POST /oauth/token"],
      ["source", "GET /api/users/auth0|alice"],
    ],
  );
  assert.match(String(requests[0].body), /&client_secret=\{secrets\.CLIENT_SECRET\}&/);
  assert.equal(requests[1].headers.authorization, "Bearer token-1");
});

test("a fixture that expects nothing fails, and --update writes what came", async (t) => {
  const folder = createProject(t, {
    "a.json": `// what this is about
[
  { "name": "new", "answers": ${JSON.stringify({ [PROFILE]: GOLD })} },
  { "name": "by path", "answers": ${JSON.stringify({ [PROFILE]: { blocked: true } })}, "expect": { "calls": { "${PROFILE}": 7 /* was */ }, "denied": null } },
]
`,
  });
  assert.equal((await folder.run("test", "action.js")).status, 1);
  const updated = await folder.run("test", "action.js", "--update");
  assert.equal(updated.status, 0, updated.stderr);
  const text = folder.read("tests/a.json");
  assert.ok(text.includes("// what this is about") && text.includes(`"${PROFILE}": 1 /* was */`), text);
  const { status, logins } = await runJson(folder);
  assert.equal(status, 0, JSON.stringify(logins));
  const whole = /** @type {any} */ (parseConfig(text).value);
  assert.deepEqual(whole[0].expect, { ...GOLD_TOKENS, denied: null, calls: { profile: 1 } });
  assert.equal(whole[1].expect.denied, "Your account is blocked.");
});

test("mistakes are told of at their lines, each with what to do", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      { name: "a", answers: { profile: {}, "FETCH /a": {}, "/b": { $status: 7 } } },
      { name: "b", faults: { profile: "answers-500", "/b": "answer-500", token: "answers-404" } },
      {
        name: "c",
        expect: { calls: { profile: 1, "/b": 1 }, requests: { profile: "GET x" }, token_calls: { api: 1 } },
      },
      { name: "d", trigger: "credentials-exchange", answers: { __proto__: {} } },
    ],
  });
  const { status, stdout, stderr } = await folder.run("test", "action.js");
  assert.deepEqual([status, stdout], [1, ""]);
  for (const message of [
    "`profile` is no method and path, such as `GET /users/*`",
    "`FETCH /a` is no method and path",
    "the answer of `/b`: `$status` must be a status from 200 to 599",
    "`profile`: a fault befalls calls by their method and path, such as `GET /users/*`, or all of `source`, `token`, `cache`",
    "there is no fault `answer-500`; did you mean `answers-500`?",
    "[1].faults.token: there is no fault `answers-404`",
    '[2].expect.calls["/b"]: stands beside names of calls',
    "[2].expect.requests.profile: `profile`: tell it by its method and path",
    "[2].expect.token_calls.api: `api`: tell it by its method and path",
    "[3].trigger: `credentials-exchange`: the file is for post-login",
  ]) {
    assert.ok(stderr.includes(message), `${message}\n${stderr}`);
  }
  assertPrintable(stderr);
});

test("coverage tells of the calls that were made, and has no share of what stands in code", async (t) => {
  const folder = createProject(t, {
    "a.json": [
      { name: "gold", answers: { [PROFILE]: GOLD }, expect: {} },
      { name: "blocked", answers: { [PROFILE]: { blocked: true } }, expect: {} },
    ],
  });
  const { status, stdout } = await folder.run("test", "action.js", "--coverage");
  assert.equal(status, 0);
  assert.match(
    stdout,
    /\nCoverage {2}1 of 3\n {2}profile {2}never answers 404\n {2}profile {2}never fails\n {2}Denials that came: "Your account is blocked\."\n {2}What the code has besides does not stand in the file: `cargo llvm-cov`/,
  );
  const { coverage } = await runJson(folder, "--coverage");
  assert.equal(coverage.percent, null);
  const bound = await folder.run("test", "action.js", "--coverage-min", "80");
  assert.equal(bound.status, 2);
  assert.match(
    bound.stderr,
    /how much there is to cover stands in the code .*\nhint: .*cargo llvm-cov --fail-under-lines/,
  );
});

test("without fixtures, for another trigger and with code of another kind it says what to do", async (t) => {
  const none = await createProject(t, {}).run("test", "action.js");
  assert.equal(none.status, 2);
  assert.match(
    none.stderr,
    /there are no fixtures: tests\/\*\.json is not there\nhint: .*`claimsmith test action\.js --update`/,
  );
  const folder = createProject(t, { "a.json": { expect: {} } }, { "other.js": "exports.x = 1;" });
  assert.equal((await folder.run("test", "action.js", "--trigger", "credentials-exchange")).status, 2);
  const other = await folder.run("test", "other.js");
  assert.equal(other.status, 1);
  assert.match(other.stderr, /is no configuration, and no file of `claimsmith bundle --rust`/);
});

test("--watch runs again when the Action is bundled anew", async (t) => {
  const folder = createProject(t, { "a.json": { answers: { "/*/*/*": {} }, expect: { denied: null } } });
  const child = folder.start("test", "action.js", "--watch");
  const until = createReader(child);
  await until(/1 passed[\s\S]*waiting for a change/);
  writeFileSync(path.join(folder.path, "action.js"), ENTITLEMENTS);
  await until(/action\.js has changed[\s\S]*1 passed[\s\S]*waiting for a change/);
  child.kill("SIGINT");
  assert.equal((await once(child, "close"))[0], 130);
});

test("diff shows whose tokens change between two files, and takes no configuration beside one", async (t) => {
  const answers = {
    [PROFILE]: GOLD,
    "/v1/memberships": { account_id: "a1", status: "active" },
    "/v1/accounts/*/entitlements": { tier: "free", seats: 1 },
  };
  const folder = createProject(
    t,
    {
      "a.json": [
        { name: "ann", answers },
        { name: "blocked", answers: { ...answers, [PROFILE]: { blocked: true } } },
      ],
    },
    { "new.js": ENTITLEMENTS, "claimsmith.json": { claims: {} } },
  );
  const { status, stdout } = await folder.run("diff", "action.js", "new.js", "--exit-code");
  assert.equal(status, 1);
  assert.match(stdout, /^- action\.js {2}[0-9a-f]{16}\n\+ new\.js {2}[0-9a-f]{16}\n/);
  assert.match(stdout, /\nann\n[\s\S]*- id_token +https:\/\/example\.com\/plan +"gold" +none/);
  assert.match(stdout, /\nblocked\n[\s\S]*- denied +newly allowed +"Your account is blocked\." +none/);
  const same = await folder.run("diff", "action.js", "action.js", "--exit-code");
  assert.equal(same.status, 0);
  assert.match(same.stdout, /0 of 2 logins change/);
  const mixed = await folder.run("diff", "claimsmith.json", "new.js");
  assert.equal(mixed.status, 2);
  assert.match(mixed.stderr, /are of two kinds: a configuration, and an Action in Rust/);
});

test("a trap is told with what is likely its cause", () => {
  const error = { code: "internal", path: "", message: "the engine trapped and was made anew" };
  const report = {
    tokens: {},
    sources: {},
    claims: { left_out: [], defaulted: [] },
    errors: [error],
    warnings: [],
  };
  const simulation = { report, tokens: [], error: null, refused: [] };
  const why = (isOfCode) =>
    whyOf(
      /** @type {any} */ ({
        login: { faults: {} },
        differences: [],
        explained: [],
        ran: { simulation, unanswered: [], isOfCode },
      }),
    ).join();
  assert.match(
    why(true),
    /^the login: internal: the engine trapped .*; a panic is such a trap, .*`cargo test`/,
  );
  assert.doesNotMatch(why(false), /panic/);
});

/** What does not fit the Action's types, where a configuration without types takes it. */
const TYPED = {
  "sends JSON of the wrong shape": { error: "response_misfit" },
  "sends a value of the wrong type": { error: "response_misfit" },
};

for (const [part, faults] of Object.entries({ backend: sourceFaults, "token endpoint": tokenFaults })) {
  const rows = Object.entries(ROWS[part]).filter(
    ([fault, row]) => Object.hasOwn(faults, fault) && !row.config,
  );
  test(`${rows.length} faults of the ${part} end a login as they do over real sockets`, async () => {
    const engine = createEngine();
    for (const [fault, row] of rows) {
      const login = createLogin({ faults: { [part === "backend" ? "source" : "token"]: fault } });
      const logins = Array.from({ length: row.logins ?? 1 }, () => login);
      const ran = await engine.run({ name: fault, logins });
      const { simulation } = /** @type {import("../../cli/src/fixtures/engine.js").RanLogin} */ (ran.at(-1));
      const count = (kind) =>
        ran.flatMap(({ requests }) => requests).filter((request) => request.kind === kind).length;
      const { errors = [] } = simulation.report ?? {};
      const isSet = PLAN in simulation.tokens[1].custom;
      const actual = {
        error: errors[0]?.code ?? null,
        token: count("token"),
        backend: count("source"),
        isSet,
      };
      const { outcome: _outcome, ...expected } = row.expect;
      assert.deepEqual(actual, { ...expected, ...(TYPED[fault] ?? {}) }, `${fault}: ${simulation.logs}`);
    }
  });
}
