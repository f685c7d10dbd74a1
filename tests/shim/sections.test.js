import assert from "node:assert/strict";
import { test } from "node:test";
import { functionSizes, withoutCustomSections } from "../../js-shim/sections.js";

const text = (value) => [value.length, ...Buffer.from(value)];
const section = (id, ...content) => [id, content.length, ...content];

/** Imports one function and has two, exported, that return 7 and 7 + 7. */
const SEVEN = [0x41, 7];
const short = [0, ...SEVEN, 0x0b];
const long = [0, ...SEVEN, ...SEVEN, 0x6a, 0x0b];
const names = [
  ...[3, 0, ...text("imported"), 1, ...text("core[0123456789abcdef]::seven")],
  ...[2, ...text("core::seven::h0123456789abcdef")],
];
const unnamed = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 0, 1, 0x7f),
  ...section(2, 1, ...text("host"), ...text("f"), 0, 0),
  ...section(3, 2, 0, 0),
  ...section(7, 2, ...text("short"), 0, 1, ...text("long"), 0, 2),
  ...section(10, 2, short.length, ...short, long.length, ...long),
];
const module = (...parts) => Buffer.from([...unnamed, ...parts.flat()]);
const named = (list) => section(0, ...text("name"), 1, list.length, ...list);

test("the bytes of a function stand by its name, without what the compiler adds to it", () => {
  assert.deepEqual(functionSizes(module(named(names))), [["core::seven", short.length + long.length]]);
});

test("functions of a module without names are counted all the same", () => {
  assert.deepEqual(functionSizes(module()), [["(no name)", short.length + long.length]]);
});

test("without what engines ignore a module is the same", () => {
  const other = section(0, ...text("other"), 1, 2, 3);
  const stripped = withoutCustomSections(module(other, named(names)));
  assert.deepEqual(stripped, module());
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(stripped), { host: { f: () => 0 } });
  assert.deepEqual([exports.short(), exports.long()], [7, 14]);
});
