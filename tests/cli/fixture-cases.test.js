// The 81 published Actions as fixtures: what their logins came to over real sockets, through the pasted file, they come
// to in `claimsmith test`'s engine. Prints the time and the coverage of all of them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { checkConfig } from "claimsmith";
import { measureCoverage } from "../../cli/src/fixtures/coverage.js";
import { createFixtureEngine } from "../../cli/src/fixtures/engine.js";
import { readFixtures } from "../../cli/src/fixtures/read.js";
import { runFixtures } from "../../cli/src/fixtures/run.js";
import { subjectOfConfig } from "../../cli/src/fixtures/subject.js";
import { createRedactor } from "../../cli/src/simulation/redact.js";
import { cases } from "../coverage/cases.js";
import { fill } from "../coverage/patterns.js";
import { createFolder } from "./command.js";

const OF_REQUESTS = ["url", "query", "headers", "sent"];

const totals = { logins: 0, durationMs: 0, covered: 0, items: 0 };

for (const found of cases.filter(({ config }) => config !== undefined)) {
  test(`${found.id}: ${found.does}`, async (t) => {
    const { config = {}, trigger = "post-login" } = found;
    const { secrets } = checkConfig(config, { trigger });
    const fixtures = found.runs.map((run) => toFixture(found, run, secrets));
    const folder = createFolder(t, { "tests/case.json": fixtures });
    const files = readFixtures(
      [`${folder.path}/tests/case.json`],
      subjectOfConfig({ config, secrets, trigger }),
    );
    const beganMs = performance.now();
    const results = await runFixtures(files, createFixtureEngine(config));
    totals.durationMs += performance.now() - beganMs;
    totals.logins += results.length;
    assert.equal(results.length, found.runs.length);
    for (const [index, { exact, ran }] of results.entries()) {
      const run = found.runs[index];
      const expected = { refused: [], ...inWordsOfFixtures(run.expect, run.secrets ?? found.secrets ?? {}) };
      const actual = namedBy(expected, inWordsOfCases(exact, config));
      const context = { now: run.now, uuids: new Map() };
      assert.deepEqual(actual, await fill(expected, actual, context), `${run.name}: ${ran.simulation.logs}`);
    }
    const { items } = await measureCoverage(config, files);
    totals.items += items.length;
    totals.covered += items.filter(({ isCovered }) => isCovered).length;
  });
}

after(() => {
  const { logins, durationMs, covered, items } = totals;
  const percent = Math.floor((covered / items) * 100);
  console.log(
    `${logins} logins of the published Actions in ${Math.round(durationMs)} ms; coverage ${covered} of ${items}, ${percent} %`,
  );
  assert.ok(logins >= 190, `${logins} logins`);
  assert.ok(percent >= 80, `${percent} %`);
});

function toFixture({ trigger, secrets: ofCase }, run, names) {
  const { name, with: event, answers, faults, now, secrets } = run;
  // What a run names is all that its Action has.
  const lacking = Object.fromEntries(names.map((secret) => [secret, null]));
  const given = secrets === undefined ? ofCase : { ...lacking, ...secrets };
  return JSON.parse(JSON.stringify({ name, with: event, answers, faults, now, trigger, secrets: given }));
}

/** The order of scopes says nothing, and of a secret that was sent its name is shown. */
function inWordsOfFixtures(expect, secrets) {
  const redact = createRedactor(secrets);
  return mapValues(expect, (part, what) => {
    if (what === "scopes") return mapValues(part, (scopes) => scopes.toSorted());
    const text = JSON.stringify(part);
    // Whatever is in base64 is sent as it is.
    return OF_REQUESTS.includes(what) && !text.includes("$base64_json") ? JSON.parse(redact(text)) : part;
  });
}

/** The cases list what did not happen as well, and take requests apart. */
function inWordsOfCases({ scopes, calls, requests, ...outcome }, { sources = {} }) {
  const of = (read) => mapValues(requests, read);
  return {
    ...outcome,
    scopes: { added: [], removed: [], ...scopes },
    calls: { ...mapValues(sources, () => 0), ...calls },
    url: of(({ url }) => url),
    query: of(({ url }) => pairs(new URL(url).searchParams)),
    headers: of(({ headers }) => headers),
    sent: of(({ body, headers }) =>
      headers["content-type"] === "application/x-www-form-urlencoded"
        ? pairs(new URLSearchParams(body))
        : body,
    ),
  };
}

function namedBy(expected, outcome) {
  return mapValues(expected, (part, what) => {
    if (what === "headers")
      return mapValues(part, (headers, source) => pick(outcome.headers[source] ?? {}, headers));
    return OF_REQUESTS.includes(what) ? pick(outcome[what], part) : outcome[what];
  });
}

const pick = (whole, names) => mapValues(names, (_, name) => whole[name]);

const mapValues = (object, map) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));

/** A key that stands more than once has a list. */
function pairs(all) {
  return Object.fromEntries(
    [...new Set(all.keys())].map((key) => [
      key,
      all.getAll(key).length === 1 ? all.get(key) : all.getAll(key),
    ]),
  );
}
