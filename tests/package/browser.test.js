// The package for a page, which has no sockets.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createApi, createEvent } from "claimsmith-cli/host";

const FILE = new URL("../../js-shim/dist/browser.mjs", import.meta.url);

test("without a fetch nothing is sent, and the login goes on", async (t) => {
  // As a page gets the module that lies beside it.
  const headers = { "content-type": "application/wasm" };
  t.mock.method(globalThis, "fetch", async (url) => new Response(readFileSync(new URL(url)), { headers }));
  const { createPostLogin } = await import(FILE.href);
  const lines = [];
  const login = createPostLogin(
    {
      sources: { profile: { url: "https://api.example.com/x", token: null, retries: 0 } },
      claims: { "https://example.com/plan": "profile.plan", "https://example.com/id": "event.user.user_id" },
    },
    { log: (line) => lines.push(line) },
  );
  const event = createEvent({ user: { user_id: "auth0|zofia" } });
  const { api, outcome } = createApi(event, { trigger: "post-login" });
  await login(event, api);
  assert.equal(outcome.idTokenClaims["https://example.com/id"], "auth0|zofia");
  assert.match(lines[0], /^claimsmith partial .*transport_failed@sources\.profile/);
});
