/**
 * What the file of an Action in Rust is made of, and where it is another than it should be. Nothing of it runs. What the
 * crate does stands in the crate: only who builds it again can say that the file is of it.
 */

import { createHash } from "node:crypto";
import { readRustFile, readShim } from "../rust/file.js";

/**
 * @typedef {object} RustInspection
 * @property {string} crate Its name and version.
 * @property {string} version Of Claimsmith.
 * @property {import("claimsmith").Trigger} trigger The trigger.
 * @property {string} built_by The compiler.
 * @property {boolean} is_complete Whether the crate was built again, so that all of the file was compared.
 * @property {{ is_installed: boolean }} shim Whether it is that of the installed package.
 * @property {{ sha256: string, bytes: number, requires: string[] }} bindings The bindings of the crate.
 * @property {{ sha256: string, bytes: number, imports: number }} wasm The WebAssembly module in it.
 * @property {string[]} requires What the file requires of Node, all of it.
 * @property {string[]} addresses Texts in the module that begin as an address does. Those that are put together, or that
 *   secrets hold, are not among them.
 * @property {string[]} problems Each as a sentence.
 */

/**
 * @param {string} code
 * @param {import("../rust/file.js").RustFile} rust The same, taken apart.
 * @param {string} [again] What the crate makes here.
 * @returns {RustInspection}
 */
export function inspectRust(code, rust, again) {
  const { packed, glue } = rust;
  const shim = readShim();
  const isInstalled = rust.shim === shim.code;
  const problems = [];
  if (rust.sha256 !== rust.claimedSha256) {
    problems.push("the file was changed: it is not the one that its own line names");
  }
  if (!isInstalled) {
    problems.push(`the shim is not the one of claimsmith ${shim.version}, which is installed here`);
  }
  if (again !== undefined) problems.push(...differences(code, rust, again));
  return {
    crate: `${rust.name} ${rust.crateVersion}`,
    version: rust.version,
    trigger: rust.trigger,
    built_by: rust.builtBy,
    is_complete: again !== undefined,
    shim: { is_installed: isInstalled },
    bindings: { sha256: sha256(glue), bytes: Buffer.byteLength(glue), requires: requiredBy(glue) },
    wasm: { sha256: sha256(packed.wasm), bytes: packed.wasm.length, imports: countImports(packed.wasm) },
    requires: requiredBy(code),
    addresses: addressesIn(packed.wasm),
    problems,
  };
}

/** Where the file is another than the one that the crate makes. */
function differences(code, rust, again) {
  if (code === again) return [];
  const expected = /** @type {import("../rust/file.js").RustFile} */ (readRustFile(again));
  const differs = {
    [`the file is of ${rust.name} ${rust.crateVersion}, the crate is ${expected.name} ${expected.crateVersion}`]:
      rust.name !== expected.name || rust.crateVersion !== expected.crateVersion,
    "the module is another than the crate makes": !rust.packed.wasm.equals(expected.packed.wasm),
    "the bindings are others than the crate makes": rust.glue !== expected.glue,
  };
  const problems = Object.keys(differs).filter((problem) => differs[problem]);
  return problems.length > 0 || rust.shim !== expected.shim
    ? problems
    : ["the file is not the one that the crate makes"];
}

function requiredBy(code) {
  const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  return [...new Set(required)].sort();
}

/** How many functions the module asks for; 0 where it was changed so that it is none any more. */
function countImports(wasm) {
  try {
    return WebAssembly.Module.imports(new WebAssembly.Module(new Uint8Array(wasm))).length;
  } catch {
    return 0;
  }
}

function addressesIn(wasm) {
  const found = wasm.toString("latin1").match(/https?:\/\/[a-z0-9][a-z0-9.-]*(?::\d+)?/gi) ?? [];
  return [...new Set(found)].sort();
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}
