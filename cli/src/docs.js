/**
 * Where a terminal and a program are told which sections explain codes.
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { createSupportsHyperlinks } from "supports-hyperlinks";
import { sectionOf } from "./sections.js";
import { hyperlink, visible } from "./terminal.js";

/** The documentation is in a clone of the repository, and in no package. */
const ROOT = new URL("../../", import.meta.url);

/**
 * @param {string[]} codes
 * @returns {Record<string, string>} the section of each that has one
 */
export function sectionsOf(codes) {
  return Object.fromEntries(
    codes.flatMap((code) => {
      const section = sectionOf(code);
      return section === undefined ? [] : [[code, section]];
    }),
  );
}

/**
 * Says where codes are explained.
 *
 * @param {string[]} codes
 * @param {import("node:tty").WriteStream | typeof process.stdout} [stream] Where it is printed.
 * @returns {string} one line, empty where no code is explained; a link where the terminal shows links and the page is here
 */
export function seeSections(codes, stream = process.stdout) {
  const sections = Object.values(sectionsOf(codes));
  if (sections.length === 0) return "";
  const hasLinks = createSupportsHyperlinks(/** @type {any} */ (stream));
  const shown = sections.map((section) => (hasLinks ? linked(section) : visible(section)));
  return pc.dim(`see ${shown.join(", ")}`);
}

function linked(section) {
  const url = new URL(section, ROOT);
  return existsSync(fileURLToPath(new URL(url.pathname, ROOT))) ? hyperlink(section, url) : section;
}

/** The codes of a report: of its errors, and of claims that were left out. @param {any} report */
export function codesOf(report) {
  if (report === null || report === undefined) return [];
  const { errors = [], claims } = report;
  const without = [...(claims?.left_out ?? []), ...(claims?.defaulted ?? [])];
  return [...new Set([...errors.map(({ code }) => code), ...without.map(({ reason }) => reason)])];
}

/** The codes of what a value needed, and of what became of it. @param {import("./explain/explain.js").Explanation} explanation */
export function codesOfExplanation({ claim, sources }) {
  const failures = Object.values(sources).flatMap(({ error }) => (error === null ? [] : [error]));
  return [...failures, ...(claim?.errors ?? []).map(({ code }) => code)];
}
