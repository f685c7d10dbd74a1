// What `claimsmith diff` shows of two configurations over the same fixtures.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { assertPrintable, createFolder } from "./command.js";

const PLAN = "https://acme.example/plan";
const TIER = "https://acme.example/tier";

const CONFIG = {
  sources: {
    profile: {
      url: "https://api.example.com/users/{event.user.user_id}",
      headers: { "x-key": "{secrets.KEY}" },
    },
  },
  claims: { [PLAN]: "profile.plan" },
};

const FIXTURES = [
  {
    name: "gold",
    answers: { profile: { plan: "gold" } },
    secrets: { KEY: "s3cr3t-7f3a" },
    expect: { id_token: { wrong: 1 } },
  },
  { name: "blocked", answers: { profile: { plan: "free", blocked: true } }, secrets: { KEY: "s3cr3t-7f3a" } },
];

function createProject(t, change, fixtures = FIXTURES) {
  const config = structuredClone(CONFIG);
  change(config);
  return createFolder(t, { "old.json": CONFIG, "new.json": config, "tests/a.json": fixtures });
}

const EVERYTHING = (config) => {
  config.claims = { [TIER]: "profile.plan" };
  config.deny = [{ when: "profile.blocked", reason: "Blocked.", on_unavailable: "deny" }];
  config.sources.more = { url: "https://more.example.com/{event.user.user_id}" };
  config.scopes = [{ add: "beta" }];
  config.mfa = [{ when: "profile.plan", provider: "any" }];
  config.session = [{ expires_in_s: 60 }];
  config.claims.seen = { value: "`true`", to: ["app_metadata"] };
};

test("claims that appear and go, denials, calls, scopes, factors, sessions and metadata are shown by login", async (t) => {
  const folder = createProject(t, EVERYTHING);
  const { status, stdout } = await folder.run("diff", "old.json", "new.json", "--json");
  assert.equal(status, 0);
  const { before, after, logins, changed } = JSON.parse(stdout);
  assert.equal(logins, 2);
  assert.match(before.fingerprint, /^[0-9a-f]{16}$/);
  assert.notEqual(before.fingerprint, after.fingerprint);
  const of = (name) =>
    changed
      .find((login) => login.name === name)
      .changes.map(({ what, name: member, kind }) => [kind, what, member].filter(Boolean).join(" "));
  assert.deepEqual(of("gold"), [
    "added scopes beta",
    "added mfa",
    "added session",
    `removed id_token ${PLAN}`,
    `added id_token ${TIER}`,
    `removed access_token ${PLAN}`,
    `added access_token ${TIER}`,
    "added app_metadata seen",
    "added calls more",
  ]);
  assert.deepEqual(of("blocked"), ["added denied", "added calls more"]);
  assert.ok(changed.every(({ token, file, line }) => token && file === "tests/a.json" && line === 1));
});

test("the terminal's table groups logins that change alike, and says who is newly denied", async (t) => {
  const folder = createProject(t, EVERYTHING);
  const { status, stdout } = await folder.run("diff", "old.json", "new.json");
  assert.equal(status, 0);
  assert.match(stdout, /^- old\.json {2}[0-9a-f]{16}\n\+ new\.json {2}[0-9a-f]{16}\n/);
  assert.match(stdout, /\nblocked\n {2}\+ denied +newly denied +none +"Blocked\."/);
  assert.match(stdout, /2 of 2 logins change, the tokens of 2, 1 newly denied\n$/);
  const back = await folder.run("diff", "new.json", "old.json");
  assert.match(back.stdout, /- denied +newly allowed/);
  assert.match(back.stdout, /1 newly allowed/);
});

test("--exit-code is about tokens: what changes beside them ends with 0", async (t) => {
  const beside = createProject(t, (config) => {
    config.sources.profile.headers["x-version"] = "2";
    config.claims.seen = { value: "`true`", to: ["app_metadata"] };
  });
  const { status, stdout } = await beside.run("diff", "old.json", "new.json", "--exit-code");
  assert.equal(status, 0);
  assert.match(stdout, /\+ app_metadata +seen/);
  const tokens = createProject(t, EVERYTHING);
  assert.equal((await tokens.run("diff", "old.json", "new.json", "--exit-code")).status, 1);
  const same = await tokens.run("diff", "old.json", "old.json", "--exit-code");
  assert.equal(same.status, 0);
  assert.match(same.stdout, /0 of 2 logins change\n$/);
});

