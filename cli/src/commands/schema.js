/**
 * `claimsmith schema`: the JSON Schema of the configuration or of fixtures, for editors and other programs.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { FIXTURE_SCHEMA } from "../fixtures/schema.js";
import { printVerbatim } from "../terminal.js";

const require = createRequire(import.meta.url);

/** @param {import("commander").Command} program */
export function registerSchema(program) {
  program
    .command("schema")
    .description("print the JSON Schema of the configuration")
    .option("--fixture", "that of the fixtures of `claimsmith test`")
    .action(({ fixture = false }) => {
      printVerbatim(
        fixture
          ? JSON.stringify(FIXTURE_SCHEMA, null, 2)
          : readFileSync(require.resolve("claimsmith/claimsmith.schema.json"), "utf8").trimEnd(),
      );
    });
}
