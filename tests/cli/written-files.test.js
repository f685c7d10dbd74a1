// What the command writes: nothing that was there is lost, whatever the place, and what fails is told in words.

import assert from "node:assert/strict";
import { existsSync, linkSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createFolder } from "./command.js";

const PLAN = "https://acme.example/plan";
const CONFIG = { claims: { [PLAN]: "event.user.app_metadata.plan" } };

/** A line of Auth0's log. */
const LINE = "claimsmith enriched 3ms claims=1 left_out=0 config=0123456789abcdef\n";

/** Longer than a block of any shell. */
const LONG = "x".repeat(3000);
const EVENT = { user: { app_metadata: { plan: LONG } } };

const FIXTURE = ["fixture", "log.txt", "--event", "event.json", "--force"];
const INIT = ["init", "new", "--yes", "--api", "https://api.acme.example/users"];

const IS_WINDOWS = process.platform === "win32";

/** Ways to write a file, which is longer than a block, with what they need. */
const WAYS = {
  bundle: { writes: "action.js", args: ["bundle"] },
  "bundle --format module": { writes: "dist/claimsmith.js", args: ["bundle", "--format", "module"] },
  export: { writes: "terraform/action.js", args: ["export", "--to", "terraform", "--force"] },
  fixture: {
    writes: "tests/made.json",
    args: [...FIXTURE, "--keep", "user", "--out", "tests/made.json"],
    files: { "log.txt": LINE, "event.json": EVENT },
  },
  init: { writes: "new/claimsmith.schema.json", args: [...INIT, "--force"], blocks: 10 },
  "test --update": {
    writes: "tests/first.json",
    args: ["test", "--update"],
    files: { "tests/first.json": { name: "a login", event: "../event.json" }, "event.json": EVENT },
  },
  "init, which adds to .gitignore": {
    writes: "new/.gitignore",
    args: INIT,
    files: { "new/.gitignore": "# mine\n".repeat(50_000) },
    // Enough for the schema, which is written before.
    blocks: 300,
  },
};

/** As a problem is told, and not as a crash. */
function assertTold({ status, stderr }, pattern) {
  assert.match(stderr, pattern);
  assert.doesNotMatch(stderr, /\n\s+at |node:/);
  assert.equal(status, 1);
}

const tooLarge = (file) =>
  new RegExp(`error: ${file} cannot be written: it would be larger than a file may be`);

for (const [way, { files, writes, args, blocks = 1 }] of Object.entries(WAYS)) {
  test(`${way}: where the disk is full, what was there stays`, { skip: IS_WINDOWS }, async (t) => {
    const folder = createFolder(t, { "claimsmith.json": CONFIG, [writes]: "as it was", ...files });
    const before = folder.read(writes);
    assertTold(await folder.runInBlocks(blocks, ...args), tooLarge(writes));
    assert.equal(folder.read(writes), before);
  });
}

test("where the disk is full, no half of a file is left", { skip: IS_WINDOWS }, async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  assertTold(await folder.runInBlocks(1, "bundle"), tooLarge("action.js"));
  assert.equal(existsSync(path.join(folder.path, "action.js")), false);
});

test("a file in the place of a folder is told, and stays", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG, "notes.txt": "mine" });
  for (const args of [["bundle"], ["export", "--to", "terraform", "--force"]]) {
    assertTold(
      await folder.run(...args, "--out", "notes.txt/there"),
      /cannot be written: a part of its path is no folder/,
    );
  }
  assert.equal(folder.read("notes.txt"), "mine");
});

test("a device that is full is told, and one that takes all is written to", {
  skip: IS_WINDOWS,
}, async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  assertTold(
    await folder.run("bundle", "--out", "/dev/full"),
    /\/dev\/full cannot be written: the disk is full/,
  );
  assert.equal((await folder.run("bundle", "--out", "/dev/null")).status, 0);
});

test("a folder in the place of a file is told", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG, "log.txt": LINE, "there/kept.txt": "mine" });
  for (const args of [["bundle"], ["fixture", "log.txt", "--force"]]) {
    assertTold(await folder.run(...args, "--out", "there"), /there cannot be written: a folder has its name/);
  }
  assertTold(
    await folder.run("export", "--to", "terraform", "--out", "log.txt"),
    /log\.txt is no folder to write to/,
  );
  assert.equal(folder.read("there/kept.txt"), "mine");
});

test("what a result is made of is not replaced by it, by whatever name", async (t) => {
  const folder = createFolder(t, {
    "claimsmith.json": CONFIG,
    "config.json": CONFIG,
    "log.txt": LINE,
    "event.json": EVENT,
    "answers.json": {},
    "crate/src/lib.rs": "// mine",
  });
  linkSync(path.join(folder.path, "claimsmith.json"), path.join(folder.path, "same.js"));
  symlinkSync("claimsmith.json", path.join(folder.path, "link.js"));
  const fixture = [...FIXTURE, "--answers", "answers.json"];
  for (const [file, ...args] of [
    ["claimsmith.json", "bundle"],
    ["crate/../claimsmith.json", "bundle"],
    ["same.js", "bundle"],
    ["link.js", "bundle"],
    ["claimsmith.json", "bundle", "link.js"],
    ["claimsmith.json", ...fixture],
    ["log.txt", ...fixture],
    ["event.json", ...fixture],
    ["answers.json", ...fixture],
    ["crate/src/lib.rs", "bundle", "--rust", "crate"],
  ]) {
    const before = folder.read(file);
    assertTold(await folder.run(...args, "--out", file), /, which would be lost\nhint: give another place/);
    assert.equal(folder.read(file), before);
  }
  const exported = ["export", "config.json", "--to", "deploy-cli", "--out", ".", "--force"];
  assertTold(await folder.run(...exported), /^error: config\.json is what is exported, which would be lost/m);
  assert.deepEqual(folder.readJson("config.json"), CONFIG);
});
