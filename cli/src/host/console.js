/**
 * The `console` that is injected into an Action: it collects and prints nothing.
 */

import { format } from "node:util";

/** What has no lines of its own is there so that an Action that calls it does not fail here and run at Auth0. */
const SILENT_METHODS = [
  "assert",
  "clear",
  "count",
  "countReset",
  "dir",
  "dirxml",
  "group",
  "groupCollapsed",
].concat(["groupEnd", "table", "time", "timeEnd", "timeLog", "trace"]);

/**
 * @param {(line: string) => void} onLine Called once a call, with its arguments joined as Node's console joins them.
 * @returns {Record<string, (...args: unknown[]) => void>}
 */
export function createConsole(onLine) {
  /** @type {Record<string, (...args: unknown[]) => void>} */
  const methods = {};
  for (const name of ["log", "info", "warn", "error", "debug"]) {
    methods[name] = (...args) => onLine(format(...args));
  }
  for (const name of SILENT_METHODS) methods[name] = () => {};
  return methods;
}
