// What users carry, in bytes: measured, kept in size.json with a budget each, and explained where it grew.
//
// usage: node size.js     after `./build.sh bundle`; writes size.json, but for the budgets, which are set by hand

import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compilePlan } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { engineOf } from "../cli/src/pasted-engine.js";

const ROOT = new URL("../", import.meta.url);
const RECORD = new URL("size.json", ROOT);
const PASTED = new URL("target/glue/pasted/", ROOT);
const PACKAGE = new URL("js-shim/dist/", ROOT);

/** The part that Auth0 limits. */
export const PASTED_FILE = "pasted file, with the example's configuration";

/** What others would write: one claim of the event; and a claim of a backend that wants a token. */
const MINIMAL = { claims: { "https://example.com/name": "event.user.name" } };
const WITH_SOURCE = {
  tokens: {
    api: {
      token_url: "https://tenant.example.com/oauth/token",
      client_id: "{secrets.CLIENT_ID}",
      client_secret: "{secrets.CLIENT_SECRET}",
      audience: "https://api.example.com",
    },
  },
  sources: { profile: { url: "https://api.example.com/users/{event.user.user_id}", token: "api" } },
  claims: { "https://example.com/plan": "profile.plan" },
};

/** The engine and the shim as the file of a configuration has them. */
const engineBytes = (config) => Buffer.byteLength(engineOf([...compilePlan(config).parts, "written"]).code);

/** Functions of fewer bytes than this are one entry together. */
const SMALL_BYTES = 150;
const SMALL = `functions below ${SMALL_BYTES} bytes, together`;

/** Generic functions have names of hundreds of characters. */
const MAX_NAME_CHARACTERS = 120;

const bytesOf = (name, folder) => statSync(new URL(name, folder)).size;
const readJson = (name, folder) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

/**
 * @typedef {Record<string, { bytes: number, budget: number }>} Parts
 * @typedef {Record<string, number>} Functions bytes of code by name
 */

/** What was committed. @returns {{ parts: Parts, functions: Functions }} */
export const readRecord = () => readJson("size.json", ROOT);

/**
 * What was built, and why its sizes are not those of what is released; null where they are.
 *
 * @returns {{ bytes: Record<string, number>, functions: Functions, unlikeRelease: string | null }}
 */
export function measureSizes() {
  const { functions, unlikeRelease = null } = readJson("functions.json", PASTED);
  const example = readJson("examples/plan-and-roles/claimsmith.json", ROOT);
  const pasted = bytesOf("pasted.js", PACKAGE);
  return {
    unlikeRelease,
    functions: largest(functions),
    bytes: {
      [PASTED_FILE]: Buffer.byteLength(bundleAction(example)),
      "pasted file: engine and shim, for one claim of the event": engineBytes(MINIMAL),
      "pasted file: engine and shim, for a source with a token": engineBytes(WITH_SOURCE),
      "pasted file: engine and shim, for the example": engineBytes(example),
      "pasted file: engine and shim, whole": pasted,
      "pasted file: WebAssembly": bytesOf("claimsmith.wasm", PASTED),
      "pasted file: WebAssembly, compressed": bytesOf("claimsmith.wasm.br", PASTED),
      "pasted file: JavaScript": pasted - bytesOf("claimsmith.wasm.txt", PASTED),
      "modules: engine and shim": bytesOf("modules.js", PACKAGE),
      "package: WebAssembly": bytesOf("claimsmith.wasm", PACKAGE),
      "package: JavaScript": bytesOf("index.cjs", PACKAGE),
    },
  };
}

/** @param {[name: string, bytes: number][]} functions */
function largest(functions) {
  const totals = { [SMALL]: 0 };
  for (const [name, bytes] of functions) {
    const key = bytes < SMALL_BYTES ? SMALL : shortened(name);
    totals[key] = (totals[key] ?? 0) + bytes;
  }
  return totals;
}

function shortened(name) {
  return name.length > MAX_NAME_CHARACTERS ? `${name.slice(0, MAX_NAME_CHARACTERS)}…` : name;
}

/**
 * The parts over their budget, one a line, and the functions that have grown since the record was made; empty
 * where all is within.
 *
 * @param {{ bytes: Record<string, number>, functions: Functions }} measured
 * @param {{ parts: Parts, functions: Functions }} record
 * @returns {string}
 */
export function explainExcess({ bytes, functions }, record) {
  const excess = Object.entries(record.parts)
    .filter(([part, { budget }]) => bytes[part] > budget)
    .map(([part, { budget }]) => `${part}: ${bytes[part]} bytes, budget ${budget}`);
  if (excess.length === 0) return "";
  const grown = Object.entries(functions)
    .map(([name, size]) => ({ name, size, growth: size - (record.functions[name] ?? 0) }))
    .filter(({ growth }) => growth > 0)
    .sort((left, right) => right.growth - left.growth)
    .map(({ name, size, growth }) => `  +${growth} to ${size}: ${name}`);
  return [...excess, "functions that grew:", ...grown].join("\n");
}

function writeRecord({ bytes, functions }) {
  const before = readRecord();
  const parts = Object.entries(bytes).map(([part, size]) => [
    part,
    { bytes: size, budget: before.parts[part].budget },
  ]);
  const record = { parts: Object.fromEntries(parts), functions };
  writeFileSync(RECORD, `${JSON.stringify(record, null, 2)}\n`);
}

if (path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const measured = measureSizes();
  const { parts } = readRecord();
  for (const [part, { budget }] of Object.entries(parts)) {
    console.log(`${String(measured.bytes[part]).padStart(8)} of ${String(budget).padStart(7)}  ${part}`);
  }
  console.log(explainExcess(measured, readRecord()));
  if (measured.unlikeRelease !== null) {
    console.error(`size.json stays as it is: ${measured.unlikeRelease}`);
    process.exit(1);
  }
  writeRecord(measured);
}
