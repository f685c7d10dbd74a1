// The page on coverage: its counts and its list are those of the cases, which `tests/coverage` runs.
//
// WRITE_DOCS=1 writes the page.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { cases } from "../coverage/cases.js";

const PAGE = new URL("../../docs/coverage.md", import.meta.url);

const VERDICTS = ["full", "partly", "not"];

test("the page is that of the cases", () => {
  const page = writePage();
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page);
});

test("what is not done in full has its reason, and what is has none", () => {
  for (const { id, verdict, why, config, runs } of cases) {
    assert.ok(VERDICTS.includes(verdict), id);
    assert.equal(why !== undefined, verdict !== "full", id);
    assert.equal(config !== undefined && runs.length > 0, verdict !== "not", id);
  }
});

test("74 of the 81 are done in full", () => {
  const count = countOf("full");
  console.log(VERDICTS.map((verdict) => `${verdict} ${countOf(verdict)}`).join(", "));
  assert.equal(cases.length, 81);
  assert.ok(count >= 74, `${count}`);
});

function countOf(verdict) {
  return cases.filter((found) => found.verdict === verdict).length;
}

function writePage() {
  const others = cases.filter(({ verdict }) => verdict !== "full");
  return `# What real Actions do

${cases.length} published Actions and Rules that enrich tokens, write metadata or decide a login, each reduced to what it does.
${cases.length - countOf("not")} are written as a configuration, wholly or in part. The tests run every one of these, with its logins and what must come
of them, through the file that is pasted. The configurations are in [\`tests/coverage/cases\`](../tests/coverage/cases), and good to copy from.

| done | cases |
|---|---|
| in full | ${countOf("full")} |
| in part | ${countOf("partly")} |
| not | ${countOf("not")} |

## What is left out, and why

| what | why |
|---|---|
| redirects and prompts during the login | the login would leave the Action and come back: that is an application's work, with state of its own |
| databases and npm packages | an Action of one file carries no drivers, and a connection for each instance exhausts a database; put an API before it |
| a host made of the event or of an answer | whoever can write there could send your secrets to a server of theirs; a host takes secrets only, and a source with \`when\` for each host serves a list of them |
| regular expressions | some take exponential time on text that a user chose; \`trim(text, letters) == ''\`, \`starts_with\`, \`split\` and \`in_cidr\` serve most |
| MD5 and SHA-1 | broken for whatever needs a hash; SHA-256 is there, as \`sha256\` and \`hmac\` |
| encryption of values | a token that is signed and sent by TLS needs it seldom, and a key in an Action is read by everyone who may edit it; let the API encrypt |
| settings of a SAML response (audience, recipient, lifetime, certificates) | they belong to the application's SAML settings in Auth0, not to what is known of a user |

## Not in full

| case | what it does | |
|---|---|---|
${others.map(({ id, does, verdict, why }) => `| ${link(id)} | ${does} | ${verdict}: ${why} |`).join("\n")}

## All

| case | what it does | |
|---|---|---|
${cases.map(({ id, does, verdict }) => `| ${link(id)} | ${does} | ${verdict} |`).join("\n")}
`;
}

function link(id) {
  return `[${id}](../tests/coverage/cases/${id}.json)`;
}
