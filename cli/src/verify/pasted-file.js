/**
 * Takes a pasted file apart, without running it.
 */

import { createHash } from "node:crypto";
import { TRIGGERS } from "claimsmith";
import { ENGINE_LINE, LIVE_LINE, PLAN_LINE } from "../bundle.js";
import { readPacked } from "../pasted-engine.js";

/**
 * @typedef {object} PastedFile
 * @property {string} version As the file says of itself.
 * @property {import("claimsmith").Trigger} trigger
 * @property {string | undefined} config The text of the configuration; undefined where it was left out.
 * @property {string} live The text of what operators turn.
 * @property {string} fingerprint As the file says.
 * @property {string} plan As it stands there.
 * @property {string} claimedSha256 Of the engine, as the file says.
 * @property {string} sha256 Of the engine, as it is.
 * @property {string[]} requires
 * @property {string} engine The code of the engine.
 * @property {import("../pasted-engine.js").PackedWasm} packed The module in it.
 */

/**
 * @param {string} code
 * @returns {PastedFile | undefined} undefined where it is none
 */
export function readPastedFile(code) {
  const parts = new RegExp(
    [
      /^\/\/ Claimsmith (?<version>\S+): .*\n/,
      /(?:\/\/ .*\nconst config = (?<config>[\s\S]*?);\n\n)?/,
      escaped(LIVE_LINE),
      /\n\/\/ .*\nconst live = (?<live>[\s\S]*?);\n\n/,
      escaped(PLAN_LINE),
      / (?<fingerprint>[0-9a-f]{16})\.\nconst plan = "(?<plan>[^"\n]*)";\n\n/,
      escaped(ENGINE_LINE),
      /\n\/\/ claimsmith \S+ sha256:(?<claimedSha256>[0-9a-f]{64})\n(?<engine>[\s\S]*\n)(?<ending>exports\.on[\s\S]*)$/,
    ]
      .map(({ source }) => source)
      .join(""),
  ).exec(code)?.groups;
  if (parts === undefined) return undefined;
  const { engine, ending, ...rest } = parts;
  const trigger = TRIGGERS.find(({ handler }) => ending.startsWith(`exports.${handler} =`));
  if (trigger === undefined) return undefined;
  const packed = readPacked(engine);
  if (packed === undefined) return undefined;
  const required = [...engine.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  return /** @type {PastedFile} */ ({
    ...rest,
    trigger: trigger.name,
    sha256: createHash("sha256").update(engine).digest("hex"),
    requires: [...new Set(required)].sort(),
    engine,
    packed,
  });
}

/**
 * The version that a file says of itself, in whatever form that version had.
 *
 * @param {string} code
 * @returns {string | undefined}
 */
export function readVersion(code) {
  return /^\/\/ claimsmith (\S+) sha256:/m.exec(code)?.[1];
}

function escaped(text) {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
