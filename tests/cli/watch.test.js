// What runs again when a file changes.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runOnChanges } from "../../cli/src/watch.js";
import { createFolder } from "./command.js";

/** Runs with a step in each run and each wait; resolves to what it tells. */
async function watchSteps({ steps, isRead = (file) => file.endsWith(".json") }) {
  const told = [];
  const stop = new AbortController();
  await runOnChanges(
    async (watchFolder) => {
      told.push("run");
      steps.onRun(told.filter((one) => one === "run").length, watchFolder);
    },
    {
      isRead,
      onWait: () => steps.onWait?.(told.filter((one) => one === "run").length, () => stop.abort()),
      onChange: (file) => told.push(path.basename(file)),
      signal: stop.signal,
    },
  );
  return told;
}

test("what changes while it runs is run again, and what is not read is passed over", async (t) => {
  const folder = createFolder(t, { "a.json": "1" });
  const write = (name) => writeFileSync(path.join(folder.path, name), "2");
  const told = await watchSteps({
    steps: {
      onRun(run, watchFolder) {
        watchFolder(folder.path);
        if (run === 1) write("a.json");
        if (run === 2) write("notes.txt");
      },
      onWait(run, stop) {
        if (run === 2) write("b.json");
        if (run === 3) stop();
      },
    },
  });
  assert.deepEqual(told, ["run", "a.json", "run", "b.json", "run"]);
});

test("a folder that is not there is waited for, and one that is made anew is watched anew", async (t) => {
  const folder = createFolder(t);
  const tests = path.join(folder.path, "deep/tests");
  const told = await watchSteps({
    steps: {
      onRun: (_run, watchFolder) => watchFolder(tests),
      onWait(run, stop) {
        if (run === 1) mkdirSync(path.join(folder.path, "deep"));
        if (run === 2) mkdirSync(tests);
        if (run === 3) rmSync(tests, { recursive: true });
        if (run === 4) mkdirSync(tests);
        if (run === 5) writeFileSync(path.join(tests, "a.json"), "1");
        if (run === 6) stop();
      },
    },
  });
  assert.deepEqual(told, [
    "run",
    "deep",
    "run",
    "tests",
    "run",
    "tests",
    "run",
    "tests",
    "run",
    "a.json",
    "run",
  ]);
});

test("an end within a run is its last", async (t) => {
  const stop = new AbortController();
  const folder = createFolder(t, { "a.json": "1" });
  let runs = 0;
  await runOnChanges(
    async (watchFolder) => {
      watchFolder(folder.path);
      runs += 1;
      writeFileSync(path.join(folder.path, "a.json"), "2");
      stop.abort();
    },
    { onWait: assert.fail, onChange: assert.fail, signal: stop.signal },
  );
  assert.equal(runs, 1);
});
