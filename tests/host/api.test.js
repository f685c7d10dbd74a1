import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createApi, createCache, createCredentialsExchangeEvent, createEvent } from "claimsmith-cli/host";

function postLogin(eventOverrides) {
  const event = createEvent(eventOverrides);
  return { event, ...createApi(event) };
}

describe("setCustomClaim", () => {
  test("records the claims of each token and can be chained", () => {
    const { api, outcome } = postLogin();
    api.accessToken.setCustomClaim("a", 1).idToken.setCustomClaim("b", 2);
    assert.deepEqual(outcome.accessTokenClaims, { a: 1 });
    assert.deepEqual(outcome.idTokenClaims, { b: 2 });
    assert.deepEqual(outcome.calls, [
      { method: "accessToken.setCustomClaim", args: ["a", 1] },
      { method: "idToken.setCustomClaim", args: ["b", 2] },
    ]);
  });

  test("throws for scope, and for no other reserved name", () => {
    const { api, outcome } = postLogin();
    for (const token of ["accessToken", "idToken"]) {
      assert.throws(() => api[token].setCustomClaim("scope", "admin"), {
        message: 'The "scope" claim cannot be set.',
      });
      api[token].setCustomClaim("roles", []);
    }
    assert.deepEqual(outcome.accessTokenClaims, { roles: [] });
    assert.deepEqual(outcome.calls[0], {
      method: "accessToken.setCustomClaim",
      args: ["scope", "admin"],
      error: 'The "scope" claim cannot be set.',
    });
  });

  test("serialises the value at the time of the call", () => {
    const { api, outcome } = postLogin();
    const value = { roles: ["a"], when: new Date(0), skip: undefined };
    api.idToken.setCustomClaim("v", value);
    value.roles.push("b");
    assert.deepEqual(outcome.idTokenClaims.v, { roles: ["a"], when: "1970-01-01T00:00:00.000Z" });
  });

  test("throws for a BigInt, as JSON does", () => {
    const { api } = postLogin();
    assert.throws(() => api.idToken.setCustomClaim("v", 1n), TypeError);
  });

  test("sets a claim named __proto__ as a plain one", () => {
    const { api, outcome } = postLogin();
    api.idToken.setCustomClaim("__proto__", { admin: true });
    assert.deepEqual(Object.keys(outcome.idTokenClaims), ["__proto__"]);
    assert.equal(outcome.idTokenClaims.admin, undefined);
  });
});

describe("scopes", () => {
  test("are added and removed, and the last call counts", () => {
    const { api, outcome } = postLogin();
    assert.equal(api.accessToken.addScope("beta"), undefined);
    api.accessToken.addScope("gamma");
    api.accessToken.removeScope("beta");
    assert.deepEqual(outcome.scopes, { added: ["gamma"], removed: ["beta"] });
  });

  test("that are no string, empty, longer than 280 characters or with white space are refused", () => {
    const { api, outcome } = postLogin();
    for (const scope of [undefined, 1, "", "a b", "a\tb", "x".repeat(281)]) {
      assert.throws(() => api.accessToken.addScope(scope), /a scope must be a string/);
      assert.throws(() => api.accessToken.removeScope(scope), /a scope must be a string/);
    }
    api.accessToken.addScope("x".repeat(280));
    assert.equal(outcome.scopes.added.length, 1);
  });

  test("are at most 1,000", () => {
    const { api } = postLogin();
    for (let index = 0; index < 1000; index++) api.accessToken.addScope(`s${index}`);
    assert.throws(() => api.accessToken.addScope("one-more"), /no more than 1000 scopes/);
    api.accessToken.addScope("s0");
  });
});

test("access.deny records the first reason", () => {
  const { api, outcome } = postLogin();
  assert.equal(outcome.denied, null);
  assert.equal(api.access.deny("blocked").access.deny("again"), api);
  assert.deepEqual(outcome.denied, { reason: "blocked" });
});

