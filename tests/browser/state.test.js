// What a person works on, as values: replacements and their undo, what is touched, and texts that are merged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "../../cli/workbench/src/state/merge.js";
import {
  createWorkspace,
  isAnyTouched,
  isElsewhere,
  isUnsaved,
  reduce,
  textsOfFiles,
} from "../../cli/workbench/src/state/workspace.js";

const content = (config, kind = "preset") => ({
  texts: { config, event: "{}", answers: "{}" },
  trigger: "post-login",
  faults: {},
  rows: [],
  origin: { kind: /** @type {any} */ (kind), name: kind },
});
const nothing = { text: null, version: null };
const stored = (text) => ({ config: { text, version: "1" }, event: nothing, answers: nothing });

test("undo and redo go over edits and replacements, each to what was there", () => {
  let state = createWorkspace(content("one"), null);
  state = reduce(state, { type: "edit", name: "config", text: "one, edited" });
  assert.equal(isAnyTouched(state), true);
  state = reduce(state, { type: "replace", content: content("two"), label: "Two", editors: "before two" });
  assert.equal(isAnyTouched(state), false);
  state = reduce(state, { type: "edit", name: "config", text: "two, edited" });
  state = reduce(state, { type: "undo", editors: "before undo" });
  assert.equal(state.content.texts.config, "one, edited");
  state = reduce(state, { type: "redo", editors: null });
  assert.equal(state.content.texts.config, "two, edited");
  assert.equal(state.revision, 3);
  state = reduce(state, { type: "redo", editors: null });
  assert.equal(state.revision, 3);
  // A replacement forgets what was undone.
  state = reduce(state, { type: "undo", editors: null });
  state = reduce(state, { type: "replace", content: content("three"), label: "Three", editors: null });
  assert.deepEqual(state.future, []);
});

test("what stands in no file is unsaved, and what stands for a missing file is not", () => {
  const own = textsOfFiles(stored("{}"));
  assert.ok(own);
  let state = createWorkspace({ ...content("{}", "files"), texts: own }, stored("{}"));
  assert.deepEqual([isUnsaved(state, "config"), isUnsaved(state, "event")], [false, false]);
  state = reduce(state, { type: "edit", name: "event", text: '{ "user": {} }' });
  assert.equal(isUnsaved(state, "event"), true);
  assert.equal(isElsewhere(state), false);
  state = reduce(state, { type: "replace", content: content("preset"), label: "x", editors: null });
  assert.equal(isElsewhere(state), true);
  assert.equal(textsOfFiles({ config: nothing, event: nothing, answers: nothing }), null);
});

const LINES = ["{", '  "a": 1,', '  "b": 2,', '  "c": 3,', '  "d": 4', "}"].join("\n");

test("texts are merged where they changed apart, and clash where they changed the same", () => {
  const mine = LINES.replace("1", "10");
  const theirs = LINES.replace("4", "40");
  assert.deepEqual(merge(LINES, mine, theirs), {
    text: LINES.replace("1", "10").replace("4", "40"),
    isClean: true,
  });
  assert.deepEqual(merge(LINES, mine, LINES), { text: mine, isClean: true });
  assert.deepEqual(merge(LINES, LINES, theirs), { text: theirs, isClean: true });
  assert.deepEqual(merge(LINES, mine, mine), { text: mine, isClean: true });
  assert.deepEqual(merge(LINES, mine, LINES.replace("1", "11")), { text: mine, isClean: false });
  assert.deepEqual(merge(null, mine, theirs), { text: mine, isClean: false });
});

test("lines that make no JSON together clash, though they are apart", () => {
  // Each adds a member at its own end: together one key stands twice.
  const mine = LINES.replace('"a": 1,', '"a": 1,\n  "e": 5,');
  const theirs = LINES.replace('"d": 4', '"d": 4,\n  "e": 6');
  assert.equal(merge(LINES, mine, theirs).isClean, false);
});
