import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createCache, loadAction } from "claimsmith-cli/host";
import { startTenant } from "claimsmith-cli/tenant";
import { createLocalJWKSet, jwtVerify } from "jose";

const USERS = {
  "auth0|alice": { email: "alice@example.com", subscription: { plan: "pro" } },
  "auth0|bob": { email: "bob@example.com", subscription: { plan: "free" } },
};

let tenant;

before(async () => {
  tenant = await startTenant({ users: USERS });
});

after(() => tenant.close());

/** An Action whose handler has this body. */
function handlerOf(body) {
  return loadAction(`exports.onExecutePostLogin = async (event, api) => {\n${body}\n};`);
}

/** A small enrichment of its own: a token from api.cache or the tenant, a profile, a claim. */
function enrichment() {
  return loadAction(`
    async function accessToken({ AUTH0_DOMAIN, CLIENT_ID, CLIENT_SECRET }, cache) {
      const cached = cache.get("token");
      if (cached) return cached.value;
      const response = await fetch("http://" + AUTH0_DOMAIN + "/oauth/token", {
        method: "POST",
        headers: { connection: "close" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          audience: "https://api.example.com",
        }),
      });
      const { access_token, expires_in } = await response.json();
      console.log(cache.set("token", access_token, { ttl: expires_in * 1000 }).type);
      return access_token;
    }

    exports.onExecutePostLogin = async (event, api) => {
      const token = await accessToken(event.secrets, api.cache);
      const response = await fetch(
        "${tenant.backend.url}/api/users/" + encodeURIComponent(event.user.user_id),
        { headers: { authorization: "Bearer " + token, connection: "close" } },
      );
      const profile = await response.json();
      api.accessToken.setCustomClaim("https://example.com/plan", profile.subscription.plan);
      api.idToken.setCustomClaim("https://example.com/plan", profile.subscription.plan);
    };
  `);
}

test("issues signed tokens with the claims that the Action fetched over HTTP", async () => {
  const cache = createCache();
  const first = await tenant.login({ action: enrichment(), event: tenant.createEvent(), cache });
  assert.equal(first.denied, null);
  assert.deepEqual(first.logs, ["success"]);
  assert.ok(!("https://example.com/plan" in first.before.idToken));
  assert.ok(!("https://example.com/plan" in first.before.accessToken));
  assert.equal(first.after.idToken["https://example.com/plan"], "pro");
  assert.equal(first.after.accessToken["https://example.com/plan"], "pro");

  const bob = tenant.createEvent({ user: { user_id: "auth0|bob" } });
  const second = await tenant.login({ action: enrichment(), event: bob, cache });
  assert.equal(second.after.idToken.sub, "auth0|bob");
  assert.equal(second.after.idToken["https://example.com/plan"], "free");
  assert.equal(tenant.oauthServer.tokenCalls.length, 1, "the second instance finds the token in the cache");
  assert.deepEqual(
    tenant.backend.calls.map((call) => call.rawPath),
    ["/api/users/auth0%7Calice", "/api/users/auth0%7Cbob"],
  );
});

test("signs with the tenant's key, for the application and for the API", async () => {
  const event = tenant.createEvent();
  const { jwts, after: issued } = await tenant.login({ action: handlerOf(""), event });
  const keys = createLocalJWKSet(tenant.oauthServer.jwks);
  const { issuer } = tenant.oauthServer;
  const idToken = await jwtVerify(jwts.idToken, keys, { issuer, audience: event.client.client_id });
  const accessToken = await jwtVerify(jwts.accessToken, keys, {
    issuer,
    audience: event.resource_server.identifier,
  });
  assert.deepEqual(idToken.payload, issued.idToken);
  assert.deepEqual(accessToken.payload, issued.accessToken);
  assert.equal(idToken.payload.nonce, event.request.query.nonce);
  assert.equal(idToken.payload.email, "alice@example.com");
  assert.deepEqual(accessToken.payload.aud, [event.resource_server.identifier]);
  assert.equal(accessToken.payload.azp, event.client.client_id);
  assert.equal(accessToken.payload.scope, "openid profile email");
});

