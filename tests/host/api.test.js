import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createApi,
  createCache,
  createEvent,
  droppedClaims,
  issuedClaims,
  RESERVED_CLAIMS,
} from "claimsmith-cli/host";

test("setCustomClaim throws for scope only", () => {
  const { api, outcome } = createApi(createEvent());
  assert.throws(() => api.idToken.setCustomClaim("scope", "x"), {
    message: 'The "scope" claim cannot be set.',
  });
  api.idToken.setCustomClaim("sub", "x").idToken.setCustomClaim("a", { b: 1 });
  assert.deepEqual(outcome.idTokenClaims, { sub: "x", a: { b: 1 } });
});

test("a value is taken as it was when it was set", () => {
  const { api, outcome } = createApi(createEvent());
  const roles = ["a"];
  api.accessToken.setCustomClaim("roles", roles);
  roles.push("b");
  assert.deepEqual(outcome.accessTokenClaims.roles, ["a"]);
  assert.throws(() => api.accessToken.setCustomClaim("n", 1n), TypeError);
});

test("each of the 60 reserved names is dropped from either token", () => {
  assert.equal([...RESERVED_CLAIMS].length, 60);
  for (const name of RESERVED_CLAIMS) {
    assert.deepEqual(droppedClaims({ [name]: "x" }), [{ name, reason: "reserved" }]);
    for (const token of ["id_token", "access_token"]) {
      const { kept } = issuedClaims({ [name]: "x" }, { token, audience: "https://api.example.com" });
      assert.deepEqual(kept, {});
    }
  }
});

test("Auth0's namespaces are dropped, a customer's own is kept", () => {
  const names = ["https://auth0.com/a", "https://x.webtask.io/a", "http://webtask.run/a", "urn:auth0:a"];
  const dropped = droppedClaims(
    Object.fromEntries([...names, "https://example.com/a"].map((name) => [name, 1])),
  );
  assert.deepEqual(
    dropped.map(({ name }) => name),
    names,
  );
});

test("an access token carries OIDC claims only where their scope was requested", () => {
  const issue = (requestedScopes, audience) =>
    issuedClaims({ email: "a@x", plan: "gold" }, { token: "access_token", requestedScopes, audience });
  assert.deepEqual(issue(["email"], "https://api.example.com").kept, { email: "a@x", plan: "gold" });
  assert.deepEqual(issue([], "https://api.example.com").kept, { plan: "gold" });
  assert.deepEqual(issue(["email"], "https://acme.auth0.com/api/v2/").kept, {});
  assert.deepEqual(issue(["email"], undefined).kept, {});
});

test("more than 100 kB of claims fail the login", () => {
  const issue = (length) => issuedClaims({ a: "x".repeat(length) }, { token: "id_token" });
  assert.equal(issue(90_000).tooLarge, false);
  assert.equal(issue(110_000).tooLarge, true);
});

test("the cache returns its limits as errors, and throws for what is no string", () => {
  const cache = createCache();
  const code = (...args) => cache.set(...args).code;
  assert.equal(code("k".repeat(65), "v"), "CacheKeySizeExceeded");
  assert.equal(code("k", "v".repeat(4097)), "CacheValueSizeExceeded");
  assert.equal(code("k", "v", { ttl: 0 }), "ItemAlreadyExpired");
  assert.equal(code("k", "v", { ttl: Number.NaN }), "InvalidExpiry");
  assert.equal(cache.delete("k").code, "CacheKeyDoesNotExist");
  assert.throws(() => cache.set("k", 7), TypeError);
});

test("an overwrite counts the old and the new value together", () => {
  const cache = createCache();
  assert.equal(cache.set("a", "x".repeat(4096)).type, "success");
  assert.equal(cache.set("a", "x".repeat(4096)).code, "CacheSizeExceeded");
  cache.delete("a");
  assert.equal(cache.set("a", "x".repeat(4096)).type, "success");
});

test("an entry ends by the earlier of ttl in milliseconds and expires_at", () => {
  let nowMs = 1_000_000;
  const cache = createCache({ now: () => nowMs });
  assert.equal(cache.set("a", "x", { ttl: 5000, expires_at: nowMs + 9000 }).record.expires_at, nowMs + 5000);
  assert.equal(cache.set("b", "x").record.expires_at, nowMs + 15 * 60 * 1000);
  nowMs += 5000;
  assert.equal(cache.get("a"), undefined);
  assert.equal(cache.get("b").value, "x");
});

test("a twenty-first entry is refused", () => {
  const cache = createCache();
  for (let index = 0; index < 20; index++) assert.equal(cache.set(`k${index}`, "v").type, "success");
  assert.equal(cache.set("k20", "v").type, "error");
});
