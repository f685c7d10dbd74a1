// What `claimsmith fixture` makes of a real login, and what it leaves out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createPseudonyms } from "../../cli/src/fixtures/pseudonyms.js";
import { createFolder } from "./command.js";

const PLAN = "https://acme.example/plan";

const CONFIG = {
  sources: {
    profile: { url: "https://api.example.com/users/{event.user.user_id}" },
    more: { url: "https://more.example.com/users/{profile.account_id}" },
  },
  claims: { [PLAN]: "profile.plan" },
};

const EVENT = {
  user: {
    user_id: "auth0|anna.kowalska",
    email: "anna.kowalska@firma.pl",
    name: "Anna Kowalska",
    email_verified: true,
    created_at: "2025-02-11T16:40:21.903Z",
    app_metadata: { plan: "gold", account_id: "A-9912", note: "call Anna on +48 601 123 456", level: 3 },
    user_metadata: { "anna.kowalska@firma.pl": true },
    identities: [{ provider: "auth0", user_id: "anna.kowalska", access_token: "tok-7f3a" }],
  },
  request: {
    ip: "203.0.113.77",
    geoip: { cityName: "Łódź", countryCode: "PL", latitude: 51.77 },
    query: { login_hint: "anna.kowalska@firma.pl", state: "st-7f3a", client_id: "Z9k" },
    body: { password: "hunter-7f3a" },
  },
  secrets: { CLIENT_SECRET: "s-7f3a" },
  organization: { id: "org_1", name: "acme" },
};

const ANSWERS = {
  profile: {
    account_id: "A-9912",
    plan: "gold",
    roles: [{ name: "editor" }],
    contact: "Anna.Kowalska@firma.pl",
    token: "eyJhbGciOi.eyJzdWIi.7f3a",
  },
};

/** What must stand nowhere. */
const PERSONAL = /anna|kowalska|firma|9912|601|203\.0\.113|Łódź|51\.77|7f3a/i;

function createProject(t, files = {}) {
  return createFolder(t, {
    "claimsmith.json": CONFIG,
    "event.json": EVENT,
    "answers.json": ANSWERS,
    ...files,
  });
}

const LINE =
  "claimsmith partial 88ms source_status@sources.more profile=200/9ms more=503/10ms claims=1 left_out=0 config=9c1f4be07a25d386 id=3bb78195";

