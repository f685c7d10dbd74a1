// The map in CONTRIBUTING.md: the files that it names are there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const page = readFileSync(new URL("CONTRIBUTING.md", ROOT), "utf8");

test("every file and folder that the page names is there", () => {
  const paths = [...page.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)].map(([, path]) => path);
  // Of the engine the paths of a login and of a configuration name the last part alone.
  const isThere = (path) =>
    existsSync(new URL(path, ROOT)) || existsSync(new URL(`crates/core/src/${path}`, ROOT));
  // To be written by whoever adds a format.
  const toCome = ["cli/src/export/NAME.js"];
  assert.ok(paths.length > 60);
  assert.deepEqual(
    [...new Set(paths)].filter((path) => !toCome.includes(path) && !isThere(path)),
    [],
  );
});

test("every folder of the repository that holds code is on the map", () => {
  const folders = [...page.matchAll(/^\| ((?:`[\w/-]+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
    cell.match(/[\w/-]+/g),
  );
  for (const folder of [
    "crates/expression",
    "crates/core",
    "crates/compile",
    "crates/action",
    "js-shim",
    "cli",
  ]) {
    assert.ok(folders.includes(folder), folder);
  }
});

test("every short name in a row of files stands in the folder of the name before it", () => {
  // As `index.js` behind `cli/src/host/event.js`.
  const rows = [...page.matchAll(/^\| (`[^|]+) \| [^|]+ \| /gm)].map(([, cell]) => cell);
  for (const cell of rows) {
    let folder = "";
    for (const [, path] of cell.matchAll(/`([\w./-]+\.(?:js|jsx|rs|ts|md|json))`/g)) {
      if (path.includes("/")) folder = path.slice(0, path.lastIndexOf("/") + 1);
      if (path.includes("NAME")) continue;
      const whole = path.includes("/") ? path : folder + path;
      assert.ok(existsSync(new URL(whole, ROOT)), `${whole}, of ${cell}`);
    }
  }
});
