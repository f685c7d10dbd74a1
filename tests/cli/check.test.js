// What `claimsmith check` finds, and where.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolder } from "./command.js";

const WRONG = `{
  // a comment
  "claims": {
    "https://example.com/plan": { "value": "a\\u0020..b", "to": ["x"] },
    "team": {},
  },
  "sources": { "a": { "url": "https://a/{event.user.x" } },
  "sourcez": {}
}
`;

test("all problems are shown at once, each marked at its place", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": WRONG });
  const { status, stdout, stderr } = await folder.run("check");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.equal(
    stderr,
    `error: 5 problems found

claimsmith.json:4:53 claims["https://example.com/plan"].value: \`.\` was not expected here (column 4) (expression_invalid)
4 |     "https://example.com/plan": { "value": "a\\u0020..b", "to": ["x"] },
                                                        ^

claimsmith.json:4:65 claims["https://example.com/plan"].to[0]: \`x\` is not known here; use \`access_token\`, \`id_token\`, \`saml_response\`, \`app_metadata\`, \`user_metadata\`, \`transaction_metadata\`, \`session_metadata\`, \`refresh_token_metadata\` (config_invalid)
4 |     "https://example.com/plan": { "value": "a\\u0020..b", "to": ["x"] },
                                                                    ^^^

claimsmith.json:5:5 claims.team: \`value\` is missing (config_invalid)
5 |     "team": {},
        ^^^^^^

claimsmith.json:7:41 sources.a.url: \`{\` is never closed; write \`{{\` for a brace (column 11) (expression_invalid)
7 |   "sources": { "a": { "url": "https://a/{event.user.x" } },
                                            ^
see docs/errors.md#expression_invalid

claimsmith.json:8:3 sourcez: unknown key \`sourcez\`; did you mean \`sources\`? (config_invalid)
8 |   "sourcez": {}
      ^^^^^^^^^
see docs/errors.md#config_invalid
`,
  );
});

test("programs get the same as JSON", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": WRONG });
  const { status, stdout } = await folder.run("check", "--json");
  assert.equal(status, 1);
  const { ok, file, problems } = JSON.parse(stdout);
  assert.deepEqual({ ok, file }, { ok: false, file: "claimsmith.json" });
  assert.deepEqual(
    problems.map(({ code, path, line, column, length }) => ({ code, path, line, column, length })),
    [
      {
        code: "expression_invalid",
        path: 'claims["https://example.com/plan"].value',
        line: 4,
        column: 53,
        length: 1,
      },
      {
        code: "config_invalid",
        path: 'claims["https://example.com/plan"].to[0]',
        line: 4,
        column: 65,
        length: 3,
      },
      { code: "config_invalid", path: "claims.team", line: 5, column: 5, length: 6 },
      { code: "expression_invalid", path: "sources.a.url", line: 7, column: 41, length: 1 },
      { code: "config_invalid", path: "sourcez", line: 8, column: 3, length: 9 },
    ],
  );
});

test("a right configuration ends with 0", async (t) => {
  const folder = createFolder(t, { "other.json": { claims: { plan: "event.client.metadata.plan" } } });
  const { status, stdout } = await folder.run("check", "other.json");
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "ok other.json: nothing is wrong\n" });
  const json = await folder.run("check", "other.json", "--json");
  assert.deepEqual(JSON.parse(json.stdout), { ok: true, file: "other.json", problems: [] });
});

test("a key that stands twice is a problem, since one of the two would be lost", async (t) => {
  const folder = createFolder(t, {
    "claimsmith.json": '{ "claims": { "plan": "event.user.name",\n "plan": "event.user.nickname" } }',
  });
  const { status, stderr } = await folder.run("check");
  assert.equal(status, 1);
  assert.match(stderr, /^claimsmith\.json:2:2 claims\.plan: the key `plan` stands here a second time/m);
});

test("text that is no JSON is shown at the first mistake", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": '{ "claims": {\n  "plan" "x" }' });
  const { status, stderr } = await folder.run("check");
  assert.equal(status, 1);
  assert.match(stderr, /^claimsmith\.json:2:10 the configuration: not JSON: colon expected/m);
});

test("a file that is not there is told, with what makes one", async (t) => {
  const { status, stderr } = await createFolder(t).run("check");
  assert.equal(status, 1);
  assert.match(stderr, /claimsmith\.json cannot be read/);
  assert.match(stderr, /`claimsmith init` makes one/);
});

test("wrong usage ends with 2 and points to the help", async (t) => {
  const folder = createFolder(t);
  for (const args of [
    ["chek"],
    ["check", "--jsno"],
    ["simulate", "a", "b"],
    ["check", "--trigger", "pre-login"],
    [],
  ]) {
    const { status, stderr } = await folder.run(...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, /--help/);
  }
  const help = await folder.run("check", "--help");
  assert.equal(help.status, 0);
  assert.match(help.stdout, /^Usage: claimsmith check/);
});

