// Where secrets go: into requests, and nowhere else. They are planted, everything is made to fail, and all that can be
// seen is searched.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { checkConfig, createPostLogin } from "claimsmith";
import { createApi, createCache, createEvent } from "claimsmith-cli/host";

const SECRETS = {
  HOST: "planted-host.example",
  CLIENT_ID: "planted-client-id-1",
  CLIENT_SECRET: "planted-client-secret-2",
  API_KEY: "planted-api-key-3",
  QUERY: "planted-query-4",
  BODY: "planted-body-5",
};
const TOKEN = "planted-token-6";
const ANSWER = "planted-answer-7";

const CONFIG = {
  deadline_ms: 1_000,
  tokens: {
    api: {
      token_url: "https://{secrets.HOST}/oauth/token",
      client_id: "{secrets.CLIENT_ID}",
      client_secret: "{secrets.CLIENT_SECRET}",
      timeout_ms: 200,
    },
  },
  sources: {
    profile: {
      url: "https://{secrets.HOST}/users/{event.user.user_id}?key={secrets.QUERY}",
      headers: { "x-api-key": "{secrets.API_KEY}" },
      method: "POST",
      body: { key: "{secrets.BODY}" },
      timeout_ms: 200,
      retries: 0,
    },
  },
  claims: { plan: { value: "profile.plan", type: "string" }, broken: "abs(profile.plan)" },
};

const json = (body, init) => Response.json(body, init);
const token = () => json({ access_token: TOKEN, token_type: "Bearer", expires_in: 3600 });

/** What the token endpoint and the backend answer, by what goes wrong. */
const WORLDS = {
  "all is well": [token, () => json({ plan: "gold" })],
  "a value of the wrong type": [token, () => json({ plan: { text: ANSWER } })],
  "an error that repeats the request": [
    token,
    (request) => json({ error: `${ANSWER} ${request}` }, { status: 400 }),
  ],
  "HTML that repeats the request": [token, (request) => new Response(`<p>${ANSWER} ${request}`)],
  "a token endpoint that repeats the request": [
    (request) =>
      json({ error: "invalid_client", error_description: `${ANSWER} ${request}` }, { status: 401 }),
    () => json({}),
  ],
  "a token endpoint that answers something else": [
    (request) => json({ access_token: { nested: request } }),
    () => json({}),
  ],
  "an exception that repeats the request": [
    token,
    (request) => {
      throw new TypeError(`fetch failed: ${request}`, { cause: new Error(request) });
    },
  ],
  "an exception of the token call": [
    (request) => {
      throw Object.assign(new Error(request), { name: request });
    },
    () => json({}),
  ],
  silence: [token, () => new Promise(() => {})],
};

for (const [name, [answerToken, answerSource]] of Object.entries(WORLDS)) {
  test(`nothing that a login shows holds a secret, a token or an answer: ${name}`, async (t) => {
    const lines = [];
    const reports = [];
    const requests = [];
    t.mock.method(console, "log", (...args) => lines.push(inspect(args)));
    const fetch = async (url, init) => {
      const request = `${url} ${init.body} ${inspect([...new Headers(init.headers)])}`;
      requests.push(request);
      return url.includes("/oauth/token") ? answerToken(request) : answerSource(request);
    };
    const handler = createPostLogin(CONFIG, { fetch, onReport: (report) => reports.push(report) });
    const event = createEvent({ secrets: SECRETS });
    const { api, outcome } = createApi(event, { cache: createCache() });
    await handler(event, api);

    // The secrets were at work, or the search below would mean nothing.
    assert.ok(requests.some((request) => request.includes(SECRETS.CLIENT_SECRET)));
    assert.equal(reports.length, 1);
    assert.equal(lines.length, 1);
    const visible = JSON.stringify([lines, reports, outcome]);
    for (const planted of [...Object.values(SECRETS), TOKEN, ANSWER]) {
      assert.ok(!visible.includes(planted), `${planted} is in ${visible}`);
    }
  });
}

test("api.cache holds the token, and no secret besides", async () => {
  const cache = createCache();
  const fetch = async (url) => (url.includes("/oauth/token") ? token() : json({ plan: ANSWER }));
  const event = createEvent({ secrets: SECRETS });
  await createPostLogin(CONFIG, { fetch, log: false })(event, createApi(event, { cache }).api);
  const held = JSON.stringify(cache.entries());
  assert.ok(held.includes(TOKEN));
  for (const planted of [...Object.values(SECRETS), ANSWER]) assert.ok(!held.includes(planted), planted);
});

test("a secret cannot be named in an expression, and a host cannot come from the login", () => {
  const problemsOf = (change) => {
    const config = structuredClone(CONFIG);
    change(config);
    return checkConfig(config).problems.map(({ path }) => path);
  };
  const wrong = {
    "claims.plan": (config) => {
      config.claims.plan = "secrets.API_KEY";
    },
    "sources.profile.when": (config) => {
      config.sources.profile.when = "secrets.API_KEY == 'x'";
    },
    "deny[0].when": (config) => {
      config.deny = [{ when: "secrets.API_KEY", reason: "no" }];
    },
    "sources.profile.url": (config) => {
      config.sources.profile.url = "https://{event.user.name}.example/";
    },
    "tokens.api.token_url": (config) => {
      config.tokens.api.token_url = "https://{event.user.name}.example/";
    },
  };
  for (const [path, change] of Object.entries(wrong)) assert.deepEqual(problemsOf(change), [path]);
});
