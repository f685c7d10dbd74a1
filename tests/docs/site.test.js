// The site is made of the repository's pages: every link of theirs leads to something that the site has.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readLink } from "../../cli/workbench/src/state/share.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PREPARE = path.join(ROOT, "site/prepare.mjs");

test("every page of docs is on it, and what the pages link to", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-site-"));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, [PREPARE, folder]);

  // A page that nothing leads to is found by nobody.
  const written = readdirSync(path.join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  for (const name of written) assert.ok(existsSync(path.join(folder, "docs", name)), `docs/${name}`);
  assert.ok(existsSync(path.join(folder, "public/workbench/index.html")));

  // Each recipe opens in the workbench, by a link that holds it.
  const recipes = readFileSync(path.join(folder, "docs/recipes.md"), "utf8").split(/^## /m).slice(1);
  for (const recipe of recipes) {
    const [, fragment] = /<TryIt name="[^"]+" fragment="([^"]+)" \/>/.exec(recipe) ?? [];
    const [, config] = /^```json config[^\n]*\n([\s\S]*?)^```$/m.exec(recipe) ?? [];
    const { texts } = (await readLink(fragment)) ?? {};
    assert.deepEqual(JSON.parse(texts.config), JSON.parse(config), recipe.split("\n", 1)[0]);
  }

  const pages = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".md"));
  assert.ok(pages.length >= written.length);
  for (const page of pages) {
    const text = readFileSync(path.join(folder, page), "utf8");
    for (const [, to] of text.matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g)) {
      assert.ok(existsSync(path.join(folder, path.dirname(page), to)), `${page} links to ${to}`);
    }
    for (const [, to] of text.matchAll(/<a href="\/([^"]+)"/g)) {
      assert.ok(existsSync(path.join(folder, "public", to)), `${page} links to ${to}`);
    }
  }
});
