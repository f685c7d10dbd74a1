// The trigger that runs where a machine gets a token: claims of the access token, and no way into a loop.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkConfig, createCredentialsExchange } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createCredentialsExchangeEvent, loadAction } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, requirePackage, startWorld } from "../support/world.js";

const TRIGGER = "credentials-exchange";

const DEPLOYMENTS = {
  "pasted file": (config) => loadAction(bundleAction(config, { trigger: TRIGGER, isFast: true })),
  package: (config) => requirePackage(config, undefined, TRIGGER),
};

/** The plan of the application that asks: the backend knows it as a user. */
function createMachineConfig(change = () => {}) {
  return createConfig((config) => {
    config.sources.profile.url = "http://{secrets.API_DOMAIN}/api/users/{event.client.metadata.owner}";
    config.claims = { plan: "profile.subscription.plan" };
    change(config);
  });
}

async function exchange(world, action, overrides = {}) {
  const event = createCredentialsExchangeEvent({
    client: { metadata: { owner: "auth0|alice" } },
    ...overrides,
    secrets: { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain },
  });
  const { api, outcome } = createApi(event, { trigger: TRIGGER });
  const { logs } = await action.execute("onExecuteCredentialsExchange", event, api);
  return { outcome, logs };
}

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: a machine's token gets claims of the access token`, async (t) => {
    const world = await startWorld(t);
    const { outcome, logs } = await exchange(world, deploy(createMachineConfig()));
    assert.deepEqual(outcome.accessTokenClaims, { plan: "gold" });
    assert.deepEqual(
      outcome.calls.map(({ method, error }) => [method, error]),
      [["accessToken.setCustomClaim", undefined]],
    );
    assert.match(logs[0], /^claimsmith enriched /);
  });

  test(`${name}: the engine's own client makes no call at all`, async (t) => {
    const world = await startWorld(t);
    const { outcome, logs } = await exchange(world, deploy(createMachineConfig()), {
      client: { client_id: world.oauthServer.secrets.CLIENT_ID, metadata: { owner: "auth0|alice" } },
    });
    assert.deepEqual(outcome.calls, []);
    assert.deepEqual(world.calls(), { token: 0, backend: 0 });
    assert.match(logs[0], /^claimsmith skipped /);
  });

  test(`${name}: a denial carries a code of OAuth before its reason`, async (t) => {
    const world = await startWorld(t);
    const action = deploy(
      createMachineConfig((config) => {
        config.deny = [{ when: "event.client.metadata.blocked", reason: "This application is blocked." }];
        config.sources.profile.on_error = "deny";
        config.sources.profile.retries = 0;
      }),
    );
    const blocked = await exchange(world, action, {
      client: { metadata: { owner: "auth0|alice", blocked: true } },
    });
    assert.deepEqual(blocked.outcome.denied, {
      code: "invalid_request",
      reason: "This application is blocked.",
    });
    world.backend.setFault(faults.status(500));
    const failed = await exchange(world, action);
    assert.equal(failed.outcome.denied.code, "server_error");
    assert.match(failed.outcome.denied.reason, /^We could not complete/);
  });
}

test("what the trigger cannot do is refused when the module loads", () => {
  for (const change of [
    (config) => {
      config.claims.plan = { value: "profile.plan", to: ["access_token", "id_token"] };
    },
    (config) => {
      config.claims.plan = { value: "profile.plan", to: ["app_metadata"] };
    },
    (config) => {
      config.mfa = [{ provider: "any" }];
    },
    (config) => {
      config.session = [{ expires_in_s: 60 }];
    },
    (config) => {
      config.refresh_token = [{ revoke: "No." }];
    },
  ]) {
    const config = createMachineConfig(change);
    assert.throws(() => createCredentialsExchange(config), {
      name: "EnrichmentError",
      code: "config_invalid",
    });
    assert.equal(checkConfig(config, { trigger: TRIGGER }).ok, false);
    assert.equal(checkConfig(config).ok, true);
  }
});

test("the report says why the engine's own token was left alone", async (t) => {
  const world = await startWorld(t);
  const reports = [];
  const handler = createCredentialsExchange(createMachineConfig(), {
    log: false,
    onReport: (report) => reports.push(report),
  });
  assert.equal(handler.constructor.name, "AsyncFunction");
  const { secrets } = world.oauthServer;
  const event = createCredentialsExchangeEvent({ client: { client_id: secrets.CLIENT_ID }, secrets });
  await handler(event, createApi(event, { trigger: TRIGGER }).api);
  assert.equal(reports[0].outcome, "skipped");
  assert.equal(reports[0].correlation_id, event.transaction.correlation_id);
  assert.deepEqual(reports[0].warnings, [
    "the token is one that this configuration asks for, and is left as it is",
  ]);
});