async function record(folder, ...args) {
  const { status, stdout, stderr } = await folder.run("fixture", ...args, "--json");
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("a line of the log, its event and answers become a fixture that runs", async (t) => {
  const folder = createProject(t, { "line.txt": `2026-03-01T10:00:00Z ${LINE}\n` });
  const { stdout, stderr, status } = await folder.run(
    "fixture",
    "line.txt",
    "--event",
    "event.json",
    "--answers",
    "answers.json",
    "--out",
    "tests/recorded.json",
  );
  assert.equal(status, 0, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /wrote tests\/recorded\.json/);
  assert.match(
    stderr,
    /warning: the login ran with the configuration 9c1f4be07a25d386; claimsmith\.json is [0-9a-f]{16}/,
  );
  assert.match(stderr, /user\.email {2}a member named email, now "/);
  const fixture = folder.readJson("tests/recorded.json");
  assert.equal(fixture.now, "2026-03-01T10:00:00Z");
  assert.deepEqual(fixture.faults, { more: "answers-503-always" });
  assert.deepEqual(fixture.expect, { denied: null, outcome: "partial", left_out: {} });
  const again = await folder.run("fixture", "line.txt", "--out", "tests/recorded.json");
  assert.equal(again.status, 1);
  assert.match(again.stderr, /is there already\nhint: give another name, or --force/);
  const ran = await folder.run("test");
  assert.equal(ran.status, 0, ran.stdout);
});

test("nothing personal and no secret is left, and what was replaced is listed without it", async (t) => {
  const folder = createProject(t, { "line.txt": LINE });
  const result = await record(folder, "line.txt", "--event", "event.json", "--answers", "answers.json");
  assert.ok(!PERSONAL.test(JSON.stringify(result)), JSON.stringify(result, null, 1));
  const { event, answers } = result.fixture;
  assert.equal(event.secrets, undefined);
  assert.deepEqual(event.organization, EVENT.organization);
  assert.equal(event.request.geoip.countryCode, "PL");
  assert.equal(event.request.query.client_id, "Z9k");
  assert.equal(event.user.app_metadata.plan, "gold");
  assert.equal(event.user.app_metadata.level, 3);
  assert.equal(event.user.created_at, EVENT.user.created_at);
  assert.deepEqual(answers.profile.roles, [{ name: "editor" }]);
  const paths = result.replaced.map(({ path }) => path);
  for (const path of [
    "user.user_id",
    "user.name",
    "request.ip",
    "request.body.password",
    "answers.profile.contact",
  ]) {
    assert.ok(paths.includes(path), path);
  }
});

test("length and shape are kept, and the same stays the same wherever it stands", async (t) => {
  const folder = createProject(t, { "line.txt": LINE });
  const { fixture } = await record(folder, "line.txt", "--event", "event.json", "--answers", "answers.json");
  const { user, request } = fixture.event;
  const shape = (text) =>
    text
      .replaceAll(/\p{Lu}/gu, "A")
      .replaceAll(/\p{Ll}/gu, "a")
      .replaceAll(/\d/g, "0");
  for (const [before, after] of [
    [EVENT.user.user_id.slice(6), user.user_id.slice(6)],
    [EVENT.user.email, user.email],
    [EVENT.user.name, user.name],
    [EVENT.user.app_metadata.note, user.app_metadata.note],
    [EVENT.request.ip, request.ip],
    [EVENT.request.geoip.cityName, request.geoip.cityName],
  ]) {
    assert.equal(shape(after), shape(before));
  }
  assert.ok(user.user_id.startsWith("auth0|"));
  assert.ok(request.ip.split(".").every((octet) => Number(octet) <= 255));
  const local = user.email.split("@")[0];
  assert.equal(user.user_id, `auth0|${local}`);
  assert.equal(user.name.toLowerCase().replace(" ", "."), local);
  assert.equal(request.query.login_hint, user.email);
  assert.deepEqual(Object.keys(user.user_metadata), [user.email]);
  assert.equal(fixture.answers.profile.contact.toLowerCase(), user.email);
  assert.equal(fixture.answers.profile.account_id, user.app_metadata.account_id);
  assert.ok(user.email.endsWith(".pl"));
});

test("--keep leaves a part as it is", async (t) => {
  const folder = createProject(t, { "line.txt": LINE });
  const { fixture } = await record(
    folder,
    "line.txt",
    "--event",
    "event.json",
    "--keep",
    "user.app_metadata.account_id",
    "--keep",
    "request",
  );
  assert.equal(fixture.event.user.app_metadata.account_id, "A-9912");
  assert.equal(fixture.event.request.ip, EVENT.request.ip);
  assert.notEqual(fixture.event.user.name, EVENT.user.name);
});

test("a report says what is expected, and which answers are to be filled in", async (t) => {
  const report = {
    outcome: "enriched",
    duration_ms: 12,
    correlation_id: "x",
    tokens: {},
    sources: {
      profile: {
        from: "network",
        status: 200,
        attempts: 1,
        bytes: 2,
        duration_ms: 1,
        waited_for: [],
        skipped: false,
        error: null,
      },
      more: {
        from: null,
        status: null,
        attempts: 0,
        bytes: 0,
        duration_ms: 0,
        waited_for: ["profile"],
        skipped: true,
        error: null,
      },
    },
    claims: { set: [PLAN], left_out: [], defaulted: [] },
    scopes: { added: ["beta"], removed: [] },
    mfa: null,
    denied: false,
    errors: [],
    warnings: [],
    fingerprint: "9c1f4be07a25d386+live",
  };
  const folder = createProject(t, {
    "report.json": report,
    "entry.json": {
      log_id: "1",
      data: { date: "2026-03-01T10:00:00.000Z", details: { logs: [`x ${LINE}`] } },
    },
  });
  const { fixture, missing, notes } = await record(folder, "report.json");
  assert.deepEqual(missing, ["profile"]);
  assert.deepEqual(fixture.expect, {
    denied: null,
    outcome: "enriched",
    scopes: { added: ["beta"] },
    mfa: null,
    left_out: {},
    calls: { profile: 1 },
  });
  assert.ok(notes.some((note) => note.includes("live")));
  const entry = await record(folder, "entry.json");
  assert.equal(entry.fixture.now, "2026-03-01T10:00:00.000Z");
  assert.deepEqual(entry.fixture.faults, { more: "answers-503-always" });
});

test("what has no report is refused", async (t) => {
  const folder = createProject(t, { "x.txt": "nothing" });
  const { status, stderr } = await folder.run("fixture", "x.txt");
  assert.equal(status, 1);
  assert.match(stderr, /x\.txt has no report and no line `claimsmith …`\nhint: /);
});

test("two runs disguise otherwise, so that a short value cannot be found by trying", () => {
  const user = { phone_number: "+49 151 23456789", name: "Jo Lee" };
  const one = createPseudonyms().event({ user });
  const other = createPseudonyms().event({ user });
  assert.notDeepEqual(one, other);
  assert.match(one.user.phone_number, /^\+\d\d \d{3} \d{8}$/);
});
