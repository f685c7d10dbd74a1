// What `claimsmith init` writes, and that it can be tried at once.

import assert from "node:assert/strict";
import { test } from "node:test";
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
