/**
 * The pasted file of an Action in Rust: its parts, written and read.
 *
 *   // rust-action 0.1.0: an Action in Rust, on Claimsmith 0.1.0.
 *   // rustc 1.95.0 and its standard library from source, wasm-bindgen 0.2.130
 *   // The crate's bindings.
 *   const glue = []; …
 *   // Claimsmith's shim, and the crate's module. Nothing to edit.
 *   // claimsmith 0.1.0 sha256:…
 *   const { createPostLogin, … } = (… the shim …)({}, glue, "… the module …",12345);
 *   exports.onExecutePostLogin = createPostLogin();
 *
 * The shim is the same text in every file of a version: `verify` compares it.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { TRIGGERS } from "claimsmith";
import { pack } from "claimsmith/container";
import { readPacked } from "../pasted-engine.js";

const require = createRequire(import.meta.url);

/** @typedef {import("../bundle.js").Trigger} Trigger */

const GLUE_LINE = "// The crate's bindings, as wasm-bindgen writes them.";
const SHIM_LINE = "// Claimsmith's shim, and the crate's module; nothing to edit.";

const CREATORS = TRIGGERS.map(({ create }) => create).join(", ");

/** @typedef {{ version: string, code: string }} Shim @returns {Shim} the shim that is installed */
export function readShim() {
  const packageFile = require.resolve("claimsmith/package.json");
  const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
  return { version, code: readFileSync(path.join(path.dirname(packageFile), "dist/handler.js"), "utf8") };
}

/**
 * @param {object} parts
 * @param {{ name: string, version: string }} parts.crate
 * @param {string} parts.builtBy The tools by which it was compiled, with their versions.
 * @param {string} parts.glue The bindings: code that puts what the shim needs of them into `glue`.
 * @param {Buffer} parts.wasm
 * @param {Trigger} parts.trigger
 * @param {import("../pasted-engine.js").PackedWasm} [parts.packed] The module of another file, whose text is taken where
 *   it is the same.
 * @returns {string}
 */
export function writeRustFile({ crate, builtBy, glue, wasm, trigger, packed }) {
  const shim = readShim();
  const { text, size } = packed?.wasm.equals(wasm)
    ? { text: packed.text, size: packed.length }
    : packedText(wasm);
  const body = `const glue = [];
(() => {"use strict";${glue}})();
${SHIM_LINE}
const { ${CREATORS} } = (${shim.code})({}, glue, "${text}",${size});
`;
  return `// ${crate.name} ${crate.version}: an Action in Rust, on Claimsmith ${shim.version}.
// ${builtBy}
// claimsmith ${shim.version} sha256:${sha256(body)}
${GLUE_LINE}
${body}${endingOf(trigger)}
`;
}

function packedText(wasm) {
  const { text, compressed } = pack(wasm);
  return { text, size: compressed.length };
}

/** @param {Trigger} trigger @param {string} [options] */
function endingOf(trigger, options = "") {
  const found = TRIGGERS.find(({ name }) => name === trigger);
  if (found === undefined) throw new TypeError(`no trigger \`${trigger}\``);
  return `exports.${found.handler} = ${found.create}(${options});`;
}

/**
 * @typedef {object} RustFile
 * @property {string} name The crate's.
 * @property {string} crateVersion
 * @property {string} version Claimsmith's, as the file says of itself.
 * @property {string} builtBy
 * @property {Trigger} trigger
 * @property {string} claimedSha256
 * @property {string} sha256 Of the bindings, the shim and the module, as they are.
 * @property {string} glue
 * @property {string} shim
 * @property {import("../pasted-engine.js").PackedWasm} packed
 * @property {string} ending
 */

/** Whether a text is the file of an Action in Rust, perhaps one that was changed. @param {string} code */
export const isRustFile = (code) => /^\/\/ \S+ \S+: an Action in Rust, on Claimsmith \S+\.\n/.test(code);

/**
 * Takes a file apart, without running it.
 *
 * @param {string} code
 * @returns {RustFile | undefined} undefined where it is none
 */
export function readRustFile(code) {
  const parts = new RegExp(
    `^// (?<name>\\S+) (?<crateVersion>\\S+): an Action in Rust, on Claimsmith (?<version>\\S+)\\.\\n// (?<builtBy>.*)\\n// claimsmith \\S+ sha256:(?<claimedSha256>[0-9a-f]{64})\\n${GLUE_LINE}\\n(?<body>const glue = \\[\\];\\n\\(\\(\\) => \\{"use strict";(?<glue>[\\s\\S]*)\\}\\)\\(\\);\\n${SHIM_LINE}\\nconst \\{ ${CREATORS} \\} = \\((?<shim>[\\s\\S]*)\\)\\(\\{\\}, glue, (?<module>"[^"\\\\\\s]*",\\d+\\));\\n)(?<ending>exports\\.on[^\\n]*)\\n$`,
  ).exec(code)?.groups;
  if (parts === undefined) return undefined;
  const { body, module, ...rest } = parts;
  const trigger = TRIGGERS.find(({ name }) => endingOf(name) === rest.ending);
  const packed = readPacked(module);
  if (trigger === undefined || packed === undefined) return undefined;
  return /** @type {RustFile} */ ({ ...rest, trigger: trigger.name, sha256: sha256(body), packed });
}

/**
 * A file whose handler is made with options, as members of an object literal. The file that is pasted has none.
 *
 * @param {string} code
 * @param {Trigger} trigger
 * @param {string} options
 */
export function withOptions(code, trigger, options) {
  return code.replace(endingOf(trigger), () => endingOf(trigger, `{ ${options} }`));
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}
