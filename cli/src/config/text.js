/**
 * The text of a configuration, and where in it a problem is. Runs in Node and in the browser.
 *
 * Comments and trailing commas are taken, as editors take them in a configuration file.
 */

import { findNodeAtLocation, getNodePath, parseTree, printParseErrorCode } from "jsonc-parser";

/**
 * @typedef {import("claimsmith").Problem} Problem
 *
 * @typedef {object} Place Counted in UTF-16 code units, as editors count.
 * @property {number} offset From the beginning of the text.
 * @property {number} length
 *
 * @typedef {Problem & Place} PlacedProblem
 */

/**
 * @param {string} text
 * @returns {{ value: unknown, problems: PlacedProblem[] }} The value is undefined where the text is not JSON. A key
 *   that stands twice in one object is a problem too: one of the two would be lost.
 */
export function parseConfig(text) {
  const { tree, errors } = parse(text);
  if (errors.length === 0 && tree !== undefined) {
    const problems = [];
    return { value: readValue(tree, problems), problems };
  }

  const [first = { error: 4, offset: 0, length: 1 }] = errors;
  // Mistakes after the first one of syntax are mostly its consequence.
  const message = `not JSON: ${describe(printParseErrorCode(first.error))}${wayOut(text, first)}`;
  return { value: undefined, problems: [{ ...problem("", message), ...placeOf(first) }] };
}

/**
 * @template {{ path: string, key?: true, offset?: number }} P
 * @param {string} text
 * @param {P[]} problems Problems or warnings, as `checkConfig` gives them.
 * @returns {(P & Place)[]} in the order in which they stand in the text
 */
export function placeProblems(text, problems) {
  const { tree } = parse(text);
  return problems
    .map((problem) => ({ ...problem, ...findPlace(text, tree, problem) }))
    .sort((one, other) => one.offset - other.offset);
}

/**
 * @param {string} text
 * @param {number} offset
 * @returns {{ line: number, column: number }} both from 1
 */
export function lineAndColumn(text, offset) {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function parse(text) {
  /** @type {import("jsonc-parser").ParseError[]} */
  const errors = [];
  // A byte order mark says nothing in UTF-8 (RFC 8259 §8.1). A space in its place keeps what follows where it is.
  const tree = parseTree(text.replace(/^\uFEFF/, " "), errors, { allowTrailingComma: true });
  return { tree, errors };
}

function readValue(node, problems) {
  if (node.type === "array") return (node.children ?? []).map((child) => readValue(child, problems));
  if (node.type !== "object") return node.value;

  const entries = new Map();
  for (const {
    children: [key, value],
  } of node.children ?? []) {
    if (entries.has(key.value)) {
      const message = `the key \`${key.value}\` stands here a second time`;
      problems.push({ ...problem(formatPath(getNodePath(value)), message), ...placeOf(key) });
    }
    entries.set(key.value, readValue(value, problems));
  }
  // Defines properties, so that `__proto__` is a key as any other.
  return Object.fromEntries(entries);
}

function problem(path, message) {
  return { code: /** @type {const} */ ("config_invalid"), path, message };
}

/**
 * A path as the engine writes it.
 *
 * @param {(string | number)[]} segments
 * @returns {string}
 */
export function formatPath(segments) {
  return segments.reduce((/** @type {string} */ path, segment) => {
    if (typeof segment === "number") return `${path}[${segment}]`;
    if (!/^\w+$/.test(segment)) return `${path}[${JSON.stringify(segment)}]`;
    return path === "" ? segment : `${path}.${segment}`;
  }, "");
}

/** What to write where other notations of data differ from JSON. */
function wayOut(text, { offset }) {
  const rest = text.slice(offset);
  const [quoted] = /^'[^'\n]*'/.exec(rest) ?? [];
  if (quoted !== undefined) return `; JSON has double quotes: ${JSON.stringify(quoted.slice(1, -1))}`;
  if (rest.startsWith("`")) return "; JSON has double quotes";
  const [word] = /^[A-Za-z_$][\w$]*/.exec(rest) ?? [];
  if (word !== undefined && /^\s*:/.test(rest.slice(word.length)))
    return `; a key stands in double quotes: "${word}"`;
  const words = { True: "true", False: "false", None: "null", undefined: "null", NaN: "null" };
  if (word !== undefined && Object.hasOwn(words, word)) return `; write \`${words[word]}\``;
  if (word !== undefined) return `; a text stands in double quotes: "${word}"`;
  if (text.trim() === "") return "; the file is empty";
  return "";
}

/**
 * Describes the first problem of a text that is to be JSON, with its line.
 *
 * @param {string} text
 * @param {PlacedProblem[]} problems
 * @returns {string} such as `line 3, column 5: not JSON: value expected`
 */
export function firstProblem(text, [{ offset, message }]) {
  const { line, column } = lineAndColumn(text, offset);
  return `line ${line}, column ${column}: ${message.split("\n")[0]}`;
}

/** `PropertyNameExpected` as `property name expected`. */
function describe(name) {
  return name.replace(/(?!^)([A-Z])/g, " $1").toLowerCase();
}

/**
 * @param {string} text
 * @param {import("jsonc-parser").Node | undefined} tree
 * @param {{ path: string, key?: true, offset?: number }} problem
 * @returns {Place}
 */
function findPlace(text, tree, { path, key, offset }) {
  const segments = parsePath(path);
  // A missing key has no place of its own; its object has.
  for (let length = segments.length; length >= 0; length--) {
    const node = tree && findNodeAtLocation(tree, segments.slice(0, length));
    if (node === undefined) continue;
    if (length < segments.length || length === 0) return opening(node);
    if (offset !== undefined && node.type === "string") return placeInString(text, node, offset);
    const shown = key && node.parent?.children ? node.parent.children[0] : node;
    return placeOf(shown.type === "object" || shown.type === "array" ? keyOrOpening(shown) : shown);
  }
  return { offset: 0, length: 1 };
}

/**
 * The segments of a path such as `claims["https://example.com/plan"].to[0]`.
 *
 * @param {string} path
 * @returns {(string | number)[]}
 */
export function parsePath(path) {
  /** @type {(string | number)[]} */
  const segments = [];
  for (const [, quoted, index, name] of path.matchAll(/\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]|([^.[\]]+)/g)) {
    if (quoted !== undefined) segments.push(JSON.parse(quoted));
    else segments.push(index !== undefined ? Number(index) : name);
  }
  return segments;
}

/** @returns {Place} */
function placeOf({ offset, length }) {
  return { offset, length };
}

/** @returns {Place} a brace alone: a mark under many lines would show nothing */
function opening({ offset }) {
  return { offset, length: 1 };
}

function keyOrOpening(node) {
  const property = node.parent;
  return property?.type === "property" ? property.children[0] : opening(node);
}

/** Offsets count characters of the string's value; in the text an escape takes several. */
function placeInString(text, { offset, length }, count) {
  const raw = text.slice(offset + 1, offset + length - 1);
  const characters = raw.match(/\\u[\dA-Fa-f]{4}|\\.|[^\\]/gsu) ?? [];
  const before = characters.slice(0, count).join("").length;
  return { offset: offset + 1 + before, length: characters[count]?.length ?? 1 };
}
