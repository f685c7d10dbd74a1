// The page on the report: its tables have the fields that the engine writes and the types declare, and its example has
// them too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const page = read("docs/report.md");
const types = read("js-shim/src/index.d.ts");
const block = (language, name) =>
  new RegExp(`^\`\`\`${language} ${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)[1];

const report = JSON.parse(block("json", "report"));
const line = block("text", "line").trim();

/** The fields in the table below a heading, in its order. */
function documented(heading) {
  const [, section] = page.split(`### \`${heading}\`\n`);
  const [table] = section.split(/^#/m);
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field);
}

/** The fields of an interface, in its order. */
function declared(name) {
  const [, body] = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(types);
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, field]) => field);
}

/** The fields that the engine writes for a type, in its order. */
function written(type) {
  const source = read("crates/core/src/report.rs");
  const [, body] = new RegExp(
    `impl ${type} \\{[\\s\\S]*?fn to_json\\(&self\\) -> String \\{([\\s\\S]*?)\\n {4}\\}`,
  ).exec(source);
  return [...body.matchAll(/json\.\w+\("(\w+)"/g)].map(([, field]) => field);
}

/** What the engine calls a type, where that is another name. */
const ENGINE_NAMES = { WithoutValue: "LeftOut" };
const NAMES = ["Report", "TokenReport", "SourceReport", "ClaimsReport", "WithoutValue", "ScopesReport"];

for (const name of [...NAMES, "ReportedError"]) {
  test(`the table of \`${name}\` has the fields of the types and of the engine`, () => {
    const fields = documented(name);
    assert.ok(fields.length > 0);
    assert.deepEqual(fields, declared(name));
    if (NAMES.includes(name)) assert.deepEqual(fields, written(ENGINE_NAMES[name] ?? name));
  });
}

test("the example has every field in the engine's order", () => {
  assert.deepEqual(Object.keys(report), written("Report"));
  for (const [name, part] of [
    ["TokenReport", report.tokens.api],
    ["SourceReport", report.sources.profile],
    ["ClaimsReport", report.claims],
    ["ScopesReport", report.scopes],
  ]) {
    assert.deepEqual(Object.keys(part), written(name), name);
  }
});

test("the report after a trap has every field too", () => {
  const [, body] = /reportOfTrap = .*\(\{([\s\S]*?)\n\}\);/.exec(read("js-shim/src/report.js"));
  const fields = [...body.matchAll(/^ {2}(\w+)[:,]/gm)].map(([, field]) => field);
  assert.deepEqual(fields, written("Report"));
  const [, claims] = /claims: \{ ([^}]*) \}/.exec(body);
  assert.deepEqual(
    [...claims.matchAll(/(\w+):/g)].map(([, field]) => field),
    written("ClaimsReport"),
  );
});

test("the page has each outcome and each origin", () => {
  const words = (name) => {
    const [, body] = new RegExp(`pub enum ${name} \\{([\\s\\S]*?)\\n {4}\\}`).exec(
      read("crates/core/src/report.rs"),
    );
    return [...body.matchAll(/= "(\w+)"/g)].map(([, word]) => word);
  };
  const outcomes = [...page.split("## Outcomes")[1].matchAll(/^\| `(\w+)` \| /gm)].map(([, word]) => word);
  const [origins] = [page.split("### `TokenReport`")[1].split("### `ClaimsReport`")[0]];
  assert.deepEqual(outcomes.slice(0, words("OutcomeKind").length), words("OutcomeKind"));
  for (const word of [...words("TokenOrigin"), ...words("AnswerOrigin")]) {
    assert.ok(origins.includes(`\`${word}\`: `), word);
  }
});

test("the line is the example's, and the page has its words in their order", () => {
  const { errors, tokens, sources, claims, fingerprint, correlation_id } = report;
  const whole = (ms) => `${Math.round(ms)}ms`;
  assert.equal(
    line,
    [
      "claimsmith",
      report.outcome,
      whole(report.duration_ms),
      ...errors.map(({ code, path }) => `${code}@${path}`),
      ...Object.entries(tokens).map(
        ([name, { from, duration_ms }]) => `${name}=${from}/${whole(duration_ms)}`,
      ),
      ...Object.entries(sources).map(
        ([name, { status, duration_ms }]) => `${name}=${status}/${whole(duration_ms)}`,
      ),
      `claims=${claims.set.length}`,
      `left_out=${claims.left_out.length}:${claims.left_out.map(({ claim }) => claim).join(",")}`,
      `config=${fingerprint}`,
      `id=${correlation_id}`,
    ].join(" "),
  );
  const [, table] = page.split("## The log line");
  const rows = [...table.matchAll(/^\| `([^`…]+)…?` \|/gm)].map(([, word]) => word);
  const absent = ["would=denied", "mfa=challenge", "edited=ignored"];
  const shown = rows.filter((word) => !absent.includes(word));
  let end = 0;
  for (const word of shown) {
    const start = line.indexOf(word, end);
    assert.ok(start >= 0, word);
    end = start + word.length;
  }
});
