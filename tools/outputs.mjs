// Writes the JSON Schemas of what the commands print with --json, cli/src/outputs/NAME.schema.json, from the types in
// cli/src/outputs.js and what these are made of.
//
// usage: node tools/outputs.mjs [--check]
//
// With --check nothing is written: what differs is an error.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createGenerator } from "ts-json-schema-generator";
import { EXPECT } from "../cli/src/fixtures/schema.js";
import { OUTPUTS } from "../cli/src/outputs.js";

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = path.join(ROOT, "cli/src/outputs");

/** What the types leave open, and what it is instead. */
const REPLACED = {
  Came: () => {
    const { requests: _, ...properties } = EXPECT;
    return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
  },
  Fixture: () => ({ type: "object", description: "As `claimsmith schema --fixture` says." }),
};

for (const [name, schema] of Object.entries(generate())) update(`${name}.schema.json`, schema);

/** Types in comments are types of no program: they are written as declarations before. */
function generate() {
  const cache = path.join(ROOT, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  // Within the repository, where imports of packages find these.
  const folder = mkdtempSync(path.join(cache, "outputs-"));
  try {
    const options = {
      ...JSON.parse(readFileSync(path.join(ROOT, "tsconfig.json"), "utf8")).compilerOptions,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: folder,
      rootDir: path.join(ROOT, "cli"),
      typeRoots: [path.join(ROOT, "node_modules/@types")],
    };
    const project = path.join(folder, "tsconfig.json");
    writeFileSync(
      project,
      JSON.stringify({ compilerOptions: options, files: [path.join(ROOT, "cli/src/outputs.js")] }),
    );
    const tsc = path.join(ROOT, "node_modules/.bin/tsc");
    execFileSync(tsc, ["--project", project], { stdio: "inherit" });
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (file.endsWith(".d.ts")) importAbove(path.join(folder, file));
    }
    const declarations = path.join(folder, "tsconfig.declarations.json");
    const { outDir: _o, rootDir: _r, declaration: _d, emitDeclarationOnly: _e, ...rest } = options;
    writeFileSync(
      declarations,
      JSON.stringify({
        compilerOptions: { ...rest, noEmit: true },
        files: [path.join(folder, "src/outputs.d.ts")],
      }),
    );
    const generator = createGenerator({
      tsconfig: declarations,
      path: path.join(folder, "src/outputs.d.ts"),
      skipTypeCheck: true,
      topRef: false,
      expose: "all",
      jsDoc: "extended",
    });
    return Object.fromEntries(
      Object.keys(OUTPUTS).map((name) => [
        name,
        toDraft2020(name, generator.createSchema(`${name[0].toUpperCase()}${name.slice(1)}Output`)),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Types that are imported within a type are nothing that the generator knows. */
function importAbove(file) {
  const imports = new Map();
  const text = readFileSync(file, "utf8").replaceAll(/\bimport\("([^"]+)"\)\.(\w+)/g, (found, from, name) => {
    const alias = imports.get(found)?.alias ?? `Imported${imports.size}`;
    imports.set(found, { alias, from, name });
    return alias;
  });
  const lines = [...imports.values()].map(
    ({ alias, from, name }) => `import type { ${name} as ${alias} } from "${from}";\n`,
  );
  writeFileSync(file, lines.join("") + text);
}

/** The generator writes draft 7: definitions have another name, and those of other files one with its path. */
function toDraft2020(name, { definitions = {}, $schema: _, ...top }) {
  const replaced = Object.fromEntries(
    Object.entries(definitions).map(([key, schema]) => [key, REPLACED[key]?.() ?? schema]),
  );
  const text = JSON.stringify({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: OUTPUTS[name],
    ...top,
    ...(Object.keys(replaced).length > 0 ? { $defs: replaced } : {}),
  });
  return JSON.parse(text.replaceAll('"#/definitions/', '"#/$defs/'), (_, value) =>
    typeof value?.description === "string"
      ? { ...value, description: value.description.replaceAll(/\s*\n\s*/g, " ").trim() }
      : value,
  );
}

function update(name, schema) {
  const file = path.join(FOLDER, name);
  const wanted = format(file, JSON.stringify(schema));
  if (wanted === readOrEmpty(file)) return;
  if (!values.check) {
    mkdirSync(FOLDER, { recursive: true });
    return writeFileSync(file, wanted);
  }
  console.error(`outputs: cli/src/outputs/${name} is not what the types say; run node tools/outputs.mjs`);
  process.exitCode = 1;
}

/** As the other sources are formatted. */
function format(file, text) {
  const biome = path.join(ROOT, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${file}`], { input: text, encoding: "utf8" });
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
