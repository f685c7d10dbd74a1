// The page on testing: its files are written and its commands run, what they print is what it shows, and its tables are
// made of the schema.
//
// WRITE_DOCS=1 writes what came into the page.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { FIXTURE } from "../../cli/src/fixtures/schema.js";
import { faultNames } from "../../cli/src/simulation/injection.js";
import { createFolder } from "../cli/command.js";
import { comparable, runPage } from "./console.js";

const PAGE = new URL("../../docs/testing.md", import.meta.url);

test("what the page shows is what its files and commands make", async (t) => {
  const folder = createFolder(t);
  const page = readFileSync(PAGE, "utf8");
  const run = await runPage(page, folder, (_language, name, content, cwd) => {
    const file = path.join(folder.path, cwd, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${content}\n`);
  });
  const { each, logins, $schema, expect, ...keys } = FIXTURE.properties;
  const written = [
    ["keys of a fixture", { ...keys, each, logins, expect }],
    ["keys of expect", expect.properties],
  ].reduce((text, [name, properties]) => replaceTable(text, name, properties), run);
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, written);
  else assert.equal(comparable(page), comparable(written));
});

test("the faults that the page names are there", () => {
  const page = readFileSync(PAGE, "utf8");
  const known = Object.values(faultNames()).flat();
  const named = [...page.matchAll(/"faults": \{([^}]*)\}/g)].flatMap(([, pairs]) => [
    ...pairs.matchAll(/: "([^"]+)"/g),
  ]);
  assert.ok(named.length >= 2);
  for (const [, name] of named) assert.ok(known.includes(name), name);
});

function replaceTable(page, name, properties) {
  const rows = Object.entries(properties).map(
    ([key, { description }]) => `| \`${key}\` | ${lower(description)} |`,
  );
  const table = ["| key | what it says |", "|---|---|", ...rows].join("\n");
  const place = new RegExp(`(<!-- ${name} -->\n\n)(?:\\|.*\n)*\n*`);
  assert.match(page, place, name);
  return page.replace(place, (_, mark) => `${mark}${table}\n\n`);
}

/** As the cells of tables begin. */
function lower(sentence) {
  return `${sentence[0].toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, "").replaceAll("|", "\\|");
}
