import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAction } from "claimsmith-cli/host";
import { LoginError, startTenant } from "claimsmith-cli/tenant";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";

const USERS = { "auth0|alice": { email: "alice@example.com", plan: "gold" } };

async function start(t, oauth) {
  const tenant = await startTenant({ users: USERS, oauth });
  t.after(() => tenant.close());
  return tenant;
}

/** Asks the token endpoint as a client does by hand. */
async function askForToken({ tokenUrl, secrets, audience }, { fields = {}, headers = {} } = {}) {
  const body = new URLSearchParams({ grant_type: "client_credentials", audience, ...fields });
  if (!headers.authorization) {
    body.set("client_id", secrets.CLIENT_ID);
    if (!body.has("client_secret")) body.set("client_secret", secrets.CLIENT_SECRET);
  }
  const response = await fetch(tokenUrl, { method: "POST", body, headers });
  return { status: response.status, answer: await response.json() };
}

const callBackend = (backend, token) =>
  fetch(`${backend.url}/api/users/auth0%7Calice`, { headers: { authorization: `Bearer ${token}` } });

test("the right secret gets a JWT for the audience that was asked for, which verifies", async (t) => {
  const { oauthServer } = await start(t);
  const { status, answer } = await askForToken(oauthServer);
  assert.deepEqual([status, answer.token_type, answer.expires_in], [200, "Bearer", 86400]);
  const { issuer, audience } = oauthServer;
  const keys = createLocalJWKSet(oauthServer.jwks);
  const verified = await jwtVerify(answer.access_token, keys, { issuer, audience, algorithms: ["RS256"] });
  assert.equal(verified.payload.aud, audience);
});

test("client_secret_basic is taken as well, with id and secret encoded", async (t) => {
  const { oauthServer } = await start(t);
  const { CLIENT_ID, CLIENT_SECRET } = oauthServer.secrets;
  const pair = `${encodeURIComponent(CLIENT_ID)}:${encodeURIComponent(CLIENT_SECRET)}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  assert.equal((await askForToken(oauthServer, { headers: { authorization } })).status, 200);
  assert.equal(oauthServer.tokenCalls[0].clientAuth, "client_secret_basic");
});

test("a wrong secret is refused with invalid_client, and never recorded", async (t) => {
  const { oauthServer } = await start(t);
  const { status, answer } = await askForToken(oauthServer, { fields: { client_secret: "wr0ng" } });
  assert.deepEqual([status, answer.error], [401, "invalid_client"]);
  assert.equal(JSON.stringify(oauthServer.tokenCalls).includes("wr0ng"), false);
});

test("an audience that is not registered is refused", async (t) => {
  const { oauthServer } = await start(t);
  const { status } = await askForToken(oauthServer, { fields: { audience: "https://other.example" } });
  assert.ok(status >= 400 && status < 500, `status ${status}`);
});

test("the backend answers a valid token, and refuses a changed one or one for another audience", async (t) => {
  const tenant = await start(t);
  const apis = [{ audience: "https://other.example", scopes: [] }];
  const other = await start(t, { apis });
  const { answer } = await askForToken(tenant.oauthServer);
  const good = await callBackend(tenant.backend, answer.access_token);
  assert.deepEqual([good.status, (await good.json()).plan], [200, "gold"]);

  const [head, payload, signature] = answer.access_token.split(".");
  const forged = { ...decodeJwt(answer.access_token), sub: "someone else" };
  const changed = [head, Buffer.from(JSON.stringify(forged)).toString("base64url"), signature].join(".");
  const foreign = (await askForToken(other.oauthServer)).answer.access_token;
  for (const token of [changed, foreign, `${head}.${payload}.`, "x"]) {
    const refused = await callBackend(tenant.backend, token);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get("www-authenticate"), /^Bearer/);
  }
});

test("the backend refuses a token that has ended", async (t) => {
  const { oauthServer, backend } = await start(t, { accessTokenTtlS: 1 });
  const { answer } = await askForToken(oauthServer);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  assert.equal((await callBackend(backend, answer.access_token)).status, 401);
});

test("a login ends in signed tokens that carry what the Action set, less what Auth0 drops", async (t) => {
  const tenant = await start(t);
  const action = loadAction(`
    exports.onExecutePostLogin = async (event, api) => {
      api.idToken.setCustomClaim("https://example.com/plan", "gold");
      api.idToken.setCustomClaim("roles", ["admin"]);
      api.accessToken.addScope("beta");
    };`);
  const { before, after, jwts, dropped } = await tenant.login({ action, event: tenant.createEvent() });
  assert.equal(before.idToken["https://example.com/plan"], undefined);
  assert.equal(decodeJwt(jwts.idToken)["https://example.com/plan"], "gold");
  assert.deepEqual(dropped.idToken, [{ name: "roles", reason: "reserved" }]);
  assert.match(after.accessToken.scope, /\bbeta$/);
});

test("a denied login has no tokens, and an Action that throws ends the login", async (t) => {
  const tenant = await start(t);
  const event = tenant.createEvent();
  const denying = loadAction(
    "exports.onExecutePostLogin = async (event, api) => { api.access.deny('no'); };",
  );
  const { denied, jwts } = await tenant.login({ action: denying, event });
  assert.deepEqual([denied.reason, jwts], ["no", null]);
  const throwing = loadAction("exports.onExecutePostLogin = async () => { throw new Error('oops'); };");
  await assert.rejects(tenant.login({ action: throwing, event }), (error) => {
    assert.ok(error instanceof LoginError);
    return /oops/.test(error.message);
  });
});
