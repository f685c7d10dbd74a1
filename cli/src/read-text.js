import { readFileSync } from "node:fs";
import { reasonOf } from "./file-reasons.js";
import { Problem } from "./problem.js";

/**
 * A file that a person named. One that cannot be read is a problem, not a crash.
 *
 * @param {string} file
 * @param {{ hint?: string }} [options] What to do where it cannot be read.
 * @returns {string}
 */
export function readText(file, { hint } = {}) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Problem(`${file} cannot be read: ${reasonOf(error)}`, { hint });
  }
}
