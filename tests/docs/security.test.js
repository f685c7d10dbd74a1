// The security model: each test that it names is there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const page = read("docs/security.md");

const [, threats] = page.split("## What may go wrong");
const rows = [...threats.matchAll(/^\| (?!who |---)(.+) \|$/gm)].map(([, row]) => row.split(" | "));

test("each row of the table names tests, and each of them is there", () => {
  assert.ok(rows.length >= 10);
  for (const [who, , , named] of rows) {
    const tests = [...named.matchAll(/`([^`]+)`: ([^;]+)/g)];
    assert.ok(tests.length > 0, who);
    for (const [, file, name] of tests) {
      assert.ok(read(file).includes(name), `${file} has no test \`${name}\``);
    }
  }
});
