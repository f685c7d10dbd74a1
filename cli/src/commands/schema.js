/**
 * `claimsmith schema`: the JSON Schema of the configuration, of fixtures or of what a command prints, for editors and other
 * programs.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Option } from "commander";
import { FIXTURE_SCHEMA } from "../fixtures/schema.js";
import { OUTPUTS } from "../outputs.js";
import { printVerbatim } from "../terminal.js";

const require = createRequire(import.meta.url);

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("schema")
    .description("print the JSON Schema of the configuration")
    .addOption(new Option("--fixture", "that of the fixtures of `claimsmith test`").conflicts("output"))
    .addOption(
      new Option("--output <name>", "that of what a command prints with --json").choices(
        Object.keys(OUTPUTS),
      ),
    )
    .action((options) => printVerbatim(schemaOf(options)));
}

function schemaOf({ fixture = false, output }) {
  if (fixture) return JSON.stringify(FIXTURE_SCHEMA, null, 2);
  const file =
    output === undefined
      ? require.resolve("claimsmith/claimsmith.schema.json")
      : new URL(`../outputs/${output}.schema.json`, import.meta.url);
  return readFileSync(file, "utf8").trimEnd();
}