test("`schema` prints the schema that the package carries", async (t) => {
  const { status, stdout } = await createFolder(t).run("schema");
  assert.equal(status, 0);
  assert.deepEqual(Object.keys(JSON.parse(stdout).properties).includes("claims"), true);
});

const WARNED = {
  sources: { profile: { url: "https://api.example.com/users/{event.user.user_id}" } },
  claims: { "https://example.com/plan": "profile.plan || 'free'" },
};

test("warnings are shown with what to write, and are problems by --strict", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": WARNED });
  const lenient = await folder.run("check");
  assert.equal(lenient.status, 0);
  assert.equal(lenient.stdout, "ok claimsmith.json: nothing is wrong, 1 warning\n");
  assert.match(
    lenient.stderr,
    /^warning: 1 warning\n\nclaimsmith\.json:1:\d+ claims\["https:\/\/example\.com\/plan"\]: `profile\.plan \|\| 'free'` has no value where the source `profile` fails, .* \(fallback_unused\)\n1 \| .*\n +\^+\nmend: add `"default": "free"`, or write `not_null\(profile\.plan, 'free'\)`\n/,
  );
  const strict = await folder.run("check", "--strict");
  assert.equal(strict.status, 1);
  assert.match(strict.stderr, /error: 1 warning found, and --strict is given\n$/);
  const json = await folder.run("check", "--json");
  const { ok, warnings } = JSON.parse(json.stdout);
  assert.deepEqual([json.status, ok, warnings.length], [0, true, 1]);
  assert.deepEqual(Object.keys(warnings[0]).sort(), [
    "code",
    "column",
    "docs",
    "length",
    "line",
    "mend",
    "message",
    "path",
  ]);
});

test("several files and standard input are checked at once", async (t) => {
  const right = { claims: { "https://example.com/x": "event.user.name" } };
  const folder = createFolder(t, { "a.json": right, "b.json": WRONG });
  const both = await folder.run("check", "a.json", "b.json", "--json");
  assert.equal(both.status, 1);
  assert.deepEqual(
    JSON.parse(both.stdout).map(({ file, ok }) => [file, ok]),
    [
      ["a.json", true],
      ["b.json", false],
    ],
  );
  const stdin = await folder.pipe(JSON.stringify(right), "check", "-");
  assert.equal(stdin.stdout, "ok standard input: nothing is wrong\n");
  const wrong = await folder.pipe(WRONG, "check", "-");
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^standard input:4:53 /m);
});

test("an environment that lacks secrets is told, by name", async (t) => {
  const config = {
    sources: { a: { url: "https://{secrets.API_DOMAIN}/a", headers: { "x-api-key": "{secrets.API_KEY}" } } },
  };
  const folder = createFolder(t, {
    "claimsmith.json": config,
    "prod.env": "API_DOMAIN=api.example.com\nAPI_KEY=\n",
  });
  const { status, stderr } = await folder.run("check", "--env", "prod.env");
  assert.equal(status, 1);
  assert.match(stderr, /prod\.env lacks 1 secret of claimsmith\.json: API_KEY/);
  assert.equal(stderr.includes("api.example.com"), false);
  const json = await folder.run("check", "--env", "prod.env", "--json");
  assert.deepEqual([json.status, JSON.parse(json.stdout).missing_secrets], [1, ["API_KEY"]]);
  const whole = createFolder(t, { "claimsmith.json": config, "prod.env": "API_DOMAIN=x.example\nAPI_KEY=k" });
  assert.equal((await whole.run("check", "--env", "prod.env")).status, 0);
});

test("a byte order mark is passed over, and other notations are told how JSON has it", async (t) => {
  const folder = createFolder(t, {
    "bom.json": '\uFEFF{ "claims": { "https://example.com/x": "event.user.name" } }',
    "quotes.json": "{ 'claims': {} }",
    "claimsmith.json": { claims: { "https://example.com/x": "event.user.name" } },
    "event.json": '{\n  "user": { name: "Ann" }\n}',
    "answers.json": '{\n  "profile": {\n    "a": True\n  }\n}',
  });
  assert.equal((await folder.run("check", "bom.json")).status, 0);
  assert.match(
    (await folder.run("check", "quotes.json")).stderr,
    /not JSON: invalid symbol; JSON has double quotes: "claims"/,
  );
  const event = await folder.run("simulate", "claimsmith.json");
  assert.match(
    event.stderr,
    /event\.json: line 2, column 13: not JSON: .*; a key stands in double quotes: "name"/,
  );
  const answers = await folder.run(
    "explain",
    "https://example.com/x",
    "claimsmith.json",
    "--event",
    "claimsmith.json",
  );
  assert.match(answers.stderr, /answers\.json: line 3, column 10: not JSON: .*; write `true`/);
});
