import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PARTS, withPart } from "../../bench/page.js";

test("a run finds the place of each of its parts on the page", () => {
  const page = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
  for (const name of PARTS) assert.match(withPart(page, name, "a figure\n"), /-->\na figure\n<!--/);
});

test("what stands between the marks is replaced, and nothing else", () => {
  const page = "a\n<!-- x: written by ./build.sh bench -->\nold\n<!-- x ends -->\nb\n";
  assert.equal(withPart(page, "x", "new\n"), page.replace("old", "new"));
  assert.throws(() => withPart(page, "y", "new\n"), /no marks for `y`/);
});
