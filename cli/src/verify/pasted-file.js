/**
 * Takes a pasted file apart, without running it.
 */

import { createHash } from "node:crypto";
import { WASM_TEXT } from "../bundle.js";
import { unpack } from "./container.js";

/**
 * @typedef {object} PastedFile
 * @property {string} version As the file says of itself.
 * @property {string} claimedSha256 Of the engine, as the file says.
 * @property {string} sha256 Of the engine, as it is.
 * @property {string} config The text of the configuration.
 * @property {string} ending The last line, which says what the Action exports.
 * @property {string[]} requires
 * @property {Buffer} wasm
 */

const ENGINE = /^\/\/ claimsmith (\S+) sha256:([0-9a-f]{64})\n/m;

/**
 * @param {string} code
 * @returns {PastedFile | undefined} undefined where it is none
 */
export function readPastedFile(code) {
  const engineLine = ENGINE.exec(code);
  const config = /^const config = ([\s\S]*?);\n\n\/\/ The engine/m.exec(code)?.[1];
  if (engineLine === null || config === undefined) return undefined;
  const [line, version, claimedSha256] = engineLine;
  const start = engineLine.index + line.length;
  const end = code.lastIndexOf("\nexports.") + 1;
  const engine = code.slice(start, end);
  const wasm = readWasm(engine);
  if (wasm === undefined) return undefined;
  return {
    version,
    claimedSha256,
    sha256: createHash("sha256").update(engine).digest("hex"),
    config,
    ending: code.slice(end).trim(),
    requires: [...new Set([...engine.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name))].sort(),
    wasm,
  };
}

function readWasm(engine) {
  const [, text, length] = WASM_TEXT.exec(engine) ?? [];
  if (text === undefined) return undefined;
  try {
    return unpack(text, Number(length));
  } catch {
    return undefined;
  }
}
