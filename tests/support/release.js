// What users without Rust get.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../tools/release.mjs", import.meta.url));

/**
 * Packs what is built, without what it is made of: that takes a tool which tests do not install.
 *
 * @param {string} folder
 * @returns {string} the folder
 */
export function packRelease(folder) {
  execFileSync(process.execPath, [SCRIPT, "--out", folder, "--without-sbom"], { stdio: "pipe" });
  return folder;
}
