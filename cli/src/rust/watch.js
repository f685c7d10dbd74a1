/**
 * Runs a function whenever a crate, or one of this machine that it is made of, changes.
 */

import { watch } from "node:fs";
import path from "node:path";
import { findCrate } from "./cargo.js";

/** An editor writes several files, or one in several steps. */
const SETTLED_MS = 100;

/** What the compiler writes, and what no compiler reads. */
const IGNORED = /(^|[\\/])(target|node_modules|\.git)([\\/]|$)|~$|\.swp$/;
const IS_SOURCE = /\.(rs|toml|js|json|lock)$/;

/**
 * @param {string} place As for `findCrate`.
 * @param {() => Promise<void>} run Once at the beginning, and then after each change; never twice at once.
 * @param {AbortSignal} [signal] Ends it.
 */
export async function watchCrate(place, run, signal) {
  const folders = findCrate(place).local.map(({ folder }) => folder);
  let isChanged = true;
  let wake = () => {};
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, name) => {
      if (name === null || IGNORED.test(name) || !IS_SOURCE.test(path.basename(name))) return;
      isChanged = true;
      wake();
    }),
  );
  const ended = new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
  try {
    while (signal?.aborted !== true) {
      if (isChanged) {
        await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
        isChanged = false;
        await run();
      } else {
        await Promise.race([
          ended,
          new Promise((resolve) => {
            wake = () => resolve(undefined);
          }),
        ]);
      }
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}
