/**
 * `claimsmith bundle`: a configuration and the engine as one file, ready to paste.
 */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundleAction } from "../bundle.js";
import { DEFAULT_FILE, readConfigFile } from "../config/file.js";
import { MAX_CODE_BYTES } from "../host/index.js";
import { Problem } from "../problem.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function registerBundle(program) {
  program
    .command("bundle")
    .description("write the Action as one file, ready to paste into the editor")
    .argument("[config]", "the configuration", DEFAULT_FILE)
    .option("-o, --out <file>", "what to write", "action.js")
    .addOption(triggerOption())
    .action(bundle);
}

function bundle(configFile, { out, trigger }) {
  const code = bundleAction(readConfigFile(configFile, { trigger }), { trigger });
  const bytes = Buffer.byteLength(code);
  const share = `${bytes.toLocaleString("en")} of ${MAX_CODE_BYTES.toLocaleString("en")} bytes`;
  if (bytes > MAX_CODE_BYTES) {
    throw new Problem(`${out} would have ${share}: Auth0 would not take it`, {
      hint: "shorten the configuration, or use the npm package, which has no such limit",
    });
  }
  mkdirSync(path.dirname(out), { recursive: true });
  writeFileSync(out, code);
  console.log(`${out}: ${share} (${((100 * bytes) / MAX_CODE_BYTES).toFixed(1)} % of Auth0's limit)`);
  console.log(`sha256 ${createHash("sha256").update(code).digest("hex")}`);
}
