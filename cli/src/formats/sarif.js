/**
 * Findings as SARIF 2.1.0, as code scanning of GitHub, Azure DevOps and editors read it.
 */

import path from "node:path";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/**
 * @typedef {object} Rule
 * @property {string} id
 * @property {string} description One sentence.
 * @property {string} [help] Where more is to be read, in words.
 *
 * @typedef {object} Finding
 * @property {string} ruleId
 * @property {"error" | "warning" | "note"} level
 * @property {string} message
 * @property {string} file As given on the command line.
 * @property {number} [line] From 1.
 * @property {number} [column] From 1, in UTF-16 code units.
 * @property {number} [length] In UTF-16 code units.
 * @property {string} [path] The place in the configuration, as `check` writes it.
 */

/**
 * @param {object} log
 * @param {string} log.version Of the command.
 * @param {Rule[]} log.rules
 * @param {Finding[]} log.findings
 * @returns {string} JSON
 */
export function toSarif({ version, rules, findings }) {
  const used = rules.filter(({ id }) => findings.some(({ ruleId }) => ruleId === id));
  const run = {
    tool: {
      driver: {
        name: "claimsmith",
        version,
        rules: used.map(({ id, description, help }) => ({
          id,
          shortDescription: { text: description },
          ...(help === undefined ? {} : { help: { text: help } }),
        })),
      },
    },
    columnKind: "utf16CodeUnits",
    results: findings.map((finding) => toResult(finding, used)),
  };
  return JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, null, 2);
}

/**
 * @param {Finding} finding
 * @param {Rule[]} rules
 */
function toResult({ ruleId, level, message, file, line, column, length, path: place }, rules) {
  const ruleIndex = rules.findIndex(({ id }) => id === ruleId);
  const region =
    line === undefined
      ? undefined
      : {
          startLine: line,
          ...(column === undefined ? {} : { startColumn: column }),
          ...(column === undefined || length === undefined ? {} : { endColumn: column + length }),
        };
  return {
    ruleId,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(file) },
          ...(region === undefined ? {} : { region }),
        },
        ...(place ? { logicalLocations: [{ fullyQualifiedName: place }] } : {}),
      },
    ],
  };
}

/** A file as a relative reference (RFC 3986 §4.2); absolute where it is outside of the folder. */
function toUri(file) {
  const relative = path.relative(process.cwd(), path.resolve(file));
  const isInside = relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
  const segments = (isInside ? relative : path.resolve(file)).split(path.sep).map(encodeURIComponent);
  return isInside ? segments.join("/") : `file://${segments.join("/")}`;
}
