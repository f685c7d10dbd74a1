// The cases: what published Actions do, each as a configuration with its logins.

import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("cases/", import.meta.url);

/** @type {import("./run.js").Case[]} */
export const cases = readdirSync(FOLDER)
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")));