test("a request that changes is shown, with the name of a secret in place of its value", async (t) => {
  const folder = createProject(t, (config) => {
    config.sources.profile.url += "?key={secrets.KEY}";
  });
  for (const args of [[], ["--json"], ["--markdown"]]) {
    const { stdout, stderr } = await folder.run("diff", "old.json", "new.json", ...args);
    assert.ok(stdout.includes("auth0%7Calice?key={secrets.KEY}"), stdout);
    assert.ok(!`${stdout}${stderr}`.includes("7f3a"));
  }
});

test("a revision of git is a side, in the folder of the repository and below it", async (t) => {
  const folder = createProject(t, EVERYTHING);
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: folder.path,
      stdio: "pipe",
    });
  git("init", "-q");
  git("add", "old.json");
  git("commit", "-qm", "one");
  const { stdout } = await folder.run("diff", "HEAD:old.json", "new.json");
  assert.match(stdout, /2 of 2 logins change/);
  const below = await folder.runIn("tests", "diff", "HEAD:old.json", "../new.json", "--tests", ".");
  assert.match(below.stdout, /2 of 2 logins change/);
  const unknown = await folder.run("diff", "HEAD~7:old.json", "new.json");
  assert.equal(unknown.status, 1);
  assert.match(
    unknown.stderr,
    /HEAD~7:old\.json cannot be read by git: .*\nhint: `git log --oneline -- old\.json`/,
  );
  const option = await folder.run("diff", "--json", "-x:old.json", "new.json");
  assert.notEqual(option.status, 0);
  const missing = await folder.run("diff", "nothing.json", "new.json");
  assert.match(missing.stderr, /nothing\.json cannot be read/);
});

test("an old configuration with problems is told of, and the new one is shown against nothing", async (t) => {
  const folder = createFolder(t, {
    "old.json": { ...CONFIG, clams: {} },
    "new.json": CONFIG,
    "tests/a.json": FIXTURES,
  });
  const { status, stdout, stderr } = await folder.run("diff", "old.json", "new.json");
  assert.equal(status, 0);
  assert.match(stdout, /- old\.json {2}does not compile/);
  assert.match(stdout, /old\.json has a problem: all that comes of the new one is shown as added/);
  assert.match(stderr, /unknown key `clams`; did you mean `claims`\?/);
  const back = await folder.run("diff", "new.json", "old.json");
  assert.equal(back.status, 1);
  assert.match(back.stderr, /unknown key `clams`/);
});

test("fixtures may name what only the old configuration has", async (t) => {
  const folder = createFolder(t, {
    "old.json": { ...CONFIG, sources: { ...CONFIG.sources, gone: { url: "https://gone.example.com/" } } },
    "new.json": CONFIG,
    "tests/a.json": { answers: { gone: {} }, faults: { gone: "answers-500" } },
  });
  const { status, stdout, stderr } = await folder.run("diff", "old.json", "new.json");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /- calls +gone/);
});

/** The cells of a row, as GitHub's tables split it: at pipes without a backslash before them. */
const cellsOf = (row) => row.slice(1, -1).match(/(?:\\.|[^|\\])+/g);

test("no value breaks Markdown's table, or is HTML or a mention there", async (t) => {
  const hostile = [
    "a|b",
    "a\\|b",
    "`",
    "``x` |",
    "<img src=x onerror=alert(1)>",
    "@team",
    "x\n| y |",
    "\u202eevil",
    "\\",
    "",
    " ",
  ];
  const folder = createProject(
    t,
    (config) => {
      config.claims["https://acme.example/`|<b>"] = "profile.plan";
    },
    hostile.map((plan, index) => ({ name: `${plan} ${index}`, answers: { profile: { plan } } })),
  );
  const { status, stdout } = await folder.run("diff", "old.json", "new.json", "--markdown");
  assert.equal(status, 0);
  assertPrintable(stdout);
  const rows = stdout.split("\n").filter((line) => line.startsWith("|"));
  assert.equal(rows.length, 2 + 2 * hostile.length);
  for (const row of rows.slice(2)) {
    const cells = cellsOf(row);
    assert.equal(cells.length, 4, row);
    // All but words of ours is within code.
    const outside = cells.join("").replaceAll(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
    assert.match(outside, /^[\w ,:]*$/, row);
  }
  // A value can be read back from its cell.
  const values = rows
    .slice(2)
    .filter((_, index) => index % 2 === 0)
    .map((row) => cellsOf(row)[3].trim());
  const read = values.map((cell) => {
    const [, , inner] = /^(`+) ?(.*?) ?\1$/s.exec(cell);
    return JSON.parse(inner.replaceAll("\\|", "|"));
  });
  assert.deepEqual(read, hostile);
});
