// The example with values of JavaScript, as `./build.sh example rust-locale` builds it: bindings of its own beside those of
// Claimsmith, and a type out of one of their values.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadAction, MAX_CODE_BYTES } from "claimsmith-cli/host";
import { startWorld } from "../support/world.js";

const LOCALE = "https://example.com/locale";
const code = readFileSync(new URL("../../dist/rust-locale.js", import.meta.url), "utf8");

test("the file fits in the editor", () => {
  const bytes = Buffer.byteLength(code);
  console.log(`rust-locale.js: ${bytes} of ${MAX_CODE_BYTES} bytes`);
  assert.ok(bytes < 62_600);
});

test("what JavaScript says of the login's locale is a claim", async (t) => {
  const world = await startWorld(t);
  const action = loadAction(code);
  const claimOf = async (locale) =>
    (await world.login(action, { transaction: { locale } })).after.idToken[LOCALE];
  assert.deepEqual(await claimOf("zh"), { language: "zh", script: "Hans", region: "CN" });
  assert.deepEqual(await claimOf("de-AT"), { language: "de", script: "Latn", region: "AT" });
  assert.equal(await claimOf(undefined), undefined);
});

test("what JavaScript throws is an error of the handler, and the next login has an instance", async (t) => {
  const world = await startWorld(t);
  const action = loadAction(code);
  const { logs, after } = await world.login(action, { transaction: { locale: "not a tag" } });
  assert.match(logs[0], /^claimsmith skipped \d+ms no_locale@ /);
  assert.equal(LOCALE in after.idToken, false);
  const next = await world.login(action, { transaction: { locale: "pl" } });
  assert.equal(next.after.idToken[LOCALE].region, "PL");
});
