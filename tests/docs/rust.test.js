// docs/rust.md says what the features of the crate cost, as it was measured; its commands are run on the example's file, and
// print what it shows.
//
// WRITE_DOCS=1 writes what came into the page.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { readCost, withCost } from "../../bench/rust-cost.js";
import { createFolder } from "../cli/command.js";
import { comparable, runPage } from "./console.js";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const PAGE = read("docs/rust.md");

test("the cost of each feature is that of its last measurement", () => {
  assert.equal(withCost(PAGE, readCost()), PAGE, "run ./build.sh size");
  const { none, serde, ...others } = readCost();
  assert.ok(none < serde && serde < others["serde-wasm-bindgen"]);
  assert.notEqual(withCost(PAGE, { ...readCost(), none: none - 1_000 }), PAGE);
});

test("every example in Rust is on the page", () => {
  const examples = readdirSync(new URL("../../examples", import.meta.url)).filter((name) =>
    name.startsWith("rust-"),
  );
  assert.ok(examples.length >= 5);
  for (const name of examples) assert.ok(PAGE.includes(`../examples/${name}/src/lib.rs`), name);
});

test("the wasm-bindgen that the page names is the one of Cargo.lock", () => {
  const [, version] = /name = "wasm-bindgen"\nversion = "(.*)"/.exec(read("Cargo.lock")) ?? [];
  assert.ok(PAGE.includes(`wasm-bindgen ${version} or later of 0.2`));
  assert.ok(PAGE.includes(`wasm-bindgen-${version}/bin/wasm-bindgen-test-runner`));
  assert.ok(read("Cargo.toml").includes(`\nwasm-bindgen = "${version}"\n`));
});

test("what the page shows is what its fixtures and commands make of the example's file", async (t) => {
  const folder = createFolder(t, { "rust-action.js": read("dist/rust-action.js") });
  const names = [];
  const written = await runPage(PAGE, folder, (_language, name, content) => {
    const file = path.join(folder.path, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${content}\n`);
    names.push(name);
  });
  assert.deepEqual(names, ["tests/customers.json"]);
  if (process.env.WRITE_DOCS) writeFileSync(new URL("../../docs/rust.md", import.meta.url), written);
  else assert.equal(comparable(PAGE), comparable(written));
  for (const said of ["5 logins: 1 failed, 4 passed", "source_status: the backend answered with status 500"])
    assert.ok(written.includes(said), said);
});