describe("metadata", () => {
  test("of the user is recorded", () => {
    const { api, outcome } = postLogin();
    api.user.setAppMetadata("plan", "pro").user.setUserMetadata("lang", null);
    assert.deepEqual(outcome.appMetadata, { plan: "pro" });
    assert.deepEqual(outcome.userMetadata, { lang: null });
  });

  test("of the user is refused where what is there is no object", () => {
    const { api } = postLogin({ user: { app_metadata: "text" } });
    assert.throws(() => api.user.setAppMetadata("plan", "pro"), /is not an object/);
  });

  test("of the user has a value that JSON can carry", () => {
    const { api, outcome } = postLogin();
    for (const value of [undefined, () => {}, Symbol("x")]) {
      assert.throws(() => api.user.setAppMetadata("plan", value), TypeError);
      assert.throws(() => api.user.setUserMetadata("plan", value), TypeError);
    }
    assert.deepEqual([outcome.appMetadata, outcome.userMetadata], [{}, {}]);
  });

  test("of the user is at most 32 kB each, with what is there, and what is replaced counts once", () => {
    for (const [method, part] of [
      ["setAppMetadata", "app_metadata"],
      ["setUserMetadata", "user_metadata"],
    ]) {
      const { api } = postLogin({ user: { [part]: { held: "x".repeat(20_000) } } });
      const set = api.user[method];
      assert.throws(() => set("more", "ä".repeat(6_400)), /over 32768 bytes/);
      set("held", "y".repeat(30_000));
      set("more", "x".repeat(2_000));
      assert.throws(() => set("last", "x".repeat(1_000)), /over 32768 bytes/);
    }
  });

  test("of the transaction takes no number that is lost on the way", () => {
    const { api, event } = postLogin();
    for (const value of [NaN, Infinity, 2 ** 53, -(2 ** 53), undefined]) {
      assert.throws(() => api.transaction.setMetadata("n", value), /the value/);
    }
    api.transaction.setMetadata("n", 2 ** 53 - 1);
    api.transaction.setMetadata("m", 0.1);
    assert.deepEqual(event.transaction.metadata, { n: 2 ** 53 - 1, m: 0.1 });
  });

  test("of the transaction shows in the event at once", () => {
    const { api, event, outcome } = postLogin({ transaction: { metadata: { old: "x" } } });
    api.transaction.setMetadata("plan", "pro");
    api.transaction.setMetadata("old", null);
    assert.deepEqual(event.transaction.metadata, { plan: "pro" });
    assert.deepEqual(outcome.transactionMetadata, { plan: "pro", old: null });
  });

  test("of the transaction keeps its limits", () => {
    const { api, event } = postLogin();
    const { setMetadata } = api.transaction;
    assert.throws(() => setMetadata("k".repeat(65), 1), /1 to 64 characters/);
    assert.throws(() => setMetadata("k", {}), /a string, a number, a boolean or null/);
    assert.throws(() => setMetadata("k", "v".repeat(8193)), /over 8192 bytes/);
    setMetadata("a", "v".repeat(8191));
    setMetadata("b", "v".repeat(8191));
    assert.throws(() => setMetadata("c", true), /together is over 16384 bytes/);
    assert.deepEqual(Object.keys(event.transaction.metadata), ["a", "b"]);
  });
});

test("samlResponse.setAttribute takes scalars, arrays of them and null", () => {
  const { api, outcome } = postLogin();
  api.samlResponse.setAttribute("roles", ["a", 1, true]);
  api.samlResponse.setAttribute("none", null);
  assert.deepEqual(outcome.samlAttributes, { roles: ["a", 1, true], none: null });
  for (const value of [{}, [[]], undefined, NaN, Infinity, [NaN], [null], [undefined]]) {
    assert.throws(() => api.samlResponse.setAttribute("x", value), TypeError);
  }
});

