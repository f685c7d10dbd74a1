// Marked secrets in every place that takes one, servers that fail in every way and hand back what they were sent,
// and a search for the marks in all that comes out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { bundleAction } from "claimsmith-cli/bundle";
import { createCache, loadAction } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, requirePackage, startWorld } from "../support/world.js";

/** Where the report can be had it goes to the log, to be searched with it. */
const TELL = "log: console.log, onReport: (report) => console.log(JSON.stringify(report))";

const DEPLOYMENTS = {
  "pasted file": (config) => loadAction(bundleAction(config, { isFast: true })),
  package: (config) => requirePackage(config, `{ ${TELL} }`),
  "package with fetch": (config) => requirePackage(config, `{ ${TELL}, fetch }`),
};

const CLIENT = { clientId: "markedClientId31", clientSecret: "markedClientSecret58" };

/** The marks are plain words, which a message could repeat without a second thought. */
const SECRETS = {
  API_KEY: "markedApiKey27",
  QUERY_KEY: "markedQueryKey64",
  BODY_KEY: "markedBodyKey90",
  PATH_KEY: "markedPathKey73",
  FIELD_KEY: "markedFieldKey45",
  FORM_KEY: "markedFormKey82",
  TEXT_KEY: "markedTextKey19",
  VARIABLE_KEY: "markedVariableKey36",
  BASIC_USER: "markedBasicUser51",
  BASIC_PASSWORD: "markedBasicPassword67",
  HMAC_KEY: "markedHmacKey38",
  JWT_KEY: "markedJwtKey71",
  NUMBER_KEY: "markedNumberKey94",
  NEXT_CLIENT_SECRET: "markedNextSecret12",
};

/**
 * Secrets of every kind of place: form or Basic header, path, query, header, each kind of body; keys that are unfit, and a
 * setting that does not read as its type.
 */
function createMarkedConfig(clientAuth) {
  return createConfig((config) => {
    const { tokens, sources, claims } = config;
    config.settings = { most: { value: "{secrets.NUMBER_KEY}", type: "number" } };
    config.values = {
      code: { value: "event.user.user_id", hmac: { secret: "{secrets.HMAC_KEY}", secret_encoding: "hex" } },
      signed: { value: "event.user.user_id", hmac: { secret: "{secrets.HMAC_KEY}" } },
    };
    claims["https://example.com/most"] = "settings.most";
    claims["https://example.com/code"] = "values.code";
    claims["https://example.com/signed"] = "values.signed";
    claims["https://example.com/token"] = {
      value: "{ sub: event.user.user_id }",
      jwt: { secret: "{secrets.JWT_KEY}" },
    };
    tokens.api.client_auth = clientAuth;
    tokens.api.client_secret = [tokens.api.client_secret, "{secrets.NEXT_CLIENT_SECRET}"];
    tokens.api.parameters = { key: "{secrets.BODY_KEY}" };
    sources.profile = {
      url: "http://{secrets.API_DOMAIN}/{secrets.PATH_KEY}/users?key={secrets.QUERY_KEY}",
      method: "POST",
      headers: { "x-api-key": "{secrets.API_KEY}" },
      body: { key: "{secrets.BODY_KEY}" },
      timeout_ms: 100,
      max_bytes: 4096,
    };
    const plain = {
      url: "http://{secrets.API_DOMAIN}/other",
      query: { key: ["{secrets.FIELD_KEY}", "a"] },
      basic: { user: "{secrets.BASIC_USER}", password: "{secrets.BASIC_PASSWORD}" },
      ok_status: [400],
      timeout_ms: 100,
      max_bytes: 4096,
    };
    sources.fields = { ...plain, method: "PUT", form: { key: "{secrets.FORM_KEY}" } };
    sources.text = { ...plain, method: "PATCH", text: "<{secrets.TEXT_KEY}>", answer: "text" };
    const variables = { "key?": ["{secrets.VARIABLE_KEY}"] };
    sources.account = { ...plain, graphql: { query: "query($key: [ID]) { a(key: $key) }", variables } };
    tokens.api.timeout_ms = 100;
    claims["https://example.com/fields"] = { value: "fields.level", type: "integer" };
    claims["https://example.com/text"] = { value: "text", type: "integer" };
    claims["https://example.com/account"] = { value: "account", type: "integer" };
    claims["https://example.com/level"] = { value: "profile.level", type: "integer" };
    claims["https://example.com/lower"] = "lower(profile.level)";
  });
}

