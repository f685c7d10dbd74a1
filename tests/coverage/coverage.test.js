// What real Actions do: 81 published ones as configurations, each login run through the pasted file.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { checkConfig } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { MAX_CODE_BYTES } from "claimsmith-cli/host";
import { cases } from "./cases.js";
import { fill } from "./patterns.js";
import { runLogin, startBackend } from "./run.js";

/** A secret that is shorter may stand in a configuration by chance. */
const SHORTEST_SECRET = 4;

let backend;
before(async () => {
  backend = await startBackend(cases);
});
after(() => backend.close());

test("each of them fits into an Action", () => {
  const files = cases
    .filter(({ config, trigger }) => config !== undefined && checkConfig(config, { trigger }).ok)
    .map(({ id, config = {}, trigger }) => ({
      id,
      bytes: Buffer.byteLength(bundleAction(config, { trigger })),
    }));
  const largest = files.sort((one, other) => other.bytes - one.bytes)[0];
  assert.ok(largest.bytes <= MAX_CODE_BYTES, `${largest.id}: ${largest.bytes} bytes`);
});

for (const found of cases.filter(({ config }) => config !== undefined)) {
  describe(`${found.id}: ${found.does}`, () => {
    test("the configuration is right, and holds no secret", () => {
      const { config, trigger = "post-login", secrets = {} } = found;
      assert.deepEqual(checkConfig(config, { trigger }).problems, []);
      for (const secret of Object.values(secrets).filter(({ length }) => length >= SHORTEST_SECRET)) {
        assert.ok(!JSON.stringify(config).includes(secret), secret);
      }
    });

    for (const run of found.runs) {
      test(run.name, async () => {
        const login = await runLogin(backend, found, run);
        const expected = { refused: [], ...run.expect };
        const named = namedBy(expected, login);
        const context = { now: run.now, uuids: new Map() };
        try {
          assert.deepEqual(named, await fill(expected, named, context));
        } catch (error) {
          error.message += `\nerrors of the login: ${JSON.stringify(login.report?.errors)}`;
          throw error;
        }
      });
    }
  });
}

/** What an expectation names of a login. Of requests that is a source, and of its headers each by itself. */
function namedBy(expected, login) {
  const parts = Object.entries(expected).map(([what, part]) => {
    const whole = login[what];
    if (what === "headers") {
      return [what, mapValues(part, (headers, source) => pick(whole[source] ?? {}, headers))];
    }
    return [what, ["url", "query", "sent"].includes(what) ? pick(whole, part) : whole];
  });
  return Object.fromEntries(parts);
}

const pick = (whole, names) => mapValues(names, (_, name) => whole[name]);

const mapValues = (object, map) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