test("samlResponse.setAttribute keeps its limits", () => {
  const { api, outcome } = postLogin();
  const { setAttribute } = api.samlResponse;
  assert.throws(() => setAttribute("", 1), /1 to 1024 bytes/);
  assert.throws(() => setAttribute("ä".repeat(513), 1), /1 to 1024 bytes/);
  setAttribute("ä".repeat(512), 1);
  assert.throws(() => setAttribute("long", "x".repeat(2049)), /over 2048 characters/);
  assert.throws(() => setAttribute("long", ["a", "x".repeat(2049)]), /over 2048 characters/);
  for (const name of ["a", "b", "c", "d"]) setAttribute(name, "x".repeat(2048));
  assert.throws(() => setAttribute("e", ["x".repeat(1100)]), /together are over 10240 bytes/);
  setAttribute("d", null);
  setAttribute("e", ["x".repeat(1100)]);
  assert.equal(outcome.samlAttributes.d, null);

  const { api: other } = postLogin();
  for (let index = 0; index < 100; index++) other.samlResponse.setAttribute(`a${index}`, true);
  assert.throws(() => other.samlResponse.setAttribute("a100", true), /more than 100 attributes/);
  other.samlResponse.setAttribute("a99", false);
});

test("validation.error keeps its limits", () => {
  const { api, outcome } = postLogin();
  assert.throws(() => api.validation.error("c".repeat(101), "m"), /errorCode/);
  assert.throws(() => api.validation.error("c", "m".repeat(101)), /errorMessage/);
  api.validation.error("c", "m");
  assert.deepEqual(outcome.validationError, { code: "c", message: "m" });
});

test("what an engine has no use for is there, answers as typed and is recorded", async () => {
  const { api, outcome } = postLogin();
  assert.equal(api.multifactor.enable("any"), api);
  assert.equal(api.session.revoke("reason"), undefined);
  assert.equal(api.rules.wasExecuted("rule"), false);
  assert.deepEqual(await api.roles.getUserEffectiveRoles({ take: 1 }), { roles: [] });
  assert.deepEqual(outcome.calls, [
    { method: "multifactor.enable", args: ["any"] },
    { method: "session.revoke", args: ["reason"] },
    { method: "rules.wasExecuted", args: ["rule"] },
    { method: "roles.getUserEffectiveRoles", args: [{ take: 1 }] },
  ]);
  assert.deepEqual(outcome.touched, ["multifactor", "session", "rules", "roles"]);
});

describe("a further factor", () => {
  test("is demanded of a provider, with options that Auth0 knows", () => {
    const { api, outcome } = postLogin();
    api.multifactor.enable("duo", { allowRememberBrowser: false });
    assert.deepEqual(outcome.mfa, { enable: "duo", allow_remember_browser: false });
    api.multifactor.enable("any");
    assert.deepEqual(outcome.mfa, { enable: "any" });
    for (const args of [
      ["okta"],
      [undefined],
      ["any", { remember: true }],
      ["any", { allowRememberBrowser: 1 }],
    ]) {
      assert.throws(() => api.multifactor.enable(...args), /api\.multifactor\.enable/);
    }
  });

  test("is challenged or enrolled, and an address needs no enrolment", () => {
    const { api, outcome } = postLogin();
    api.authentication.challengeWithAny([{ type: "otp" }, { type: "email" }]);
    assert.deepEqual(outcome.mfa, { challenge: ["otp", "email"] });
    api.authentication.enrollWithAny([{ type: "push-notification" }]);
    assert.deepEqual(outcome.mfa, { enroll: ["push-notification"] });
    for (const factors of [undefined, [], ["otp"], [{ type: "sms" }], { type: "otp" }]) {
      assert.throws(() => api.authentication.challengeWithAny(factors), /challengeWithAny/);
    }
    assert.throws(() => api.authentication.enrollWithAny([{ type: "email" }]), /enrollWithAny/);
  });
});

