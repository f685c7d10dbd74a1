/**
 * Tells listeners when files of a folder change on the disk, whoever changes them.
 */

import { watch } from "node:fs";
import path from "node:path";

/** Editors write a file in several steps, or replace it. */
const PAUSE_MS = 60;

/** Where the system cannot watch, such as on some network shares. */
const POLL_MS = 1000;

/**
 * @typedef {object} WatchedFiles
 * @property {(listener: (files: Record<string, import("./stored-files.js").StoredFile>) => void) => () => void} listen
 *   Tells the files as they are now, and each time they are other ones. Returns what ends that.
 * @property {() => void} close
 *
 * @param {Record<string, string>} files Paths by name, all in one folder.
 * @param {() => Record<string, import("./stored-files.js").StoredFile>} readAll
 * @returns {WatchedFiles}
 */
export function createWatchedFiles(files, readAll) {
  const folder = path.dirname(path.resolve(Object.values(files)[0]));
  const names = new Set(Object.values(files).map((file) => path.basename(file)));
  const listeners = new Set();
  /** @type {(() => void) | undefined} */
  let stop;
  /** @type {NodeJS.Timeout | undefined} */
  let pause;
  /** @type {Record<string, import("./stored-files.js").StoredFile> | undefined} */
  let last;

  function lookSoon() {
    clearTimeout(pause);
    pause = setTimeout(look, PAUSE_MS);
  }

  function look() {
    let now;
    try {
      now = readAll();
    } catch {
      // In the middle of being replaced, or not readable: what the page has stays.
      return;
    }
    if (last !== undefined && versionsOf(now) === versionsOf(last)) return;
    last = now;
    for (const listener of listeners) listener(now);
  }

  function start() {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null || names.has(name)) lookSoon();
      });
      watcher.on("error", () => {
        watcher.close();
        stop = poll();
      });
      return () => watcher.close();
    } catch {
      return poll();
    }
  }

  function poll() {
    const timer = setInterval(look, POLL_MS);
    return () => clearInterval(timer);
  }

  function end() {
    clearTimeout(pause);
    stop?.();
    stop = undefined;
  }

  return {
    listen(listener) {
      stop ??= start();
      // Whoever listens already is told of what changed meanwhile, too.
      look();
      listeners.add(listener);
      if (last !== undefined) listener(last);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) end();
      };
    },
    close() {
      listeners.clear();
      end();
    },
  };
}

const versionsOf = (files) => JSON.stringify(Object.values(files).map(({ version }) => version));
