// What `claimsmith init` writes, and that it can be tried at once.

import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { SHAPES } from "../../cli/src/start/shapes.js";
import { createFolder } from "./command.js";

const ANSWERS = [
  "--api",
  "https://api.acme.test",
  "--audience",
  "https://acme.test/api",
  "--namespace",
  "https://acme.test",
];

test("what it writes is right, and shows an enriched login", async (t) => {
  const folder = createFolder(t);
  const { status, stdout } = await folder.run("init", ...ANSWERS);
  assert.equal(status, 0);
  for (const name of [
    "claimsmith.json",
    "event.json",
    "answers.json",
    "tests/first.json",
    "secrets.example.env",
    "claimsmith.schema.json",
    ".gitignore",
  ]) {
    assert.match(stdout, new RegExp(`^wrote ${name.replaceAll(".", "\\.")}$`, "m"));
  }
  const config = folder.readJson("claimsmith.json");
  assert.equal(config.tokens.api.audience, "https://acme.test/api");
  assert.equal(config.sources.profile.url, "https://api.acme.test/users/{event.user.user_id}");

  assert.equal((await folder.run("check")).status, 0);
  assert.equal((await folder.run("test")).status, 0);
  const simulated = await folder.run("simulate", "--json");
  assert.equal(simulated.status, 0);
  const { outcome, tokens } = JSON.parse(simulated.stdout);
  assert.equal(outcome, "enriched");
  assert.equal(tokens[0].after["https://acme.test/plan"], "gold");
});

test("files that are there are kept, all of them", async (t) => {
  const folder = createFolder(t, { "event.json": "mine" });
  const { status, stderr } = await folder.run("init", ...ANSWERS);
  assert.equal(status, 1);
  assert.match(stderr, /event\.json is there already/);
  assert.equal(folder.read("event.json"), "mine");
  assert.throws(() => folder.read("claimsmith.json"));

  assert.equal((await folder.run("init", ...ANSWERS, "--force")).status, 0);
  assert.notEqual(folder.read("event.json"), "mine");
});

test("where it cannot ask, it says which answers are missing", async (t) => {
  const { status, stderr } = await createFolder(t).run("init", "--api", "https://api.acme.test");
  assert.equal(status, 2);
  assert.match(stderr, /--audience, --namespace must be given/);
});

test("an answer that is no address is refused", async (t) => {
  const { status, stderr } = await createFolder(t).run("init", ...ANSWERS, "--namespace", "acme");
  assert.equal(status, 2);
  assert.match(stderr, /--namespace acme: That is no http\(s\) address/);
});

test("what a person did not type is made of what was typed, where that is asked for", async (t) => {
  const folder = createFolder(t);
  const { status, stdout } = await folder.run("init", "--api", "https://api.żubr.test/v2?x=1", "--yes");
  assert.equal(status, 0);
  const { tokens, sources, claims } = folder.readJson("claimsmith.json");
  const { host } = new URL("https://żubr.test");
  assert.equal(tokens.api.audience, `https://api.${host}`);
  assert.equal(sources.profile.url, `https://api.${host}/v2/users/{event.user.user_id}?x=1`);
  assert.deepEqual(Object.keys(claims), [`https://${host}/plan`, `https://${host}/roles`]);
  assert.match(stdout, /The user's id was put at the end of the API's address/);
});

for (const shape of Object.keys(SHAPES)) {
  test(`the shape ${shape} is right, its login is enriched, and its first test says what is in the tokens`, async (t) => {
    const folder = createFolder(t);
    const api = SHAPES[shape].asks.includes("api") ? ["--api", "https://api.acme.test/x"] : [];
    assert.equal((await folder.run("init", "--shape", shape, ...api, "--yes")).status, 0);
    assert.equal((await folder.run("check")).status, 0);
    const simulated = await folder.run("simulate", "--json");
    assert.equal(simulated.status, 0, simulated.stderr);
    const { outcome, tokens } = JSON.parse(simulated.stdout);
    assert.equal(outcome, "enriched");
    const { expect } = folder.readJson("tests/first.json");
    assert.ok(Object.keys(expect.id_token).length > 0);
    for (const { token, after, before } of tokens) {
      const gained = Object.fromEntries(Object.entries(after).filter(([claim]) => !(claim in before)));
      assert.deepEqual(gained, expect[token], token);
    }
    for (const line of folder.read("secrets.example.env").trim().split("\n").slice(1)) {
      assert.match(line, /^[A-Z0-9_]+=/);
    }
  });
}

test("what check would refuse is not written, and the answer is named that it is about", async (t) => {
  for (const [option, value, reason] of [
    ["--api", "http://api.acme.test/users", /https/],
    ["--namespace", "https://login.auth0.com/x", /Auth0/],
    ["--namespace", "https://auth0app.com", /Auth0/],
    ["--api", "https://api.acme.test/{event.user.user_id", /\{/],
  ]) {
    const folder = createFolder(t);
    const { status, stderr } = await folder.run("init", ...ANSWERS, option, value);
    assert.equal(status, 2, `${option} ${value}`);
    assert.ok(stderr.includes(`${option} ${value}: `), stderr);
    assert.match(stderr, reason);
    assert.throws(() => folder.read("claimsmith.json"));
  }
});

test("an option that a shape does not ask for is refused", async (t) => {
  const { status, stderr } = await createFolder(t).run(
    "init",
    "--shape",
    "stripe",
    "--audience",
    "x",
    "--yes",
  );
  assert.equal(status, 2);
  assert.match(stderr, /--audience does not go with --shape stripe/);
});

test("secrets are kept out of version control, whatever was there", async (t) => {
  const folder = createFolder(t, { ".gitignore": "node_modules" });
  assert.match((await folder.run("init", ...ANSWERS)).stdout, /added secrets\.env to \.gitignore/);
  assert.equal(folder.read(".gitignore"), "node_modules\nsecrets.env\n");
  assert.equal((await folder.run("init", ...ANSWERS, "--force")).status, 0);
  assert.equal(folder.read(".gitignore"), "node_modules\nsecrets.env\n");

  const linked = createFolder(t, { other: "mine\n" });
  symlinkSync(path.join(linked.path, "other"), path.join(linked.path, ".gitignore"));
  assert.match((await linked.run("init", ...ANSWERS)).stdout, /\.gitignore is a link/);
  assert.equal(linked.read("other"), "mine\n");
});

test("what it prints runs as printed in a folder with a name of two words", async (t) => {
  const folder = createFolder(t);
  const { stdout } = await folder.run("init", "my shop's", ...ANSWERS);
  assert.match(stdout, /^ {2}cd 'my shop'\\''s'$/m);
});
