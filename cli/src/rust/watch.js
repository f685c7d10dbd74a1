/**
 * Runs a function whenever a crate, or one of this machine that it is made of, changes.
 */

import path from "node:path";
import { Problem, printProblem } from "../problem.js";
import { runOnChanges } from "../watch.js";
import { findCrate } from "./cargo.js";

/** What the compiler writes, and what no compiler reads. */
const IGNORED = /(^|[\\/])(target|node_modules|\.git)([\\/]|$)|~$|\.swp$/;
const IS_SOURCE = /\.(rs|toml|js|json|lock)$/;

/**
 * @param {string} place As for `findCrate`.
 * @param {() => Promise<void>} run Once at the beginning, and then after each change. What is wrong is shown, and is to be
 *   mended while this waits.
 * @param {object} how
 * @param {(crate: string) => string} how.fileOf The file that `run` writes, which may lie among what is watched.
 * @param {() => void} [how.onWait] As for `runOnChanges`, like the two below.
 * @param {(changed: string) => void} [how.onChange]
 * @param {AbortSignal} [how.signal]
 */
export async function watchCrate(place, run, { fileOf, ...how }) {
  const { name: crate, folder } = findCrate(place);
  const written = path.resolve(fileOf(crate));
  await runOnChanges(
    async (watchFolder) => {
      watchFolder(folder, true);
      try {
        for (const { folder } of findCrate(place).local) watchFolder(folder, true);
        await run();
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        printProblem(error);
      }
    },
    {
      ...how,
      isRead: (file, name) => file !== written && !IGNORED.test(name) && IS_SOURCE.test(name),
    },
  );
}
