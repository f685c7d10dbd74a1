// The command `claimsmith`, as a shell runs it in a folder of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../cli/bin/claimsmith.js", import.meta.url));

/**
 * A folder with files, removed after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {Record<string, unknown>} [files] By name: text, or what becomes JSON.
 */
export function createFolder(t, files = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return {
    path: folder,
    read: (name) => readFileSync(path.join(folder, name), "utf8"),
    readJson: (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")),
    run: (...args) => run(folder, args),
    /** The command where output has that many columns. */
    runInColumns: (columns, ...args) => run(folder, args, undefined, { COLUMNS: String(columns) }),
    /** The command where no file may have more than so many blocks of 512 or 1,024 bytes, as on a disk that is full. */
    runInBlocks: (blocks, ...args) => run(folder, args, undefined, {}, ["sh", "-c", IN_BLOCKS, `${blocks}`]),
    /** The command while it runs. */
    start: (...args) => start(folder, args),
    /** The command with a text on its standard input. */
    pipe: (input, ...args) => run(folder, args, input),
    runIn: (place, ...args) => run(path.join(folder, place), args),
  };
}

/**
 * Fails where a text, as it was printed, would move a terminal's cursor or show in another order than it has.
 *
 * @param {string} text
 */
export function assertPrintable(text) {
  assert.deepEqual(text.match(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu) ?? [], [], JSON.stringify(text));
}

/**
 * Waits for what a command that runs prints, each time behind what was waited for before.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @returns {(pattern: RegExp) => Promise<void>} fails where the command ends without it
 */
export function createReader(child) {
  let unread = "";
  let isEnded = false;
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk) => {
      unread += chunk;
      look();
    });
  }
  child.on("close", () => {
    isEnded = true;
    look();
  });
  return (pattern) =>
    new Promise((resolve, reject) => {
      look = () => {
        const found = pattern.exec(unread);
        if (found !== null) {
          unread = unread.slice(found.index + found[0].length);
          resolve();
        } else if (isEnded) reject(new Error(`it ended without ${pattern}: ${unread}`));
      };
      look();
    });
}

/** @returns {Promise<{ status: number | null, stdout: string, stderr: string }>} */
async function run(cwd, args, input, env, through) {
  const child = start(cwd, args, input, env, through);
  const ended = new Promise((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: /** @type {number | null} */ (await ended), stdout, stderr };
}

const IN_BLOCKS = 'ulimit -f "$0" && exec "$@"';

function start(cwd, args, input, env = {}, through = []) {
  const [program, ...rest] = [...through, process.execPath, COMMAND, ...args];
  const child = spawn(program, rest, {
    cwd,
    // As wide as it is in a pipe, whatever the terminal of the tests says.
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "", ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(input);
  return child;
}
