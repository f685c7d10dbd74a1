/**
 * `claimsmith schema`: the JSON Schema of the configuration, for editors and other programs.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** @param {import("commander").Command} program */
export function registerSchema(program) {
  program
    .command("schema")
    .description("print the JSON Schema of the configuration")
    .action(() => {
      process.stdout.write(readFileSync(require.resolve("claimsmith/claimsmith.schema.json"), "utf8"));
    });
}
