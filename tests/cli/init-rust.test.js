// What `claimsmith init --rust` writes; tests/package runs it.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createCrate } from "../../cli/src/rust/start.js";
import { createFolder } from "./command.js";

/** Where the crate for users lies. */
const CLAIMSMITH = fileURLToPath(new URL("../../crates/claimsmith", import.meta.url));

test("a crate is begun, with all that its end names", async (t) => {
  const folder = createFolder(t, {});
  const { status, stdout } = await folder.run("init", "--rust", "shop", "--path", CLAIMSMITH);
  assert.equal(status, 0);
  for (const name of [
    "Cargo.toml",
    "src/lib.rs",
    "README.md",
    "event.json",
    "answers.json",
    "tests/first.json",
    ".gitignore",
  ]) {
    assert.ok(stdout.includes(`wrote ${path.join("shop", name)}\n`), name);
  }
  assert.match(
    stdout,
    /\n {2}cd shop\n {2}cargo test .*\n {2}npx claimsmith bundle --rust \. .*\n {2}npx claimsmith test shop\.js .*\n {2}npx claimsmith simulate shop\.js /,
  );
  assert.match(folder.read("shop/Cargo.toml"), /^name = "shop"$/m);
  assert.match(folder.read("shop/README.md"), /\nnpx claimsmith test shop\.js\n/);
  assert.match(folder.read("shop/.gitignore"), /`claimsmith test shop\.js` takes it/);
  assert.ok(folder.read("shop/Cargo.toml").includes(`path = ${JSON.stringify(CLAIMSMITH)}`));

  const again = await folder.run("init", "--rust", "shop", "--path", CLAIMSMITH);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /Cargo\.toml, .* are there already/);
});

test("a path to the crate is written as seen from the new one", async (t) => {
  const folder = createFolder(t, { "clone/Cargo.toml": '[package]\nname = "claimsmith"\n' });
  const { status } = await folder.run("init", "--rust", "shop", "--path", "clone");
  assert.equal(status, 0);
  assert.match(folder.read("shop/Cargo.toml"), /claimsmith = \{ path = "\.\.\/clone"/);
  const wrong = await folder.run("init", "--rust", "other", "--path", ".");
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /\. is not the crate `claimsmith`/);
});

test("without a path it says that the crate is not published, and writes nothing", async (t) => {
  const folder = createFolder(t, {});
  const { status, stderr } = await folder.run("init", "--rust", "shop");
  assert.equal(status, 2);
  assert.match(stderr, /crates\.io has no `claimsmith` [\d.]+ yet/);
  assert.throws(() => folder.read("shop/Cargo.toml"));
  const { "Cargo.toml": manifest } = createCrate({ name: "shop", version: "1.2.3" });
  assert.match(manifest, /claimsmith = \{ version = "1\.2\.3", /);
});

test("a name that no crate can have is refused, and options of the other kind", async (t) => {
  const folder = createFolder(t, {});
  for (const name of ["claimsmith", "fn", "7up", "a b", "../x", "_", "shop\u202e"]) {
    const { status, stderr } = await folder.run("init", "--rust", name, "--path", CLAIMSMITH);
    assert.equal(status, 2, name);
    assert.match(stderr, /a crate's name has letters/);
  }
  const { status, stderr } = await folder.run("init", "--rust", "shop", "--api", "https://a.example");
  assert.equal(status, 2);
  assert.match(stderr, /--api is for a configuration/);
  assert.equal((await folder.run("init", "--path", CLAIMSMITH)).status, 2);
});
