/**
 * Files as a command writes them. What stands in one is not lost where the disk is full, and where nothing stood nothing
 * is left.
 */

import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { reasonOf } from "./file-reasons.js";
import { Problem } from "./problem.js";

/** Not on Windows. */
const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;

/**
 * Writes a file, and the folders that it needs.
 *
 * @param {string} file
 * @param {string} content
 * @param {object} [how]
 * @param {boolean} [how.isNew] Whether a file that is there is a problem.
 * @param {"refuse" | "remove" | "follow"} [how.onLink] What becomes of a symbolic link of that name. One that is removed
 *   leaves what it leads to as it is.
 * @throws {Problem}
 */
export function writeFile(file, content, { isNew = false, onLink = "refuse" } = {}) {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    // Where a part of the path is a file, the system says that something is there.
    const code = /** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST" ? "ENOTDIR" : undefined;
    throw new Problem(`${file} cannot be written: ${reasonOf(error, code)}`);
  }
  try {
    if (!isNew && onLink === "remove" && isLink(file)) unlinkSync(file);
    if (!create(file, content)) {
      if (isNew) throw new Problem(`${file} is there already`, { hint: REPLACE_HINT });
      replace(file, content, onLink === "follow" ? 0 : O_NOFOLLOW);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ELOOP" && isLink(file)) {
      throw new Problem(`${file} is a symbolic link`, {
        hint: "name the file that it leads to, or remove the link",
      });
    }
    throw new Problem(`${file} cannot be written: ${reasonOf(error)}`);
  }
}

const REPLACE_HINT = "give another name, or --force to replace it";

/** One that leads nowhere is one as well. */
export function isLink(file) {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** @returns {boolean} whether there was none */
function create(file, content) {
  let fd;
  try {
    fd = openSync(file, O_WRONLY | O_CREAT | O_EXCL, 0o666);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(fd, content);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return true;
}

/** A link that is followed may lead to what is not there yet. */
function replace(file, content, flags) {
  const fd = openSync(file, O_WRONLY | O_CREAT | flags, 0o666);
  try {
    overwrite(fd, content);
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces what stands in an open file. What makes it longer is written first, since that alone needs room on the disk.
 *
 * @param {number} fd
 * @param {string} content
 */
export function overwrite(fd, content) {
  const stats = fstatSync(fd);
  // A device has no length.
  if (!stats.isFile()) return writeFileSync(fd, content);
  const bytes = Buffer.from(content);
  try {
    writeAt(fd, bytes, stats.size);
  } catch (error) {
    ftruncateSync(fd, stats.size);
    throw error;
  }
  writeAt(fd, bytes.subarray(0, stats.size), 0);
  ftruncateSync(fd, bytes.length);
}

/** Writes the bytes from a position on, where they belong. */
function writeAt(fd, bytes, position) {
  for (let at = position; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
}

/**
 * Refuses to write over what a result is made of.
 *
 * @param {string} file
 * @param {Record<string, string | undefined>} inputs Files by what they are.
 * @throws {Problem}
 */
export function refuseToReplaceInput(file, inputs) {
  const written = identityOf(file);
  if (written === undefined) return;
  for (const [what, input] of Object.entries(inputs)) {
    if (input === undefined || identityOf(input) !== written) continue;
    throw new Problem(`${file} is ${what}, which would be lost`, { hint: "give another place by --out" });
  }
}

/** The same for all names of a file; undefined where there is none, or no way to it. */
function identityOf(file) {
  try {
    const stats = statSync(file, { bigint: true });
    return stats.isFile() ? `${stats.dev} ${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
}
