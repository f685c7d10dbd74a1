// Writes what JavaScript knows by the names of Rust: the types of the report and of codes in js-shim/src/index.d.ts, and
// the tables in js-shim/src/facts.js.
//
// usage: node tools/shared.mjs FACTS REPORT [--check]
//
// FACTS and REPORT are files of `claimsmith-schema --facts` and `--report`. With --check nothing is written: what differs
// is an error.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "json-schema-to-typescript";

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean" } },
  allowPositionals: true,
});
const [facts, report] = positionals.map((file) => JSON.parse(readFileSync(file, "utf8")));
const SHIM = new URL("../js-shim/src/", import.meta.url);

const BEGIN = "// Generated from Rust by ./build.sh shared, from here on.\n";
const END = "// Written by hand again.\n";

await update("index.d.ts", async (text) => {
  const types = await compile(report, "Report", {
    bannerComment: "",
    additionalProperties: false,
    format: true,
    style: { printWidth: 110 },
  });
  const [before, rest] = text.split(BEGIN);
  const [, after] = rest.split(END);
  return `${before}${BEGIN}${types}\n/** The trigger that runs an Action. */
export type Trigger = ${facts.triggers.map(({ name }) => JSON.stringify(name)).join(" | ")};

/** The kind of a warning. */
export type WarningCode = ${facts.warnings.map(({ code }) => JSON.stringify(code)).join(" | ")};

${END}${after}`;
});

await update(
  "facts.js",
  () => `// Generated from Rust by ./build.sh shared.

/** The triggers: the name, the function that the Action exports, and the function that makes it. */
export const TRIGGERS = /** @type {const} */ (${JSON.stringify(facts.triggers).replaceAll(/"(\w+)":/g, "$1:")});

/** The triggers by the function that makes a handler: what a pasted file needs of them, and no more. */
export const CREATORS = {${facts.triggers.map(({ name, create }) => `${create}: ${JSON.stringify(name)}`).join(", ")}};

/** The headers of an answer that the engine reads. */
export const RESPONSE_HEADERS = ${JSON.stringify(facts.response_headers).replaceAll(",", ", ")};

/** The parts of the engine that some plans do without; beside them each of these functions of expressions is one. */
export const PARTS = ${JSON.stringify(facts.parts).replaceAll(",", ", ")};

/** The kinds of warnings, each with what it says. */
export const WARNINGS = ${JSON.stringify(facts.warnings).replaceAll(/"(code|about)":/g, "$1:")};

/** The functions of expressions, in the order of their table. */
export const FUNCTIONS = ${JSON.stringify(facts.functions).replaceAll(",", ", ")};
`,
);

async function update(name, write) {
  const file = new URL(name, SHIM);
  const text = readOrEmpty(file);
  const wanted = format(name, await write(text));
  if (wanted === text) return;
  if (!values.check) return writeFileSync(file, wanted);
  console.error(`shared: js-shim/src/${name} is not what Rust says; run ./build.sh shared`);
  process.exitCode = 1;
}

/** As the other sources are formatted. */
function format(name, text) {
  const biome = fileURLToPath(new URL("../node_modules/.bin/biome", import.meta.url));
  return execFileSync(biome, ["format", `--stdin-file-path=js-shim/src/${name}`], {
    input: text,
    encoding: "utf8",
  });
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
