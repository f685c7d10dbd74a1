// The commands of the pages that show any, run in order; what they print is what the page shows.
//
// WRITE_DOCS=1 writes what they printed into the pages.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createFolder } from "../cli/command.js";
import { comparable, runPage } from "./console.js";

const PAGES = ["commands.md", "quick-start.md"];

const WRONG = `{
  "claims": {
    "https://acme.example/plan": { "value": "profile..plan", "to": ["id-token"] }
  },
  "sorces": {}
}
`;

const WARNED = `{
  "claims": { "https://acme.example/org": "event.organisation.id" }
}
`;

for (const name of PAGES) {
  test(`what the commands print is what docs/${name} shows`, async (t) => {
    const folder = createFolder(t, { "shop/wrong.json": WRONG, "shop/warned.json": WARNED });
    const file = new URL(`../../docs/${name}`, import.meta.url);
    const page = readFileSync(file, "utf8");
    const written = await runPage(page, folder, (_language, place, content, cwd) =>
      writeFileSync(path.join(folder.path, cwd, place), `${content}\n`),
    );
    if (process.env.WRITE_DOCS) writeFileSync(file, written);
    else assert.equal(comparable(page), comparable(written));
  });
}
