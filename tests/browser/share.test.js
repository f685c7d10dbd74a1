// A link that holds a case: what is in it, what is not, and how it is opened.

import assert from "node:assert/strict";
import { test } from "node:test";
import { REMOVED, readLink, toLink, toShared } from "../../cli/workbench/src/state/share.js";
import { browser, inBrowser } from "./in-browser.js";
import { openStatic, replaceText, reply, settled } from "./page.js";

const content = (config, event = {}, answers = {}) => ({
  texts: Object.fromEntries(
    Object.entries({ config, event, answers }).map(([name, value]) => [name, JSON.stringify(value)]),
  ),
  trigger: "post-login",
  faults: { profile: "answers 503" },
  rows: [{ user: "auth0|łucja", client: "", organization: "", more: "" }],
  origin: /** @type {const} */ ({ kind: "preset", name: "x" }),
});

async function roundTrip(given) {
  const { value, removed } = toShared(/** @type {any} */ (given));
  const link = await toLink(value, "https://example.com/workbench/#old");
  assert.ok(link.startsWith("https://example.com/workbench/#case="));
  const read = await readLink(new URL(link).hash);
  return { read: /** @type {any} */ (read), removed, link };
}

test("a link gives back what it was made of", async () => {
  const given = content(
    { claims: { płeć: "event.user.name" } },
    { user: { name: "Żółw" } },
    { a: [1, "😀"] },
  );
  const { read, removed } = await roundTrip(given);
  assert.deepEqual(removed, []);
  for (const [name, text] of Object.entries(given.texts)) {
    assert.deepEqual(JSON.parse(read.texts[name]), JSON.parse(text));
  }
  assert.deepEqual(read.faults, given.faults);
  assert.deepEqual(read.rows, given.rows);
  assert.deepEqual(read.origin, { kind: "link", name: "a link" });
});

test("secrets are never in a link, wherever they stand", async () => {
  const secret = "s3cr3t-value";
  const pem = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----";
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl";
  const config = {
    tokens: {
      api: {
        token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
        client_id: "{secrets.CLIENT_ID}",
        client_secret: [secret, "{secrets.NEXT}"],
        private_key: pem,
        tls: { key: secret, certificate: "{secrets.CERT}" },
      },
    },
    sources: {
      a: {
        url: `https://user:${secret}@api.example.com/`,
        headers: { "x-api-key": secret, Authorization: `Bearer ${secret}` },
      },
      b: { url: "https://b.example.com", basic: { user: secret, password: secret } },
      c: { url: "https://c.example.com", headers: { authorization: "Bearer {secrets.KEY}" } },
    },
    claims: { signed: { value: "event.user.user_id", hmac: { secret } } },
  };
  const event = { secrets: { KEY: secret }, user: { app_metadata: { refresh_token: secret } } };
  const answers = { a: { access_token: secret, nested: [{ note: `see ${jwt}` }] } };
  const given = content(config, event, answers);
  given.rows[0].more = JSON.stringify({ user: { password: secret } });
  given.texts.config = `// ${secret}\n${given.texts.config}`;
  const { read, removed } = await roundTrip(given);
  const text = JSON.stringify(read);
  for (const leaked of [secret, "MII", jwt]) assert.ok(!text.includes(leaked), leaked);
  const shared = JSON.parse(read.texts.config);
  assert.deepEqual(shared.tokens.api.client_secret, [REMOVED, "{secrets.NEXT}"]);
  assert.equal(shared.sources.c.headers.authorization, "Bearer {secrets.KEY}");
  assert.equal(shared.tokens.api.client_id, "{secrets.CLIENT_ID}");
  assert.ok(removed.includes("config.tokens.api.private_key"));
  assert.ok(removed.includes("config.claims.signed.hmac.secret"));
});

test("a link that is damaged, hostile or of another version is refused", async () => {
  assert.equal(await readLink(""), null);
  assert.equal(await readLink("#section"), null);
  await assert.rejects(readLink("#case=%%%"), /damaged/);
  await assert.rejects(readLink("#case=AAAA"), /damaged/);
  const other = await toLink({ v: 2 }, "https://example.com/");
  await assert.rejects(readLink(new URL(other).hash), /another version/);
  // A bomb: much of nothing.
  const bomb = await toLink({ v: 1, config: "0".repeat(30_000_000) }, "https://example.com/");
  await assert.rejects(readLink(new URL(bomb).hash), /damaged/);
  const odd = await toLink(
    { v: 1, trigger: "no-such", faults: [1], rows: "x", config: { __proto__: null, claims: {} } },
    "https://example.com/",
  );
  const read = await readLink(new URL(odd).hash);
  assert.equal(read?.trigger, "post-login");
  assert.deepEqual([read?.rows, read?.faults], [[], {}]);
});

inBrowser("a link is made, opened with a question, and never over a draft", async (t) => {
  const { page, context, url, errors } = await openStatic(t, browser);
  await replaceText(page, "Configuration", '{ "claims": { "shared": "event.user.name" } }');
  await settled(page);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const link = await page.getByTestId("link").inputValue();
  await page.getByText("Nothing in it looks like a secret").waitFor();
  await page.keyboard.press("Escape");
  const claim = (where, name) =>
    where
      .getByTestId("id_token")
      .locator(".claim.added")
      .filter({ hasText: `added: ${name}` });

  const other = await context.newPage();
  await other.goto(url);
  await replaceText(other, "Configuration", '{ "claims": { "mine": "event.user.name" } }');
  await claim(other, "mine").waitFor();
  await other.goto("about:blank");
  await other.goto(link);
  await claim(other, "mine").waitFor();
  await reply(other, "Leave it");
  await claim(other, "mine").waitFor();
  assert.equal(new URL(other.url()).hash, "");

  await other.goto("about:blank");
  await other.goto(link);
  await reply(other, "Open it");
  await claim(other, "shared").waitFor();
  await other.getByRole("button", { name: "Undo" }).click();
  await claim(other, "mine").waitFor();
  // In a page that is open already, which the address alone does not load anew.
  await other.goto(link);
  await reply(other, "Open it");
  await claim(other, "shared").waitFor();
  assert.deepEqual(errors, []);
});

inBrowser("a damaged link is told, and the page is there", async (t) => {
  const { page } = await openStatic(t, browser, { fragment: "#case=AAAA" });
  await page.getByText("the link is damaged: copy it anew, whole.").waitFor();
});

inBrowser("what is no JSON cannot be shared, and the page says what to mend", async (t) => {
  const { page } = await openStatic(t, browser);
  await replaceText(page, "Configuration", "{ broken");
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page
    .getByRole("dialog")
    .getByText(/config: not JSON.+mend it first/)
    .waitFor();
});
