// The page for those who operate it: every code has its row, and what it says of the file and the line is so.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkConfig, checkLive } from "claimsmith";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const page = read("docs/operate.md");

test("each code has one row for the night", () => {
  const codes = [...read("docs/errors.md").matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
  const [, night] = page.split("## At night");
  const rows = [...night.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].map(([, names]) => names);
  const named = rows.flatMap((names) => [...names.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  assert.deepEqual([...named].sort(), [...codes].sort());
});

test("what is to be written into live is taken", () => {
  const values = [...page.matchAll(/const live = (\{.*?\});/g)].map(([, text]) => text);
  assert.ok(values.length >= 4);
  const config = { claims: { plan: "event.user.app_metadata.plan" } };
  for (const text of new Set(values)) {
    const live = text === "{}" ? {} : JSON.parse(text.replace(/(\w+):/g, '"$1":'));
    assert.deepEqual(checkLive(config, live).warnings, [], text);
  }
});

test("a client secret is a list while it is rotated", () => {
  const [, list] = /"client_secret": (\[.*?\])/.exec(page) ?? [];
  const config = {
    tokens: {
      api: {
        token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
        client_id: "{secrets.CLIENT_ID}",
        client_secret: JSON.parse(list),
      },
    },
    sources: { profile: { url: "https://api.example.com/{event.user.user_id}" } },
    claims: { plan: "profile.plan" },
  };
  assert.deepEqual(checkConfig(config).problems, []);
});
