/**
 * Runs a function, and again each time something that it reads has changed, be it while it ran.
 */

import { existsSync, watch } from "node:fs";
import path from "node:path";
import pc from "picocolors";
import { printError, visible } from "./terminal.js";

/** Milliseconds in which other changes belong to the first: an editor writes several files, or one in several steps. */
const SETTLED_MS = 100;

/**
 * @typedef {(folder: string, isRecursive?: boolean) => void} WatchFolder Watches a folder from before it is read. Where it
 *   is not there it is waited for.
 *
 * @param {(watchFolder: WatchFolder) => Promise<void>} run Never called twice at once.
 * @param {object} [how]
 * @param {(file: string, name: string) => boolean} [how.isRead] Whether a file matters. `name` begins at the watched folder.
 * @param {() => void} [how.onWait] Is called where nothing has changed since the run began; shows that.
 * @param {(changed: string) => void} [how.onChange] Is called before each further run; shows why.
 * @param {AbortSignal} [how.signal] Ends it, though not in the middle of a run.
 */
export async function runOnChanges(
  run,
  { isRead = () => true, onWait = showWaiting, onChange = showChange, signal } = {},
) {
  /** @type {Map<string, import("node:fs").FSWatcher>} */
  const watchers = new Map();
  const awaited = new Set();
  /** @type {string | undefined} */
  let changed;
  let wake = () => {};

  /** @type {WatchFolder} */
  function watchFolder(place, isRecursive = false) {
    const folder = path.resolve(place);
    if (watchers.has(folder)) return;
    if (!existsSync(folder) && folder !== path.dirname(folder)) {
      awaited.add(folder);
      watchFolder(path.dirname(folder));
      return;
    }
    const watcher = watch(folder, { recursive: isRecursive }, (_event, name) => onEvent(folder, name));
    watchers.set(
      folder,
      watcher.on("error", () => forget(folder)),
    );
  }

  /** @param {string | null} name null where the system does not tell. */
  function onEvent(folder, name) {
    const file = name === null ? folder : path.join(folder, name);
    // One that is made anew under the same name has to be watched anew.
    if (!existsSync(folder)) forget(folder);
    else if (name !== null && !awaited.has(file) && !isRead(file, name)) return;
    changed ??= file;
    wake();
  }

  function forget(folder) {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  const ended = new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
  try {
    for (;;) {
      await run(watchFolder);
      if (changed === undefined && signal?.aborted !== true) {
        onWait();
        await Promise.race([ended, new Promise((resolve) => (wake = () => resolve(undefined)))]);
      }
      if (changed === undefined || signal?.aborted === true) return;
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      onChange(changed);
      // What changes from here on may have been read already.
      changed = undefined;
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
  }
}

const showWaiting = () => printError(pc.dim("waiting for a change; Ctrl+C ends"));

const showChange = (changed) => printError(pc.dim(`\n${visible(path.relative(".", changed))} has changed`));
