// The package's own page: it has every export of the types, and no other.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");

test("the page of the package lists what it exports", () => {
  const declared = [...read("js-shim/src/index.d.ts").matchAll(/^export declare (?:function|const) (\w+)/gm)];
  const listed = [...read("js-shim/README.md").matchAll(/^\| `(\w+)[^`]*` \|/gm)];
  const names = (matches) => matches.map(([, name]) => name).sort();
  assert.ok(declared.length > 0);
  assert.deepEqual(names(listed), names(declared));
});
