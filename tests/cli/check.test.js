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

claimsmith.json:8:3 sourcez: unknown key \`sourcez\`; did you mean \`sources\`? (config_invalid)
8 |   "sourcez": {}
      ^^^^^^^^^
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
    ["check", "a", "b"],
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
