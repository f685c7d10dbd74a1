// usage: node bundle-command.js CONFIG_FILE OUTPUT_FILE

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkConfig } from "claimsmith";
import { bundleAction } from "./bundle.js";
import { MAX_CODE_BYTES } from "./host/index.js";

const [configFile, outputFile] = process.argv.slice(2);
if (!configFile || !outputFile) {
  console.error("usage: node bundle-command.js CONFIG_FILE OUTPUT_FILE");
  process.exit(2);
}

const config = readConfig(configFile);
const { ok, problems } = checkConfig(config);
if (!ok) {
  for (const { path: place, code, message } of problems) {
    console.error(`${configFile}: ${place || "the configuration"}: ${message} (${code})`);
  }
  process.exit(1);
}

const code = bundleAction(config);
const bytes = Buffer.byteLength(code);
const share = `${bytes.toLocaleString("en")} of ${MAX_CODE_BYTES.toLocaleString("en")} bytes`;
if (bytes > MAX_CODE_BYTES) {
  console.error(`${outputFile}: ${share}: Auth0 would not take it`);
  process.exit(1);
}
mkdirSync(path.dirname(outputFile), { recursive: true });
writeFileSync(outputFile, code);
console.log(`${outputFile}: ${share} (${((100 * bytes) / MAX_CODE_BYTES).toFixed(1)} % of Auth0's limit)`);

function readConfig(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exit(1);
  }
}
