import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkConfig } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { loadAction } from "claimsmith-cli/host";
import { startWorld } from "./support/world.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (language) => readme.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "m"))[1];

test("the README's configuration is the example's, and makes the tokens that the README shows", async (t) => {
  const example = new URL("../examples/plan-and-roles/claimsmith.json", import.meta.url);
  const config = JSON.parse(block("json"));
  assert.deepEqual(config, JSON.parse(readFileSync(example, "utf8")));

  const world = await startWorld(t);
  const overHttp = JSON.parse(JSON.stringify(config).replaceAll("https://{secrets", "http://{secrets"));
  const { before, after } = await world.login(loadAction(bundleAction(overHttp)));
  const gained = (token) =>
    Object.fromEntries(Object.entries(after[token]).filter(([name]) => !(name in before[token])));
  const [idToken, accessToken] = block("jsonc")
    .split(/^\/\/.*$/m)
    .filter((text) => text.trim())
    .map((text) => JSON.parse(text));
  assert.deepEqual(gained("idToken"), idToken);
  assert.deepEqual(gained("accessToken"), accessToken);
});

test("every further configuration of the README is right together with the first", () => {
  const [first, ...further] = [...readme.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) =>
    JSON.parse(text),
  );
  assert.ok(further.length > 0);
  for (const config of further) assert.deepEqual(checkConfig({ ...first, ...config }).problems, []);
});
