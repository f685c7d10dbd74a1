/**
 * Files to start from, written where there are none.
 */

import { lstatSync } from "node:fs";
import path from "node:path";
import pc from "picocolors";
import { Problem } from "../problem.js";
import { print, visible } from "../terminal.js";
import { writeFile } from "../write-file.js";

/** All or nothing: half a start would be of no use. */
export function refuseToReplace(folder, names, force) {
  if (force) return;
  const there = names.filter((name) => isThere(path.join(folder, name)));
  if (there.length === 0) return;
  throw new Problem(
    `${there.join(", ")} ${there.length === 1 ? "is" : "are"} there already in ${path.resolve(folder)}`,
    {
      hint: "give another folder, or --force to replace",
    },
  );
}

/** A link that leads nowhere is there as well. */
export function isThere(file) {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/**
 * @param {string} folder
 * @param {Record<string, string>} files Contents by name.
 * @param {boolean} replaces
 */
export function writeStart(folder, files, replaces) {
  for (const [name, content] of Object.entries(files)) {
    writeFile(path.join(folder, name), content, { isNew: !replaces, onLink: "remove" });
    print(`${pc.green("wrote")} ${visible(path.join(folder, name))}`);
  }
}

/** How a shell gets to a folder, on a line of its own; nothing where it is there. */
export function changeTo(folder) {
  return folder === "." ? "" : `cd ${visible(quoted(folder))}\n  `;
}

/** As a shell takes it for one word. */
function quoted(word) {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
