// docs/rust.md says what the features of the crate cost, as it was measured.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { readCost, withCost } from "../../bench/rust-cost.js";

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
