// What a configuration does to `api` besides claims on the tokens, through the host that keeps Auth0's limits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, createEvent } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, DEPLOYMENTS, PLAN, ROLES, startWorld } from "../support/world.js";

const ALL_TARGETS = [
  "access_token",
  "id_token",
  "saml_response",
  "app_metadata",
  "user_metadata",
  "transaction_metadata",
  "session_metadata",
  "refresh_token_metadata",
];

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: a claim reaches each of the eight targets`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      claims.plan = { value: "profile.subscription.plan", to: ALL_TARGETS };
      claims.roles = { value: "profile.roles[*].name", to: ["saml_response", "app_metadata"] };
    });
    const { after, outcome } = await world.login(deploy(config));
    assert.equal(after.accessToken.plan, "gold");
    assert.equal(after.idToken.plan, "gold");
    assert.deepEqual(outcome.samlAttributes, { plan: "gold", roles: ["editor", "auditor"] });
    assert.deepEqual(outcome.appMetadata, { plan: "gold", roles: ["editor", "auditor"] });
    assert.deepEqual(outcome.userMetadata, { plan: "gold" });
    assert.deepEqual(outcome.transactionMetadata, { plan: "gold" });
    assert.deepEqual(outcome.sessionMetadata, { plan: "gold" });
    assert.deepEqual(outcome.refreshTokenMetadata, { plan: "gold" });
    assert.deepEqual(
      outcome.calls.filter(({ error }) => error),
      [],
    );
  });

  test(`${name}: a claim that a target cannot hold is left out before the api would refuse it`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      claims.object = { value: "profile.subscription", to: ["saml_response", "transaction_metadata"] };
      claims.large = { value: "event.user.user_metadata.large", to: ["transaction_metadata"] };
    });
    const user = { user_metadata: { large: "x".repeat(8193) } };
    const { outcome, logs } = await world.login(deploy(config), { user });
    assert.deepEqual(outcome.samlAttributes, {});
    assert.deepEqual(outcome.transactionMetadata, {});
    assert.deepEqual(
      outcome.calls.filter(({ error }) => error),
      [],
    );
    assert.match(logs[0], /partial .* claim_type_mismatch@claims\.object/);
  });

  test(`${name}: metadata of other Actions counts toward the transaction's limit`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      const value = "event.user.user_metadata.large";
      claims.a = { value, to: ["transaction_metadata"], priority: 1 };
      claims.b = { value, to: ["transaction_metadata"] };
    });
    const user = { user_metadata: { large: "x".repeat(6000) } };
    const transaction = { metadata: { other: "y".repeat(8000) } };
    const { outcome, logs } = await world.login(deploy(config), { user, transaction });
    assert.deepEqual(Object.keys(outcome.transactionMetadata), ["a"]);
    assert.match(logs[0], /claims_too_large@claims\.b/);
  });

  test(`${name}: what is over a token's limit is shed by priority, on that token alone`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config) => {
      config.limits = { access_token_bytes: 200 };
      const filler = `'${"x".repeat(100)}'`;
      config.claims = {
        "https://example.com/low": { value: filler, priority: -1 },
        [PLAN]: { value: "profile.subscription.plan", priority: 1 },
        "https://example.com/high": { value: filler, priority: 2 },
      };
    });
    const { after, logs } = await world.login(deploy(config));
    assert.equal("https://example.com/low" in after.accessToken, false);
    assert.equal(after.accessToken[PLAN], "gold");
    assert.ok("https://example.com/high" in after.accessToken);
    assert.ok("https://example.com/low" in after.idToken);
    assert.match(logs[0], /^claimsmith partial .* claims_too_large@claims\["https:\/\/example\.com\/low"\]/);
  });

  test(`${name}: shadow asks the backend and does nothing to the login`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config) => {
      config.mode = "shadow";
      config.claims.app = { value: "`1`", to: ALL_TARGETS };
      config.claims.never = { value: "profile.none", required: true };
      config.scopes = [{ add: "beta" }];
      config.deny = [{ when: "profile.subscription.plan", reason: "No.", on_unavailable: "deny" }];
    });
    const { before, after, denied, outcome, logs } = await world.login(deploy(config));
    assert.equal(denied, null);
    assert.deepEqual(after, before);
    assert.deepEqual(outcome.calls, []);
    assert.deepEqual(world.calls(), { token: 1, backend: 1 });
    assert.match(logs[0], /^claimsmith shadow /);
  });

  test(`${name}: scopes are added and removed`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config) => {
      config.scopes = [
        { add: "plan:gold", when: "profile.subscription.plan == 'gold'" },
        { remove: "profile", when: "!profile.admin", on_unavailable: "keep" },
        { add: "never", when: "profile.admin" },
      ];
    });
    const { after, outcome } = await world.login(deploy(config));
    assert.equal(after.accessToken.scope, "openid email plan:gold");
    assert.deepEqual(outcome.scopes, { added: ["plan:gold"], removed: ["profile"] });
  });

  test(`${name}: a rule denies with its reason, and one that is undecided is skipped where it says so`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config) => {
      config.deny = [
        {
          when: "profile && !profile.subscription",
          reason: "You have no subscription.",
          on_unavailable: "skip",
        },
        {
          when: "profile.subscription.plan == 'free'",
          reason: "Please choose a plan.",
          on_unavailable: "skip",
        },
        { when: "!profile.email", reason: "We do not know you.", on_unavailable: "skip" },
      ];
      config.sources.profile.retries = 0;
    });
    const action = deploy(config);
    const bob = await world.login(action, { user: { user_id: "auth0|bob" } });
    assert.deepEqual(bob.denied, { reason: "Please choose a plan." });
    assert.deepEqual(
      bob.outcome.calls.map(({ method }) => method),
      ["access.deny"],
    );
    assert.equal((await world.login(action)).denied, null);
    const unknown = await world.login(action, { user: { user_id: "auth0|nobody" } });
    assert.deepEqual(unknown.denied, { reason: "We do not know you." });

    world.backend.setFault(faults.status(500));
    const { denied, logs } = await world.login(action, { user: { user_id: "auth0|bob" } });
    assert.equal(denied, null);
    assert.match(logs[0], /source_status@sources\.profile/);
  });

  test(`${name}: a rule that cannot be decided does as on_unavailable says`, async (t) => {
    const world = await startWorld(t);
    for (const [onUnavailable, denied] of [
      ["skip", null],
      ["deny", { reason: "No." }],
    ]) {
      const config = createConfig((config) => {
        config.deny = [{ when: "length(profile.none) > `0`", reason: "No.", on_unavailable: onUnavailable }];
      });
      const result = await world.login(deploy(config));
      assert.deepEqual(result.denied, denied);
      assert.match(result.logs[0], /expression_invalid@deny\[0\]/);
    }
  });

  test(`${name}: attributes of SAML and metadata over Auth0's limits never reach the api`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config) => {
      const value = "event.user.user_metadata.large";
      config.claims = {
        saml: { value, to: ["saml_response"] },
        app: {
          value: "[event.user.user_metadata.large, event.user.user_metadata.large]",
          to: ["app_metadata"],
        },
        user: { value, to: ["user_metadata"] },
        small: { value: "'x'", to: ["saml_response", "app_metadata", "user_metadata"] },
      };
      config.claims.many = { value: "'y'", to: ["saml_response"], priority: -1 };
      // A pasted file has room for fewer; there their bytes together are what is too much.
      const count = name === "pasted file" ? 6 : 99;
      for (let index = 0; index < count; index++) {
        config.claims[`a${index}`] = { value: "event.user.user_metadata.some", to: ["saml_response"] };
      }
    });
    const some = name === "pasted file" ? "x".repeat(2_000) : "x";
    const user = { user_metadata: { large: "x".repeat(16_500), some } };
    const { outcome, logs } = await world.login(deploy(config), { user });
    assert.deepEqual(
      outcome.calls.filter(({ error }) => error),
      [],
    );
    assert.equal(Object.keys(outcome.samlAttributes).length, name === "pasted file" ? 6 : 100);
    assert.equal("saml" in outcome.samlAttributes || "many" in outcome.samlAttributes, false);
    assert.equal("app" in outcome.appMetadata || "user" in outcome.userMetadata, false);
    assert.equal(outcome.appMetadata.small, "x");
    assert.match(logs[0], /^claimsmith partial .* claims_too_large@claims\./);
  });

  test(`${name}: metadata at hand that is no object is left alone, and the other claims are set`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      claims.plan = { value: "profile.subscription.plan", to: ["id_token", "app_metadata", "user_metadata"] };
    });
    const user = { app_metadata: "legacy", user_metadata: ["legacy"] };
    const { after, outcome, logs } = await world.login(deploy(config), { user });
    assert.equal(after.idToken.plan, "gold");
    assert.deepEqual(
      outcome.calls.filter(({ method }) => method.startsWith("user.")),
      [],
    );
    assert.match(logs[0], /^claimsmith partial .* api_refused@claims\.plan/);
  });

  test(`${name}: a denial that the api does not carry out fails the login`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig((config) => {
      config.deny = [{ when: "event.client.name == 'Acme Web Shop'", reason: "Closed." }];
    });
    const thrown = new Error("no");
    const fails = () => {
      throw thrown;
    };
    for (const access of [
      undefined,
      {},
      { deny: "no function" },
      { deny: fails },
      { deny: () => ({ type: "error", code: "Refused" }) },
    ]) {
      const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain };
      const event = createEvent({ secrets });
      const { api } = createApi(event);
      Object.defineProperty(api, "access", { value: access });
      const end = await deploy(config).executeSettled("onExecutePostLogin", event, api);
      assert.equal(end.status, "rejected");
      assert.equal(end.reason.code, "api_refused");
      if (access?.deny === fails) assert.equal(end.reason.cause, thrown);
      assert.match(end.logs[0], /^claimsmith denied .* api_refused@/);
    }
  });

  test(`${name}: a secret that does not fit in the place of a domain is named`, async (t) => {
    const world = await startWorld(t);
    for (const wrong of [
      "https://api.example.com",
      "api.example.com/",
      " api.example.com\n",
      "a:b@api.example.com",
    ]) {
      const { logs } = await world.login(deploy(createConfig()), { secrets: { API_DOMAIN: wrong } });
      assert.match(logs[0], /secret_invalid@sources\.profile/);
      assert.equal(logs[0].includes(wrong.trim()), false);
    }
    assert.equal(world.calls().backend, 0);
  });

  test(`${name}: a target that this login's api lacks costs the others nothing`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      claims.plan = { value: "`1`", to: ["id_token", "saml_response", "transaction_metadata"] };
    });
    const event = createEvent({
      secrets: { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain },
    });
    const { api, outcome } = createApi(event);
    const older = new Proxy(api, {
      get: (target, key) => (key === "samlResponse" || key === "transaction" ? undefined : target[key]),
    });
    const { logs } = await deploy(config).execute("onExecutePostLogin", event, older);
    assert.equal(outcome.idTokenClaims.plan, 1);
    assert.equal(outcome.accessTokenClaims[PLAN], "gold");
    assert.match(logs[0], /^claimsmith partial .* config_invalid@claims\.plan/);
  });
}

