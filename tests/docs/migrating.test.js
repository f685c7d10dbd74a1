// The page on moving: what stands before and what stands after make the same tokens.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { loadAction } from "claimsmith-cli/host";
import { startWorld } from "../support/world.js";

const page = readFileSync(new URL("../../docs/migrating.md", import.meta.url), "utf8");
const block = (language) => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)?.[1] ?? "";
/** On a machine without certificates. */
const overHttp = (text) =>
  text.replaceAll("https://${", "http://${").replaceAll("https://{secrets", "http://{secrets");

test("both Actions make the same tokens of the same user", async (t) => {
  const world = await startWorld(t);
  const tokens = [];
  for (const code of [overHttp(block("js")), bundleAction(JSON.parse(overHttp(block("json"))))]) {
    const { after } = await world.login(loadAction(code));
    const { iat: _iat, exp: _exp, ...idToken } = after.idToken;
    const { iat, exp, ...accessToken } = after.accessToken;
    tokens.push({ idToken, accessToken });
  }
  const [before, after] = tokens;
  assert.equal(before.accessToken["https://example.com/plan"], "gold");
  assert.deepEqual(after, before);
});
