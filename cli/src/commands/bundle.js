/**
 * `claimsmith bundle`: a configuration and the engine as code, ready to paste.
 */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Option } from "commander";
import pc from "picocolors";
import { bundleAction, bundleModule, MODULE_NAME } from "../bundle.js";
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
    .option(
      "-o, --out <place>",
      "the file, or with --format module the folder, to write (action.js, or dist)",
    )
    .addOption(
      new Option("--format <format>", "one file, or the engine as an Actions Module with a small Action")
        .choices(["action", "module"])
        .default("action"),
    )
    .option("--module-name <name>", "what the module is called in the tenant", MODULE_NAME)
    .option("--json", "print the result for programs")
    .addOption(triggerOption())
    .action(bundle);
}

function bundle(configFile, options) {
  const { trigger, format, json } = options;
  const config = readConfigFile(configFile, { trigger });
  const files = format === "action" ? oneFile(config, options) : twoFiles(config, options);
  for (const { file, code } of files) checkSize(file, code);
  const written = files.map(({ file, code }) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
    const sha256 = createHash("sha256").update(code).digest("hex");
    return { file, bytes: Buffer.byteLength(code), limitBytes: MAX_CODE_BYTES, sha256 };
  });
  if (json) return console.log(JSON.stringify({ files: written }, null, 2));
  for (const { file, bytes, sha256 } of written) {
    const share = ((100 * bytes) / MAX_CODE_BYTES).toFixed(1);
    console.log(
      `${pc.bold(file)}: ${count(bytes)} of ${count(MAX_CODE_BYTES)} bytes (${share} % of Auth0's limit)`,
    );
    console.log(pc.dim(`sha256 ${sha256}`));
  }
}

function oneFile(config, { trigger, out = "action.js" }) {
  return [{ file: out, code: bundleAction(config, { trigger }) }];
}

function twoFiles(config, { trigger, moduleName, out = "dist" }) {
  const { module, action } = bundleModule(config, { trigger, name: moduleName });
  return [
    { file: path.join(out, "module.js"), code: module },
    { file: path.join(out, "action.js"), code: action },
  ];
}

function checkSize(file, code) {
  const bytes = Buffer.byteLength(code);
  if (bytes <= MAX_CODE_BYTES) return;
  throw new Problem(
    `${file} would have ${count(bytes)} of ${count(MAX_CODE_BYTES)} bytes: Auth0 would not take it`,
    {
      hint: "shorten the configuration, use --format module, or the npm package, which has no such limit",
    },
  );
}

function count(number) {
  return number.toLocaleString("en");
}