test("tells which claims Auth0 would drop in silence", async () => {
  const action = handlerOf(`
    api.idToken.setCustomClaim("roles", ["a"]);
    api.accessToken.setCustomClaim("https://acme.auth0.com/x", 1).accessToken.setCustomClaim("phone_number", "+49");
    api.accessToken.setCustomClaim("email", "kept@example.com");
  `);
  const result = await tenant.login({ action, event: tenant.createEvent() });
  assert.deepEqual(result.dropped, {
    idToken: [{ name: "roles", reason: "reserved" }],
    accessToken: [
      { name: "https://acme.auth0.com/x", reason: "banned_namespace" },
      { name: "phone_number", reason: "scope_not_requested" },
    ],
  });
  assert.ok(!("roles" in result.after.idToken));
  assert.equal(result.after.accessToken.email, "kept@example.com");
});

test("issues the scopes that the Action added and removed", async () => {
  const action = handlerOf('api.accessToken.addScope("beta"); api.accessToken.removeScope("email");');
  const result = await tenant.login({ action, event: tenant.createEvent() });
  assert.equal(result.before.accessToken.scope, "openid profile email");
  assert.equal(result.after.accessToken.scope, "openid profile beta");
});

test("issues no tokens where the Action denies", async () => {
  const action = handlerOf(
    'api.idToken.setCustomClaim("a", 1); api.access.deny("Your account is blocked.");',
  );
  const result = await tenant.login({ action, event: tenant.createEvent() });
  assert.deepEqual(result.denied, { reason: "Your account is blocked." });
  assert.deepEqual([result.before, result.after, result.jwts], [null, null, null]);
});

test("fails the login where the Action throws, and tells what it had logged", async () => {
  const action = handlerOf('console.log("before"); throw new Error("broken");');
  await assert.rejects(tenant.login({ action, event: tenant.createEvent() }), (error) => {
    assert.equal(error.name, "LoginError");
    assert.equal(error.code, "action_failed");
    assert.equal(error.message, "The Action failed: broken");
    assert.equal(error.cause.message, "broken");
    assert.deepEqual(error.logs, ["before"]);
    return true;
  });
});

test("fails the login where the claims are over 100 kB", async () => {
  const action = handlerOf('api.accessToken.setCustomClaim("big", "x".repeat(100_000));');
  await assert.rejects(tenant.login({ action, event: tenant.createEvent() }), {
    code: "claims_too_large",
    message: "The access token has 100005 bytes of custom claims, Auth0 takes 100000",
  });
});

test("has an opaque access token where no API was asked for", async () => {
  const action = handlerOf('api.accessToken.setCustomClaim("plan", "pro");');
  const result = await tenant.login({ action, event: tenant.createEvent({ resource_server: undefined }) });
  assert.equal(result.after.accessToken, null);
  assert.equal(result.jwts.accessToken, null);
  assert.deepEqual(result.dropped.accessToken, [{ name: "plan", reason: "opaque_access_token" }]);
});

test("issues tokens for who logged in, whatever the Action does to the event", async () => {
  const action = handlerOf('event.user.user_id = "auth0|mallory"; event.client.client_id = "other";');
  const result = await tenant.login({ action, event: tenant.createEvent() });
  assert.equal(result.after.idToken.sub, "auth0|alice");
});

test("hands a login without a cache to the Action where asked to", async () => {
  const result = await tenant.login({
    action: handlerOf("console.log(typeof api.cache);"),
    event: tenant.createEvent(),
    cache: null,
  });
  assert.deepEqual(result.logs, ["undefined"]);
});

test("gives interleaved logins what is theirs", async () => {
  const action = enrichment();
  const ids = ["auth0|alice", "auth0|bob", "auth0|alice", "auth0|bob"];
  const results = await Promise.all(
    ids.map((user_id) => tenant.login({ action, event: tenant.createEvent({ user: { user_id } }) })),
  );
  assert.deepEqual(
    results.map(({ after: issued }) => [issued.idToken.sub, issued.idToken["https://example.com/plan"]]),
    ids.map((id) => [id, USERS[id].subscription.plan]),
  );
});
