/**
 * The files that the workbench reads and writes. Nothing is written through a link: whoever made the folder would choose
 * what it replaces elsewhere.
 */

import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { reasonOf } from "../file-reasons.js";
import { isLink, overwrite } from "../write-file.js";

/**
 * @typedef {{ text: string | null, version: string | null }} StoredFile The text is null where there is no file.
 *
 * @typedef {object} StoredFiles
 * @property {() => Record<string, StoredFile>} readAll By name.
 * @property {(name: string, text: string, version: string | null) => StoredFile} save Replaces the version, null for a
 *   new file. Throws `SaveError`.
 */

/** The reasons why a file is not saved, and what to do. */
export class SaveError extends Error {
  /**
   * @param {"conflict" | "link" | "refused"} reason
   * @param {string} message
   */
  constructor(reason, message) {
    super(message);
    this.name = "SaveError";
    this.reason = reason;
  }
}

/** Not on Windows, where a link is found before and after alone. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * @param {Record<string, string>} files Paths by name, all in one folder.
 * @returns {StoredFiles}
 */
export function createStoredFiles(files) {
  const folder = path.dirname(path.resolve(Object.values(files)[0]));
  const place = placeWithoutLinks(folder);

  function refuseOtherFolder() {
    if (place !== undefined && realPathOf(folder) === place) return;
    throw new SaveError(
      "link",
      `${folder} is not there, or a link leads to it, and nothing is written through one: start \`claimsmith dev\` anew, in the folder itself`,
    );
  }

  return {
    readAll: () =>
      Object.fromEntries(Object.entries(files).map(([name, file]) => [name, describe(readIfThere(file))])),
    save(name, text, version) {
      const file = files[name];
      refuseOtherFolder();
      refuseLink(file);
      const fd = open(file, version === null);
      try {
        // Once more: what was looked at is what is open, or nothing is written.
        refuseOtherFolder();
        replace(file, fd, text, version);
      } finally {
        closeSync(fd);
      }
      return describe(text);
    },
  };
}

/**
 * Where the folder is if it is reached by no link: below the working folder, or else in the folder that holds it. How
 * one comes to those is not for this command to judge: a home may be a link.
 */
function placeWithoutLinks(folder) {
  const fromHere = path.relative(process.cwd(), folder);
  const isBelow = fromHere !== ".." && !fromHere.startsWith(`..${path.sep}`) && !path.isAbsolute(fromHere);
  const base = isBelow ? process.cwd() : path.dirname(folder);
  const real = realPathOf(base);
  return real === undefined ? undefined : path.join(real, path.relative(base, folder));
}

function realPathOf(place) {
  try {
    return realpathSync(place);
  } catch {
    return undefined;
  }
}

function refuseLink(place) {
  if (isLink(place)) {
    throw new SaveError(
      "link",
      `${place} is a link, and nothing is written through one: start \`claimsmith dev\` with the file that it leads to`,
    );
  }
}

/** Reads and writes by one descriptor, so that what is replaced is what was compared. */
function replace(file, fd, text, version) {
  const opened = fstatSync(fd);
  const named = lstatSync(file, { throwIfNoEntry: false });
  // Whoever put a link or another file in its place between two calls gets nothing written.
  if (!opened.isFile() || named?.ino !== opened.ino || named.dev !== opened.dev) throw conflict(file);
  if (version !== null && describe(readFileSync(fd, "utf8")).version !== version) throw conflict(file);
  try {
    overwrite(fd, text);
  } catch (error) {
    // A new file with nothing in it would be a conflict for who saves again.
    if (version === null) rmSync(file, { force: true });
    throw refusal(file, error);
  }
}

function open(file, isNew) {
  const mode = isNew ? constants.O_CREAT | constants.O_EXCL : 0;
  try {
    return openSync(file, constants.O_RDWR | mode | O_NOFOLLOW | O_NONBLOCK, 0o666);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST" || code === "ENOENT" || code === "ELOOP") throw conflict(file);
    throw refusal(file, error);
  }
}

function refusal(file, error) {
  return new SaveError("refused", `${file} cannot be written: ${reasonOf(error)}`);
}

function conflict(file) {
  return new SaveError(
    "conflict",
    `${file} has changed on the disk meanwhile: both sides are shown, and nothing was saved`,
  );
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "ENOENT") return null;
    throw new Error(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

/** @returns {StoredFile} */
function describe(text) {
  if (text === null) return { text, version: null };
  return { text, version: createHash("sha256").update(text).digest("base64url") };
}
