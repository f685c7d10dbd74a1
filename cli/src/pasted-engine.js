/**
 * The engine of the pasted file, as the package `claimsmith` carries it, and as the file of one configuration does:
 * without the parts that its plan does not need, be they of the module or of the shim around it.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { leaveOut, pack } from "claimsmith/container";
import { unpack } from "./verify/container.js";

const require = createRequire(import.meta.url);

/**
 * The WebAssembly within the engine's code: its text, and how many bytes that stands for. No other string of the code is
 * nearly as long.
 */
export const WASM_TEXT = /"([^"\\\s]{10000,})",(\d+)\)/;

/** How hard brotli tries, where the file is to be pasted and where it is not. */
const SMALLEST = 11;
const FAST = 5;

/**
 * @typedef {{ version: string, code: string, sha256: string }} Engine
 *
 * @typedef {object} PackedWasm The module in a file.
 * @property {Buffer} wasm
 * @property {string} text
 * @property {number} length
 */

/**
 * An engine, whole.
 *
 * @param {"pasted.js" | "modules.js"} file
 * @returns {Engine}
 */
export function readEngine(file) {
  const packageFile = require.resolve("claimsmith/package.json");
  const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
  const code = readFileSync(path.join(path.dirname(packageFile), "dist", file), "utf8");
  return { version, code, sha256: sha256(code) };
}

/** @type {ReturnType<typeof readParts> | undefined} */
let installed;

/** The engine that is installed, its module, and what the build wrote down of both. */
export function readInstalled() {
  installed ??= readParts();
  return installed;
}

function readParts() {
  const { version, code } = readEngine("pasted.js");
  const folder = path.dirname(require.resolve("claimsmith/package.json"));
  const described = JSON.parse(readFileSync(path.join(folder, "dist/pasted.json"), "utf8"));
  const packed = readPacked(code);
  if (packed === undefined) throw new Error("the engine's code does not hold its WebAssembly");
  return { ...described, version, code, wasm: packed.wasm };
}

/**
 * The module in an engine's code, where there is one.
 *
 * @param {string} code
 * @returns {PackedWasm | undefined}
 */
export function readPacked(code) {
  const [, text, length] = WASM_TEXT.exec(code) ?? [];
  if (text === undefined) return undefined;
  try {
    return { wasm: unpack(text, Number(length)), text, length: Number(length) };
  } catch {
    return undefined;
  }
}

/** The most modules, and engines, that are kept. */
const MAX_KEPT = 16;

const moduleOf = kept((key) => {
  const { gates, wasm } = readInstalled();
  return leaveOut(wasm, gates, key.split(" "));
});

const engineFor = kept((key) => {
  const [quality, ...needed] = key.split(" ");
  const { text, compressed } = pack(moduleOf(needed.join(" ")), { quality: Number(quality) });
  return withText(needed, { text, length: compressed.length });
});

/**
 * The engine with the parts that are needed.
 *
 * Two releases of Node may compress in two ways. Whoever has a file compares the module, and takes its text where that
 * stands for the very module.
 *
 * @param {string[]} needed
 * @param {{ isFast?: boolean, packed?: PackedWasm }} [how] Whether the size does not matter; a file's module.
 * @returns {Engine}
 */
export function engineOf(needed, { isFast = false, packed } = {}) {
  const key = [...new Set(needed)].sort().join(" ");
  if (packed?.wasm.equals(moduleOf(key))) return withText(needed, packed);
  return engineFor(`${isFast ? FAST : SMALLEST} ${key}`);
}

/**
 * The function, whose latest results are kept.
 * @template T
 * @param {(key: string) => T} make
 * @returns {(key: string) => T}
 */
function kept(make) {
  /** @type {Map<string, T>} */
  const results = new Map();
  return (key) => {
    const known = results.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    if (results.size >= MAX_KEPT) results.clear();
    results.set(key, made);
    return made;
  };
}

/** The shim with the modules that are there for these parts, around a module. */
function withText(needed, { text, length }) {
  const { version, modules, shims, wasmPlace } = readInstalled();
  const kept = Object.keys(modules).filter((name) => modules[name].some((part) => needed.includes(part)));
  const code = shims[kept.join(" ")].replace(wasmPlace, () => `"${text}",${length})`);
  return { version, code, sha256: sha256(code) };
}

/** Whether the code around a module is that of the installed engine. Which it needs is for the whole file to say. */
export function isInstalledShim(code) {
  const { shims, wasmPlace } = readInstalled();
  return Object.values(shims).includes(code.replace(WASM_TEXT, () => wasmPlace));
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}