describe("session and refresh token", () => {
  test("get lifetimes, and are revoked with the login", () => {
    const { api, outcome } = postLogin({ refresh_token: { id: "r" } });
    api.session.setExpiresAt(1_800_000_000_000);
    api.refreshToken.setIdleExpiresAt(1_800_000_000_000);
    api.session.revoke("moved");
    assert.deepEqual(outcome.session, [{ expires_at: 1_800_000_000_000 }, { revoke: "moved" }]);
    assert.deepEqual(outcome.refreshToken, [{ idle_expires_at: 1_800_000_000_000 }]);
    assert.deepEqual(outcome.denied, { reason: "moved" });
    for (const time of [undefined, "2026-01-01", Number.NaN, 0]) {
      assert.throws(() => api.session.setExpiresAt(time), /milliseconds since the epoch/);
    }
  });

  test("are not there in every login", () => {
    const { api, outcome } = postLogin({ session: undefined });
    assert.throws(() => api.session.revoke("moved"), /the login has none/);
    assert.throws(() => api.session.setMetadata("a", "b"), /the login has none/);
    assert.throws(() => api.refreshToken.revoke("moved"), /the login has none/);
    assert.equal(outcome.denied, null);
    // One may be issued by this login.
    api.refreshToken.setMetadata("a", "b");
    assert.deepEqual(outcome.refreshTokenMetadata, { a: "b" });
  });

  test("take 25 keys of strings, counting what is there", () => {
    const metadata = Object.fromEntries(Array.from({ length: 24 }, (_, index) => [`k${index}`, "v"]));
    const { api, outcome } = postLogin({ session: { id: "s", metadata } });
    api.session.setMetadata("k0", "new");
    api.session.setMetadata("one", "x".repeat(255));
    assert.throws(() => api.session.setMetadata("two", "v"), /more than 25 keys/);
    api.session.setMetadata("k1", null);
    api.session.setMetadata("two", "v");
    for (const value of [1, true, {}, "x".repeat(256)]) {
      assert.throws(() => api.session.setMetadata("one", value), /the value must be/);
    }
    for (const key of ["", "k".repeat(256), 7]) {
      assert.throws(() => api.session.setMetadata(key, "v"), /the key must be/);
    }
    assert.deepEqual(Object.keys(outcome.sessionMetadata), ["k0", "one", "k1", "two"]);
  });
});

describe("cache", () => {
  test("is the one that was given, without what is for tests only", () => {
    const cache = createCache();
    const { api, outcome } = createApi(createEvent(), { cache });
    api.cache.set("k", "v");
    assert.equal(cache.get("k").value, "v");
    assert.deepEqual(Object.keys(api.cache), ["get", "set", "delete"]);
    assert.deepEqual(outcome.calls, [], "cached tokens must not be written down");
  });

  test("can be missing", () => {
    const { api } = createApi(createEvent(), { cache: null });
    assert.equal(api.cache, undefined);
    assert.ok(!("cache" in api));
  });
});

describe("credentials-exchange", () => {
  function exchange() {
    return createApi(createCredentialsExchangeEvent(), { trigger: "credentials-exchange" });
  }

  test("has an access token and no ID token", () => {
    const { api, outcome } = exchange();
    assert.equal(api.accessToken.setCustomClaim("a", 1), api);
    assert.deepEqual(outcome.accessTokenClaims, { a: 1 });
    assert.deepEqual(Object.keys(api), ["access", "accessToken", "transaction", "cache"]);
  });

  test("changes the scopes of the token", () => {
    const { api, outcome } = exchange();
    api.transaction.addTargetScope("a");
    api.transaction.removeTargetScope("read:orders");
    assert.deepEqual(outcome.scopes, { added: ["a"], removed: ["read:orders"] });
    api.transaction.setTargetScopes(["read:orders", "b"]);
    assert.deepEqual(outcome.scopes, { added: ["b"], removed: [] });
    api.transaction.clearTargetScopes();
    assert.deepEqual(outcome.scopes, { added: [], removed: ["read:orders"] });
    assert.throws(() => api.transaction.addTargetScope("a b"), /api\.transaction\.addTargetScope/);
  });

  test("denies with one of three codes", () => {
    const { api, outcome } = exchange();
    assert.throws(
      () => api.access.deny("blocked"),
      /must be one of invalid_scope, invalid_request, server_error/,
    );
    api.access.deny("invalid_request", "no");
    assert.deepEqual(outcome.denied, { code: "invalid_request", reason: "no" });
  });
});

test("an unknown trigger is refused", () => {
  for (const trigger of ["post-logout", "toString", "__proto__"]) {
    assert.throws(() => createApi(createEvent(), { trigger }), /use one of post-login, credentials-exchange/);
  }
});
