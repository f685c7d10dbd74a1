/**
 * The fixtures beside a configuration, for the workbench: it adds one, and runs all of them.
 */

import { lstatSync, mkdirSync } from "node:fs";
import path from "node:path";
import { checkConfig } from "claimsmith";
import { parseConfig } from "../config/text.js";
import { detailsOf } from "../fixtures/details.js";
import { createFixtureEngine } from "../fixtures/engine.js";
import { findFixtures, readFixtures } from "../fixtures/read.js";
import { runFixtures } from "../fixtures/run.js";
import { subjectOfConfig } from "../fixtures/subject.js";
import { createStoredFiles, SaveError } from "./stored-files.js";

/** A file's name without its ending: nothing in it leads elsewhere. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_-]{0,80}$/u;

/**
 * @typedef {object} FixtureResult Of one login.
 * @property {string} file
 * @property {number} line
 * @property {string} name
 * @property {"passed" | "failed" | "unwritten"} state
 * @property {import("../fixtures/details.js").Details} details
 *
 * @param {string} configFile
 */
export function createDevFixtures(configFile) {
  const folder = path.join(path.dirname(configFile), "tests");
  return {
    /** @returns {name is string} */
    isName: (/** @type {unknown} */ name) => typeof name === "string" && NAME.test(name),

    /**
     * Writes a new file: none is replaced.
     *
     * @param {string} name
     * @param {string} text
     * @throws {SaveError}
     */
    add(name, text) {
      const found = lstatSync(folder, { throwIfNoEntry: false });
      if (found === undefined) mkdirSync(folder);
      else if (!found.isDirectory()) {
        throw new SaveError("link", `${folder} is a link or a file, and no folder: nothing is written there`);
      }
      const file = path.join(folder, `${name}.json`);
      if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) {
        throw new SaveError("conflict", `${file} is there already: give the fixture another name`);
      }
      createStoredFiles({ fixture: file }).save("fixture", text, null);
      return file;
    },

    /**
     * Runs all of them with a configuration as it is on the page.
     *
     * @param {string} text
     * @param {import("../bundle.js").Trigger} trigger
     * @returns {Promise<FixtureResult[]>}
     * @throws {import("../problem.js").Problem} where there are none, or one cannot be read
     */
    async run(text, trigger) {
      const config = /** @type {Record<string, any>} */ (parseConfig(text).value);
      const { secrets } = checkConfig(config, { trigger });
      const files = readFixtures(findFixtures(configFile), subjectOfConfig({ config, secrets, trigger }));
      const results = await runFixtures(files, createFixtureEngine(config));
      return results.map((result) => {
        const { file, line, name } = result.login;
        return { file: path.basename(file), line, name, state: result.state, details: detailsOf(result) };
      });
    },
  };
}
