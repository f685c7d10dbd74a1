/**
 * The files that a simulation reads besides the configuration: the event, the backend's answers and the secrets.
 */

import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { checkConfig } from "claimsmith";
import { firstProblem, parseConfig } from "../config/text.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { createAnswers } from "./answers.js";
import { createPathAnswers } from "./path-answers.js";

/**
 * @param {string | undefined} file `event.json` where left out and there.
 * @returns {Record<string, any>} what the event has beside the sample's
 */
export function readEvent(file) {
  const found = file ?? existing("event.json");
  return found === undefined ? {} : readObject(found);
}

/**
 * @param {string | undefined} place A file with the answer of each source by its name, or a folder with a file for
 *   each: `profile.json`, and `profile/USER_ID.json` (percent-encoded) for one user. `answers.json` or `answers` where
 *   left out and there.
 * @returns {import("./answers.js").Answers}
 */
export function readAnswers(place) {
  const found = place ?? existing("answers.json") ?? existing("answers");
  if (found === undefined) return createAnswers({});
  return fromFile(found, () => {
    if (!statSync(found).isDirectory()) return createAnswers(readObject(found));
    const { general, ofUsers } = readFolder(found);
    return createAnswers(general, ofUsers);
  });
}

/**
 * @param {string | undefined} file With the answer of each path; `answers.json` where left out and there.
 * @returns {import("./path-answers.js").PathAnswers}
 */
export function readPathAnswers(file) {
  const found = file ?? existing("answers.json");
  if (found === undefined) return createPathAnswers({});
  return fromFile(found, () => createPathAnswers(readObject(found)));
}

/** What is wrong with the answers is told with the file. */
function fromFile(place, read) {
  if (!existsSync(place)) throw new Problem(`${place} is not there`);
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw new Problem(`${place}: ${error.message}`);
    throw error;
  }
}

/**
 * @param {string | undefined} file With a line `NAME=value` for each; `secrets.env` where left out and there.
 * @param {Record<string, any>} config
 * @returns {Record<string, string>}
 * @throws {Problem} that names the secrets which the configuration reads and the file has not
 */
export function readSecrets(file, config, trigger) {
  const { found, given } = readSecretsFile(file);
  const missing = checkConfig(config, { trigger }).secrets.filter((name) => !given[name]);
  if (missing.length > 0) {
    throw new Problem(`the configuration reads secrets that are not given: ${missing.join(", ")}`, {
      hint: `write them as NAME=value lines into ${found ?? "secrets.env"}, and keep that file out of version control`,
    });
  }
  return given;
}

/**
 * @param {string | undefined} file `secrets.env` where left out and there.
 * @returns {{ found: string | undefined, given: Record<string, string> }}
 */
export function readSecretsFile(file) {
  const found = file ?? existing("secrets.env");
  const given = found === undefined ? {} : /** @type {Record<string, string>} */ (parseEnv(readText(found)));
  return { found, given };
}

function readFolder(folder) {
  /** @type {Record<string, unknown>} */
  const general = {};
  /** @type {Record<string, Record<string, unknown>>} */
  const ofUsers = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      const files = readdirSync(place).filter((name) => name.endsWith(".json"));
      ofUsers[entry.name] = Object.fromEntries(
        files.map((name) => [
          decodeURIComponent(path.basename(name, ".json")),
          readJson(path.join(place, name)),
        ]),
      );
    } else if (entry.name.endsWith(".json")) {
      general[path.basename(entry.name, ".json")] = readJson(place);
    }
  }
  return { general, ofUsers };
}

function readObject(file) {
  const value = readJson(file);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Problem(`${file}: must be a JSON object`);
}

function readJson(file) {
  const text = readText(file);
  const { value, problems } = parseConfig(text);
  if (problems.length > 0) throw new Problem(`${file}: ${firstProblem(text, problems)}`);
  return /** @type {any} */ (value);
}

function existing(file) {
  return existsSync(file) ? file : undefined;
}
