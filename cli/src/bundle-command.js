// usage: node bundle-command.js [--trigger TRIGGER] CONFIG_FILE OUTPUT_FILE

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { checkConfig } from "claimsmith";
import { bundleAction, TRIGGERS } from "./bundle.js";
import { MAX_CODE_BYTES } from "./host/index.js";

const { configFile, outputFile, trigger } = readArguments();
const config = readConfig(configFile);
const { ok, problems } = checkConfig(config, { trigger });
if (!ok) {
  for (const { path: place, code, message } of problems) {
    const [what, ...shown] = message.split("\n");
    const lines = [`${configFile}: ${place || "the configuration"}: ${what} (${code})`, ...shown];
    console.error(lines.join("\n"));
  }
  process.exit(1);
}

const code = bundleAction(config, { trigger });
const bytes = Buffer.byteLength(code);
const share = `${bytes.toLocaleString("en")} of ${MAX_CODE_BYTES.toLocaleString("en")} bytes`;
if (bytes > MAX_CODE_BYTES) {
  console.error(`${outputFile}: ${share}: Auth0 would not take it`);
  process.exit(1);
}
mkdirSync(path.dirname(outputFile), { recursive: true });
writeFileSync(outputFile, code);
console.log(`${outputFile}: ${share} (${((100 * bytes) / MAX_CODE_BYTES).toFixed(1)} % of Auth0's limit)`);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { trigger: { type: "string", default: "post-login" } },
      allowPositionals: true,
    });
    const [configFile, outputFile] = positionals;
    if (positionals.length === 2 && TRIGGERS.includes(values.trigger)) {
      return { configFile, outputFile, trigger: values.trigger };
    }
  } catch {
    // An option that is not known is wrong usage as well.
  }
  console.error("usage: node bundle-command.js [--trigger TRIGGER] CONFIG_FILE OUTPUT_FILE");
  console.error(`  TRIGGER: ${TRIGGERS.join(" or ")}`);
  process.exit(2);
}

function readConfig(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exit(1);
  }
}