/** What a server does. Where it answers, it sends back all that it was sent. */
const FAULTS = {
  "closes the connection": faults.down,
  "never answers": faults.silent,
  "sends 1 MB": faults.large(1_000_000),
  "redirects to what it was sent": async (req, res) => {
    res.writeHead(302, { location: `http://127.0.0.1:1/?${new URLSearchParams(await sent(req))}` }).end();
    return true;
  },
  "names what it was sent as the error": reflect(400, (text, word) => ({
    error: word,
    error_description: text,
  })),
  "refuses with what it was sent": reflect(401, (text) => ({ error: text })),
  "forbids with what it was sent": reflect(403, (text) => text),
  "fails with what it was sent": reflect(500, (text) => text),
  "is away with what it was sent": reflect(503, (text) => text),
  "answers what it was sent as another type": reflect(200, (text) => ({ level: text, token_type: text })),
  "answers what it was sent as text": reflect(200, (text) => `<${text}>`, "text/html"),
};

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const clientAuth of ["client_secret_post", "client_secret_basic"]) {
    for (const part of ["backend", "oauthServer"]) {
      test(`${name}, ${clientAuth}: no output holds a secret, however the ${part} fails`, async (t) => {
        const world = await startWorld(t, { clients: [CLIENT] });
        for (const [fault, answer] of Object.entries(FAULTS)) {
          world[part].setFault(answer);
          const cache = createCache();
          const action = deploy(createMarkedConfig(clientAuth));
          const { logs, outcome } = await world.login(action, { secrets: SECRETS, cache });
          assert.match(logs[0], /secret_invalid@settings\.most/, fault);
          assert.match(logs[0], /\w+@(sources\.\w+|tokens\.api|claims\[)/, fault);

          const output = inspect([logs, outcome, action.strayLogs], { depth: null, maxStringLength: null });
          assert.deepEqual(marksIn(output, world), [], fault);
          const kept = JSON.stringify(cache.entries());
          assert.deepEqual(marksIn(kept.replace(/eyJ[\w.-]+/g, "the token"), world), [], fault);
        }
        // The secrets were at work, or the search would mean nothing.
        assert.notEqual(world.calls().token, 0);
        const seen = JSON.stringify(world.backend.calls);
        for (const { rawQuery, method } of world.backend.calls) {
          if (["PUT", "PATCH"].includes(method ?? "")) assert.match(rawQuery, /key=markedFieldKey45&key=a/);
        }
        assert.match(seen, /"method":"PATCH"/);
      });
    }
  }
}

test("the marks are found where they are", async (t) => {
  const world = await startWorld(t, { clients: [CLIENT] });
  const basic = Buffer.from(`${CLIENT.clientId}:${CLIENT.clientSecret}`).toString("base64");
  assert.deepEqual(marksIn(`x${basic}y`, world), [basic]);
  assert.deepEqual(marksIn(encodeURIComponent(`=${SECRETS.API_KEY}`), world), [SECRETS.API_KEY]);
  assert.deepEqual(marksIn("eyJhbGciOiJSUzI1NiJ9", world), ["eyJ"]);
});

/** All secrets, in the forms in which they travel, and the beginning of any JWT. */
function marksIn(output, { oauthServer, backend }) {
  const values = [...Object.values(SECRETS), CLIENT.clientId, CLIENT.clientSecret];
  const pairs = [
    [CLIENT.clientId, CLIENT.clientSecret],
    [SECRETS.BASIC_USER, SECRETS.BASIC_PASSWORD],
  ];
  const basic = pairs.map((pair) => Buffer.from(pair.join(":")).toString("base64"));
  const encoded = values.map((value) => Buffer.from(value).toString("base64"));
  const marks = [...values, ...encoded, ...basic, "eyJ", oauthServer.domain, backend.domain];
  return marks.filter((mark) => output.includes(mark));
}

/** All that a request carries, as fields. */
async function sent(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const { authorization = "", "x-api-key": key = "" } = req.headers;
  return { url: req.url, authorization, key, body: Buffer.concat(chunks).toString("utf8") };
}

/** Answers with a body that is made of all that was sent, and of its one secret that is a word. */
function reflect(status, bodyOf, type = "application/json") {
  return async (req, res) => {
    const { url, authorization, key, body } = await sent(req);
    const word = key || CLIENT.clientSecret;
    res.writeHead(status, { "content-type": type, "x-request": `${url} ${authorization} ${key}` });
    const answer = bodyOf(`${url} ${authorization} ${key} ${body}`, word);
    res.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    return true;
  };
}
