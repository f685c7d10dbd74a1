import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Writes a file anew, and the folders that it needs. Where a link has its name, the link goes: what it leads to is left
 * as it is.
 *
 * @param {string} file
 * @param {string} content
 * @param {{ replaces: boolean }} options Whether a file that is there may go.
 */
export function writeNewFile(file, content, { replaces }) {
  mkdirSync(path.dirname(file), { recursive: true });
  if (replaces) rmSync(file, { force: true });
  writeFileSync(file, content, { flag: "wx" });
}
