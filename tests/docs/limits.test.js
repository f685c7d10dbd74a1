// The page on limits: its figures are those of the stand-in and of the schema.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  CACHE_LIMITS,
  MAX_CLAIM_BYTES,
  MAX_CODE_BYTES,
  MAX_LOG_CHARACTERS,
  MAX_MODULE_BYTES,
} from "claimsmith-cli/host";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const page = read("docs/limits.md");
const schema = JSON.parse(read("js-shim/dist/claimsmith.schema.json"));

const rows = new Map(
  [...page.matchAll(/^\| (.+) \| (.+) \| (.+) \|$/gm)].map(([, what, bounds, rest]) => [
    what,
    { bounds, rest },
  ]),
);
const count = (number) => number.toLocaleString("en");

test("Auth0's limits are those that the stand-in keeps", () => {
  const limits = {
    "code of an Action": `${count(MAX_CODE_BYTES)} bytes`,
    "code of an Actions Module": `${count(MAX_MODULE_BYTES)} bytes`,
    "console output of one execution": `${MAX_LOG_CHARACTERS} characters`,
    "claims of one token": `${count(MAX_CLAIM_BYTES)} bytes`,
    "entries of `api.cache`": `${CACHE_LIMITS.maxEntries}`,
    "one value in `api.cache`": `${count(CACHE_LIMITS.maxValueBytes)} bytes`,
    "all of `api.cache`": `${count(CACHE_LIMITS.maxTotalBytes)} bytes`,
    "a lifetime in `api.cache`": `${CACHE_LIMITS.maxTtlMs / 3_600_000} hours`,
  };
  for (const [what, limit] of Object.entries(limits)) assert.equal(rows.get(what)?.bounds, limit, what);
});

test("Claimsmith's bounds are the schema's", () => {
  const { Token, Source, Cache, Limits } = schema.definitions;
  const keys = {
    deadline_ms: schema.properties.deadline_ms,
    "tokens.*.timeout_ms": Token.properties.timeout_ms,
    "sources.*.timeout_ms": Source.properties.timeout_ms,
    "sources.*.retries": Source.properties.retries,
    "sources.*.max_bytes": Source.properties.max_bytes,
    "sources.*.cache.ttl_s": Cache.properties.ttl_s,
    "limits.access_token_bytes": Limits.properties.access_token_bytes,
    "limits.id_token_bytes": Limits.properties.id_token_bytes,
  };
  const { minItems, maxItems } = schema.definitions.ClientSecret.anyOf[1];
  const secrets = rows.get("secrets of a client: `tokens.*.client_secret` as a list");
  assert.equal(secrets?.bounds, `${minItems} to ${maxItems}`);
  for (const [key, { minimum, maximum, default: preset }] of Object.entries(keys)) {
    const row = rows.get(`\`${key}\``);
    assert.equal(row?.bounds, `${count(minimum)} to ${count(maximum)}`, key);
    if (preset !== undefined) assert.equal(row?.rest, count(preset), key);
  }
});

test("what it says of answers and breakers is what the engine has", () => {
  const constant = (file, name) =>
    new RegExp(`const ${name}: \\w+ = ([\\d_< ]+);`).exec(read(file))?.[1].replaceAll("_", "");
  const [, entries, mebibytes] = /kept: ([\d,]+) and (\d+) MiB/.exec(page) ?? [];
  assert.equal(constant("crates/core/src/answers.rs", "MAX_ENTRIES"), entries.replaceAll(",", ""));
  assert.equal(constant("crates/core/src/answers.rs", "MAX_BYTES"), `${mebibytes} << 20`);
  const [, failures, window, first, longest] =
    /after (\d+) failures within (\d+) seconds [^,]*, for (\d+) second,[^.]* up\s+to (\d+) seconds/.exec(
      page,
    ) ?? [];
  assert.equal(constant("crates/core/src/breaker.rs", "FAILURES"), failures);
  assert.equal(constant("crates/core/src/breaker.rs", "FIRST_OPEN_MS"), `${first}000`);
  assert.equal(constant("crates/core/src/breaker.rs", "LONGEST_OPEN_MS"), `${longest}000`);
  assert.equal(constant("crates/core/src/shared_state.rs", "WINDOW_MS"), `${window}000`);
  const [, steps, ruleSteps] = /may take ([\d,]+) steps together, its rules ([\d,]+) of/.exec(page) ?? [];
  assert.equal(constant("crates/core/src/engine.rs", "LOGIN_STEPS"), steps.replaceAll(",", ""));
  assert.equal(constant("crates/core/src/rules.rs", "RULE_STEPS"), ruleSteps.replaceAll(",", ""));
  const [, record] = /at most ([\d,]+) bytes of `api.cache`/.exec(page) ?? [];
  assert.equal(constant("crates/core/src/shared_state.rs", "MAX_RECORD_BYTES"), record.replaceAll(",", ""));
});
