// What continuous integration reads: annotations of GitHub, SARIF by its schema, JUnit by its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import Ajv from "ajv";
import { validateXML } from "xmllint-wasm";
import { toGitHub } from "../../cli/src/formats/github.js";
import { toJUnit } from "../../cli/src/formats/junit.js";
import { toSarif } from "../../cli/src/formats/sarif.js";
import { createFolder } from "./command.js";

const XSD = readFileSync(new URL("../vectors/junit.xsd", import.meta.url), "utf8");

const WARNED = {
  sources: { profile: { url: "https://api.example.com/users/{event.user.id}" } },
  claims: { "https://example.com/plan": "profile.plan || 'free'" },
};

const WRONG = `{
  "claims": { "https://example.com/plan, 100%": { "value": "profile..plan" } }
}
`;

/** @param {string} text */
function validateSarif(text) {
  const require = createRequire(import.meta.url);
  const main = require.resolve("@microsoft/jest-sarif");
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(readFileSync(main.replace(/index\.js$/, "schemas/sarif-2.1.0-rtm.5.json"), "utf8"));
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(schema);
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
  return JSON.parse(text);
}

/** @param {string} text */
async function validateJUnit(text) {
  const { valid, errors } = await validateXML({
    xml: [{ fileName: "report.xml", contents: text }],
    schema: [XSD],
  });
  assert.ok(valid, JSON.stringify(errors));
}

test("what GitHub would take as a command of its own is escaped", () => {
  const line = toGitHub([
    {
      level: "error",
      message: "50 %\n::set-output name=x::y\r",
      title: "a: b, c",
      file: "a,b:c.json",
      line: 3,
      column: 4,
      endColumn: 9,
    },
  ]);
  assert.equal(
    line,
    "::error file=a%2Cb%3Ac.json,line=3,col=4,endColumn=9,title=a%3A b%2C c::50 %25%0A::set-output name=x::y%0D",
  );
  assert.equal(toGitHub([{ level: "warning", message: "m" }]), "::warning::m");
});

test("JUnit is right by its schema, whatever a name or a message holds", async () => {
  const text = toJUnit('all "of" them', [
    { name: "none", cases: [] },
    {
      name: "<a> & 'b'",
      cases: [
        { name: "passes", className: "a", durationMs: 12.5 },
        { name: "\u0000\u001b[2J\ud800 ]]>", className: "a", failures: [{ message: "a\nb", type: "x" }] },
        {
          name: "breaks",
          className: "a",
          line: 7,
          errors: [{ message: "m", type: "y", details: "<p>\n&amp;" }],
          failures: [{ message: "m", type: "y" }],
        },
        { name: "waits", className: "a", skipped: "not now", output: "said \u0007" },
      ],
    },
  ]);
  await validateJUnit(text);
  assert.match(
    text,
    /<testsuites name="all &quot;of&quot; them" tests="4" failures="1" errors="1" time="0\.013">/,
  );
  // What is wrong is told as wrong.
  await assert.rejects(validateJUnit(text.replace('classname="a" ', "")));
});

test("SARIF is right by its schema", () => {
  const log = validateSarif(
    toSarif({
      version: "1.2.3",
      rules: [
        { id: "a", description: "A.", help: "See there." },
        { id: "unused", description: "U." },
      ],
      findings: [
        {
          ruleId: "a",
          level: "warning",
          message: "m",
          file: "a b/c#d.json",
          line: 2,
          column: 3,
          length: 4,
          path: "p",
        },
        { ruleId: "b", level: "error", message: "m", file: "/elsewhere/x.json" },
      ],
    }),
  );
  const [{ results, tool }] = log.runs;
  assert.deepEqual(
    tool.driver.rules.map(({ id }) => id),
    ["a"],
  );
  assert.equal(results[0].locations[0].physicalLocation.artifactLocation.uri, "a%20b/c%23d.json");
  assert.deepEqual(results[0].locations[0].physicalLocation.region, {
    startLine: 2,
    startColumn: 3,
    endColumn: 7,
  });
  assert.equal(results[1].locations[0].physicalLocation.artifactLocation.uri, "file:///elsewhere/x.json");
  assert.throws(() => validateSarif(JSON.stringify({ ...log, version: "2.0" })));
});

test("check writes each format, with the places of what it found", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": WARNED, "wrong.json": WRONG });
  const run = (...args) => folder.run("check", "claimsmith.json", "wrong.json", ...args);

  const github = await run("--format", "github");
  assert.equal(github.status, 1);
  const [first, second, third] = github.stdout.trimEnd().split("\n");
  assert.match(
    first,
    /^::warning file=claimsmith\.json,line=1,col=73,endColumn=73,title=event_member_unknown::sources\.profile\.url: `event\.user\.id` is always null: no event has this member\. Write `event\.user\.user_id`$/,
  );
  assert.match(second, /^::warning .*title=fallback_unused::/);
  assert.match(
    third,
    /^::error file=wrong\.json,line=2,.*title=expression_invalid::claims\["https:\/\/example\.com\/plan, 100%25"\]\.value: /,
  );

  const sarif = await run("--format", "sarif");
  assert.equal(sarif.status, 1);
  const [{ results, tool }] = validateSarif(sarif.stdout).runs;
  assert.deepEqual(
    results.map(({ ruleId, level }) => [ruleId, level]),
    [
      ["event_member_unknown", "warning"],
      ["fallback_unused", "warning"],
      ["expression_invalid", "error"],
    ],
  );
  assert.equal(tool.driver.name, "claimsmith");

  const junit = await run("--format", "junit", "--strict");
  assert.equal(junit.status, 1);
  await validateJUnit(junit.stdout);
  assert.match(junit.stdout, /<testsuite name="claimsmith\.json" tests="2" failures="2"/);
  assert.match(junit.stdout, /<testsuite name="wrong\.json" tests="1" failures="1"/);
});

test("the formats of what is right say nothing, or that it is right", async (t) => {
  const folder = createFolder(t, {
    "claimsmith.json": { claims: { "https://example.com/x": "event.user.name" } },
  });
  const github = await folder.run("check", "--format", "github");
  assert.deepEqual([github.status, github.stdout, github.stderr], [0, "", ""]);
  const sarif = await folder.run("check", "--format", "sarif");
  assert.deepEqual([sarif.status, validateSarif(sarif.stdout).runs[0].results], [0, []]);
  const junit = await folder.run("check", "--format", "junit");
  assert.equal(junit.status, 0);
  await validateJUnit(junit.stdout);
  assert.match(junit.stdout, /tests="1" failures="0"/);
});
