// Further factors, sessions, lists of scopes and signed values, through the host that keeps Auth0's rules for them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { createPostLogin } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createCredentialsExchangeEvent, createEvent, loadAction } from "claimsmith-cli/host";
import { exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { createConfig, DEPLOYMENTS, requirePackage, startWorld, visibleOutput } from "../support/world.js";

const DENY_REASON = "We could not complete your login. Please try again later.";

/** A configuration without sources. */
const alone = (members) => ({ claims: {}, ...members });

async function login(action, overrides = {}, change = () => {}) {
  const event = createEvent(overrides);
  const { api, outcome } = createApi(event);
  change(api, event);
  const { logs } = await action.execute("onExecutePostLogin", event, api);
  return { outcome, logs, refused: outcome.calls.filter(({ error }) => error !== undefined) };
}

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: a provider is asked, with options only where they are written`, async () => {
    const action = deploy(
      alone({
        mfa: [
          { when: "event.client.metadata.strict", provider: "duo", allow_remember_browser: false },
          { when: "event.request.geoip.countryCode == 'DE'", provider: "any" },
        ],
      }),
    );
    const plain = await login(action);
    assert.deepEqual(plain.outcome.calls, [{ method: "multifactor.enable", args: ["any"] }]);
    const strict = await login(action, { client: { metadata: { strict: "yes" } } });
    assert.deepEqual(strict.outcome.calls, [
      { method: "multifactor.enable", args: ["duo", { allowRememberBrowser: false }] },
    ]);
    assert.match(strict.logs[0], /^claimsmith enriched .* mfa=duo /);
    const refresh = await login(action, { transaction: { protocol: "oauth2-refresh-token" } });
    assert.deepEqual(refresh.outcome.calls, []);
  });

  test(`${name}: a user is asked for a factor of his own, or enrols one`, async () => {
    const action = deploy(alone({ mfa: [{ challenge: ["otp", "webauthn-roaming"] }] }));
    const has = (enrolledFactors) => login(action, { user: { enrolledFactors } });
    assert.deepEqual((await has([{ type: "otp" }, { type: "phone" }])).outcome.mfa, { challenge: ["otp"] });
    assert.deepEqual((await has([])).outcome.mfa, { enroll: ["otp", "webauthn-roaming"] });
    assert.deepEqual((await has(undefined)).outcome.mfa, { enroll: ["otp", "webauthn-roaming"] });
    // What cannot be read lets nobody enrol.
    for (const odd of ["otp", { 0: { type: "otp" } }, 7]) {
      const { outcome, logs } = await has(odd);
      assert.deepEqual([outcome.mfa, outcome.denied], [null, { reason: DENY_REASON }]);
      assert.match(logs[0], /^claimsmith denied .* unavailable@mfa\[0\]/);
    }
    const throwing = await login(action, {}, (_, event) => {
      Object.defineProperty(event.user, "enrolledFactors", {
        get() {
          throw new Error("no");
        },
      });
    });
    assert.deepEqual([throwing.outcome.mfa, throwing.outcome.denied], [null, { reason: DENY_REASON }]);
  });

  test(`${name}: a login whose factor the api does not ask for is denied, and nothing is set`, async () => {
    const mfa = { provider: "any" };
    const config = (rule) =>
      alone({
        mfa: [rule],
        scopes: [{ add: "x" }],
        claims: { a: { value: "`1`", to: ["id_token", "app_metadata"] } },
      });
    const refusals = [
      (api) => Object.defineProperty(api, "multifactor", { value: undefined }),
      (api) => Object.defineProperty(api, "multifactor", { value: {} }),
      (api) => {
        api.multifactor.enable = () => {
          throw new Error("no");
        };
      },
      (api) => {
        api.multifactor.enable = () => ({ type: "error", code: "Refused" });
      },
    ];
    for (const refuse of refusals) {
      const { outcome, logs } = await login(deploy(config(mfa)), {}, refuse);
      assert.deepEqual(outcome.denied, { reason: DENY_REASON });
      assert.deepEqual([outcome.idTokenClaims, outcome.appMetadata, outcome.scopes.added], [{}, {}, []]);
      assert.match(logs[0], /^claimsmith denied .* api_refused@mfa\[0\]/);
      const skipped = await login(deploy(config({ ...mfa, on_unavailable: "skip" })), {}, refuse);
      assert.equal(skipped.outcome.denied, null);
      assert.deepEqual(skipped.outcome.idTokenClaims, { a: 1 });
      assert.match(skipped.logs[0], /^claimsmith partial .* api_refused@mfa\[0\]/);
    }
  });

  test(`${name}: sessions get lifetimes, and end with the login`, async () => {
    const action = deploy(
      alone({
        session: [
          { expires_in_s: 28_800, idle_expires_in_s: "event.connection.metadata.idle" },
          { when: "event.client.metadata.moved", revoke: "{event.user.name} moved." },
        ],
        refresh_token: [{ expires_in_s: 60 }],
      }),
    );
    const beforeMs = Date.now();
    const { outcome, refused } = await login(action, { connection: { metadata: { idle: "3600" } } });
    const [{ expires_at: at }, { idle_expires_at: idleAt }] = outcome.session;
    assert.ok(at >= beforeMs + 28_800_000 && at <= Date.now() + 28_800_000, `${at}`);
    assert.equal(at - idleAt, 25_200_000);
    assert.equal(outcome.refreshToken.length, 1);
    assert.deepEqual(refused, []);
    const moved = await login(action, { client: { metadata: { moved: "yes" } } });
    assert.deepEqual(moved.outcome.calls, [
      { method: "session.revoke", args: ["Alice Archer moved."] },
      { method: "access.deny", args: ["Alice Archer moved."] },
    ]);
    // Without a session, or without the method, the login is denied all the same.
    for (const [overrides, change] of [
      [{ session: undefined }, () => {}],
      [{}, (api) => Object.defineProperty(api, "session", { value: undefined })],
    ]) {
      const end = await login(action, { ...overrides, client: { metadata: { moved: "yes" } } }, change);
      assert.deepEqual(end.outcome.denied, { reason: "Alice Archer moved." });
      assert.deepEqual(end.refused, []);
    }
    const older = await login(action, {}, (api) => Object.defineProperty(api, "session", { value: {} }));
    assert.match(older.logs[0], /^claimsmith partial .* api_refused@session\[0\]/);
  });

  test(`${name}: metadata is kept of a login that is denied`, async () => {
    const action = deploy(
      alone({
        claims: { closed: { value: "`true`", to: ["app_metadata"], if_denied: true }, plan: "`1`" },
        deny: [{ when: "event.user.name", reason: "Closed, {event.user.name}." }],
      }),
    );
    const { outcome } = await login(action);
    assert.deepEqual(outcome.calls, [
      { method: "user.setAppMetadata", args: ["closed", true] },
      { method: "access.deny", args: ["Closed, Alice Archer."] },
    ]);
  });

  test(`${name}: a member named __proto__ becomes a claim, and changes nothing else`, async () => {
    const action = deploy(
      alone({
        claims: { x_: { value: "event.user.user_metadata", spread: true, to: ["id_token", "app_metadata"] } },
      }),
    );
    const user_metadata = JSON.parse('{ "__proto__": { "admin": true }, "constructor": "x", "": 1 }');
    const { outcome, refused } = await login(action, {}, (_, event) => {
      event.user.user_metadata = user_metadata;
    });
    assert.deepEqual(Object.keys(outcome.idTokenClaims).sort(), ["x___proto__", "x_constructor"]);
    assert.equal({}.admin, undefined);
    assert.deepEqual(refused, []);
  });

  test(`${name}: ten thousand scopes of a user cost neither the login nor the others`, async () => {
    const action = deploy(
      alone({
        claims: { a: "`1`" },
        scopes: [{ add: { value: "event.user.user_metadata.scopes" } }, { add: "last" }],
      }),
    );
    const scopes = Array.from({ length: 10_000 }, (_, index) => `s${index}`);
    const { outcome, logs } = await login(action, { user: { user_metadata: { scopes } } });
    assert.equal(outcome.scopes.added.length, 1_000);
    assert.deepEqual(outcome.idTokenClaims, { a: 1 });
    assert.match(logs[0], /claims_too_large@scopes\[0\]/);
  });

  test(`${name}: values are signed as node:crypto and jose have it`, async () => {
    const secret = "0123456789abcdef0123456789abcdef-ü";
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const config = alone({
      claims: {
        code: {
          value: "event.user.name",
          to: ["id_token"],
          hmac: { secret: "{secrets.KEY}", encoding: "base64url" },
        },
        shared: {
          value: "{sub: event.user.user_id, name: 'Zoë', iat: `1`}",
          to: ["id_token"],
          jwt: { secret: "{secrets.KEY}", expires_in_s: 60 },
        },
        own: {
          value: "{sub: event.user.user_id}",
          to: ["id_token"],
          jwt: { private_key: "{secrets.PEM}", key_id: "k1", algorithm: "ES256", expires_in_s: 60 },
        },
        unfit: {
          value: "{a: 'b'}",
          to: ["id_token"],
          default: "none",
          jwt: { private_key: "{secrets.KEY}", algorithm: "RS256" },
        },
      },
    });
    const secrets = { KEY: secret, PEM: await exportPKCS8(privateKey) };
    const action = deploy(config);
    const result = await login(action, { secrets });
    const { code, shared, own, unfit } = /** @type {Record<string, any>} */ (result.outcome.idTokenClaims);
    assert.equal(code, createHmac("sha256", secret).update("Alice Archer").digest("base64url"));
    const { payload } = await jwtVerify(shared, new TextEncoder().encode(secret), { algorithms: ["HS256"] });
    assert.deepEqual([payload.sub, payload.name, payload.exp - payload.iat], ["auth0|alice", "Zoë", 60]);
    assert.ok(Math.abs(payload.iat - Date.now() / 1000) < 60);
    const verified = await jwtVerify(own, publicKey, { algorithms: ["ES256"] });
    assert.deepEqual(verified.protectedHeader, { alg: "ES256", kid: "k1", typ: "JWT" });
    assert.equal(unfit, "none");
    assert.equal(visibleOutput(action, { ...result, after: null }).includes(secret), false);
  });
}

test("a machine's token gets its scopes by the transaction, where the api has that", async () => {
  const config = alone({
    scopes: [
      { remove: { value: "event.transaction.requested_scopes[?starts_with(@, 'admin')]" } },
      { add: "read:stock", when: "event.client.metadata.stock" },
    ],
  });
  const trigger = "credentials-exchange";
  for (const action of [
    loadAction(bundleAction(config, { trigger, isFast: true })),
    requirePackage(config, undefined, trigger),
  ]) {
    const event = createCredentialsExchangeEvent({
      client: { metadata: { stock: "yes" } },
      transaction: { requested_scopes: ["read:orders", "admin:orders"] },
    });
    const { api, outcome } = createApi(event, { trigger });
    await action.execute("onExecuteCredentialsExchange", event, api);
    assert.deepEqual(outcome.calls, [
      { method: "transaction.removeTargetScope", args: ["admin:orders"] },
      { method: "transaction.addTargetScope", args: ["read:stock"] },
    ]);
    const older = createApi(event, { trigger });
    Object.defineProperty(older.api, "transaction", { value: undefined });
    const { logs } = await action.execute("onExecuteCredentialsExchange", event, older.api);
    assert.match(logs[0], /^claimsmith partial .* api_refused@/);
  }
});

test("a report tells of the factor, the session and the refresh token, and shadow what would have been", async () => {
  const report = async (members, overrides = {}) => {
    const reports = [];
    const handler = createPostLogin(alone(members), {
      log: false,
      onReport: (report) => reports.push(report),
    });
    const event = createEvent(overrides);
    const { api, outcome } = createApi(event);
    await handler(event, api);
    return { ...reports[0], calls: outcome.calls };
  };
  const rules = {
    mfa: [{ provider: "any", allow_remember_browser: true }],
    session: [{ expires_in_s: 60 }],
  };
  const shadow = await report({ ...rules, mode: "shadow" });
  assert.deepEqual([shadow.calls, shadow.outcome, shadow.denied], [[], "shadow", false]);
  assert.deepEqual(shadow.mfa, { enable: "any", allow_remember_browser: true });
  assert.equal(typeof shadow.session.expires_at, "number");
  assert.deepEqual(shadow.refresh_token, { expires_at: null, idle_expires_at: null, revoked: false });
  const denied = await report({ mode: "shadow", session: [{ revoke: "Moved." }] });
  assert.deepEqual([denied.calls, denied.denied, denied.session.revoked], [[], true, true]);
  const enroll = await report({ mfa: [{ challenge: ["otp"] }] });
  assert.deepEqual(enroll.mfa, { enroll: ["otp"] });
});

test("a source that fails denies with its own text, and a rule over it before that", async (t) => {
  const world = await startWorld(t);
  const config = createConfig((config) => {
    config.sources.profile.on_error = { deny: "We cannot check {event.user.name}." };
    config.sources.profile.retries = 0;
    config.claims = {};
  });
  const action = DEPLOYMENTS["pasted file"](config);
  const broken = { secrets: { API_DOMAIN: "127.0.0.1:9" } };
  assert.deepEqual((await world.login(action, broken)).denied, { reason: "We cannot check Alice Archer." });
  config.deny = [{ when: "profile.blocked", reason: "Perhaps blocked." }];
  const second = DEPLOYMENTS["pasted file"](config);
  assert.deepEqual((await world.login(second, broken)).denied, { reason: "Perhaps blocked." });
});