test("a report tells what was left out where, and what Auth0 will leave out", async (t) => {
  const { createPostLogin } = await import("claimsmith");
  const world = await startWorld(t);
  const config = createConfig((config) => {
    config.claims.nickname = "profile.subscription.plan";
    config.claims.object = { value: "profile.subscription", to: ["id_token", "saml_response"] };
    config.scopes = [{ add: "a" }, { remove: "b" }];
  });
  const reports = [];
  const handler = createPostLogin(config, { log: false, onReport: (report) => reports.push(report) });
  const login = async (overrides) => {
    const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain };
    const event = createEvent({ ...overrides, secrets });
    await handler(event, createApi(event).api);
    return reports.pop();
  };
  const report = await login({ transaction: { requested_scopes: ["openid"] } });
  assert.deepEqual(report.claims.set, [PLAN, ROLES, "nickname", "object"]);
  assert.deepEqual(report.claims.left_out, [
    { claim: "object", reason: "claim_type_mismatch", target: "saml_response" },
  ]);
  assert.deepEqual(report.scopes, { added: ["a"], removed: ["b"] });
  assert.deepEqual(report.warnings, [
    "the access token carries `nickname` only where the scope `profile` is requested",
  ]);
  const management = await login({ resource_server: { identifier: "https://acme.eu.auth0.com/api/v2/" } });
  assert.deepEqual(management.warnings, [
    "the access token is for an API of Auth0's, and carries no claims of yours",
  ]);
  const userinfo = await login({ resource_server: { identifier: "https://acme.eu.auth0.com/userinfo" } });
  assert.deepEqual(userinfo.warnings, []);
  const opaque = await login({ resource_server: undefined });
  assert.deepEqual(opaque.warnings, [
    "the login is for no API, so that the access token is opaque and carries no claims",
  ]);
});
