// The page on what the commands print for programs: its tables are the schemas' own words.
//
// WRITE_DOCS=1 writes the tables.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { OUTPUTS } from "../../cli/src/outputs.js";

const PAGE = new URL("../../docs/outputs.md", import.meta.url);
const readSchema = (name) =>
  JSON.parse(readFileSync(new URL(`../../cli/src/outputs/${name}.schema.json`, import.meta.url), "utf8"));

/** The objects that an output may be, each with the name of its type where it has one. */
function alternatives(schema, definitions, name) {
  if (schema.$ref !== undefined) {
    const type = schema.$ref.replace("#/$defs/", "");
    return alternatives(definitions[type], definitions, type);
  }
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => alternatives(one, definitions, name));
  return schema.type === "object" ? [{ name, schema }] : [];
}

function section(name) {
  const { $defs = {}, ...schema } = readSchema(name);
  // Where members are names, they say themselves what they are.
  const described = alternatives(schema, $defs).filter(({ schema: one }) =>
    Object.values(one.properties).some(({ description, $ref }) => description ?? $ref),
  );
  const tables = described.map(({ schema: one }) => {
    const rows = Object.entries(one.properties).map(([key, member]) => {
      const { description = "" } = { ...$defs[member.$ref?.replace("#/$defs/", "")], ...member };
      const mark = one.required.includes(key) ? "" : " (may be left out)";
      return `| \`${key}\`${mark} | ${description.replaceAll("|", "\\|")} |`;
    });
    const title = one.description === undefined || one === schema ? [] : [one.description, ""];
    return [...title, "| member | meaning |", "|---|---|", ...rows].join("\n");
  });
  return [`## ${name}`, `\`${OUTPUTS[name]}\``, schema.description ?? "", ...tables]
    .filter((part) => part !== "")
    .join("\n\n");
}

test("the page lists the members of each output, in the words of its schema", () => {
  const page = readFileSync(PAGE, "utf8");
  const [start] = page.split(/^## /m);
  const written = `${start}${Object.keys(OUTPUTS).map(section).join("\n\n")}\n`;
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, written);
  else assert.equal(page, written);
});
