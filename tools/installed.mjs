// Tells by its exit code whether node_modules is what package-lock.json names: by content, since a clone, a branch and
// a copy change times and nothing else.
//
// usage: node tools/installed.mjs [FOLDER]

import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";

const folder =
  process.argv[2] ?? path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");

/** The packages of a lock, by where they lie. Null where there is no such file, or half of one. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(folder, file), "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

const wanted = readPackages("package-lock.json");
// npm writes it last, with what it installed.
const installed = readPackages("node_modules/.package-lock.json");

/** A package for another platform is wanted and not installed. */
function isInstalled([place, description]) {
  return place === "" || description.optional || Object.hasOwn(installed, place);
}

const isSame =
  wanted !== null &&
  installed !== null &&
  Object.entries(installed).every(([place, description]) => isDeepStrictEqual(description, wanted[place])) &&
  Object.entries(wanted).every(isInstalled);
process.exit(isSame ? 0 : 1);
