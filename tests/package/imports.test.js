// What the engine may call: the list of docs/security.md is exact. A new import is a new power, and must be argued for.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const DIST = new URL("../../js-shim/dist/", import.meta.url);
const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

const [, table] = /<!-- imports: [^>]*-->\n([\s\S]*?)<!-- imports ends -->/.exec(page) ?? [];
const listed = table
  .split("\n")
  .slice(2)
  .filter((row) => row !== "")
  .map((row) => {
    const [, what, imports] = row.split("|");
    return { what, names: [...imports.matchAll(/`([^`]+)`/g)].map(([, name]) => name) };
  });
const isForFetch = ({ what }) => what.includes("`fetch`");
const isForPasted = ({ what }) => what.includes("in the pasted file alone");

/** Names as wasm-bindgen makes them, without the hash that says nothing. */
const readable = (name) => name.replace(/^__wbg_/, "").replace(/_[0-9a-f]{16}$/, "");
const unique = (names) => [...new Set(names)].sort();

test("the package's engine imports what the page lists, and nothing else", () => {
  const module = new WebAssembly.Module(readFileSync(new URL("claimsmith.wasm", DIST)));
  const imports = WebAssembly.Module.imports(module);
  assert.deepEqual(unique(imports.map(({ kind }) => kind)), ["function"]);
  assert.deepEqual(
    unique(imports.map(({ name }) => readable(name))),
    unique(listed.filter((row) => !isForPasted(row)).flatMap(({ names }) => names)),
  );
});

test("the pasted file's engine imports the same, but nothing of `fetch`", () => {
  const { imports } = JSON.parse(readFileSync(new URL("pasted.json", DIST), "utf8"));
  const names = unique(Object.values(imports));
  const allowed = listed.filter((row) => !isForFetch(row)).flatMap((row) => row.names);
  assert.deepEqual(
    names.filter((name) => !allowed.includes(name)),
    [],
  );
  assert.ok(names.includes("send") && names.includes("cacheGet"));
});

test("the shim requires Node's own modules, those that the page names", () => {
  const code = readFileSync(new URL("index.cjs", DIST), "utf8");
  const required = unique([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name));
  const named = unique([...page.matchAll(/`(node:\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(required, named);
});
