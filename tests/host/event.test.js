import assert from "node:assert/strict";
import { test } from "node:test";
import { createCredentialsExchangeEvent, createEvent } from "claimsmith-cli/host";

test("a post-login event has every field that Auth0 promises", () => {
  const event = createEvent();
  for (const name of ["client", "connection", "request", "secrets", "stats", "tenant", "user"]) {
    assert.equal(typeof event[name], "object", name);
  }
  for (const name of [
    "app_metadata",
    "created_at",
    "email_verified",
    "identities",
    "updated_at",
    "user_id",
  ]) {
    assert.ok(name in event.user, name);
  }
  assert.match(event.transaction.correlation_id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(event.secrets, {});
});

test("a credentials-exchange event has every field that Auth0 promises", () => {
  const event = createCredentialsExchangeEvent();
  for (const name of [
    "accessToken",
    "client",
    "request",
    "resource_server",
    "secrets",
    "tenant",
    "transaction",
  ]) {
    assert.equal(typeof event[name], "object", name);
  }
});

test("both events name an agent, and a login whoever acts for the user", () => {
  for (const event of [createEvent(), createCredentialsExchangeEvent()]) {
    assert.deepEqual(Object.keys(event.agent), ["agent_id", "agent_metadata", "name"]);
    event.agent.agent_metadata.owner = "changed";
  }
  assert.equal(createEvent().agent.agent_metadata.owner, "sales");
  const { actor } = createEvent().transaction;
  assert.deepEqual([actor.sub, actor.act.sub], ["acme-order-assistant", "acme-gateway"]);
  assert.equal(createEvent({ transaction: { actor: undefined } }).transaction.actor, undefined);
});

test("overrides go into the depth, replace arrays and remove what is undefined", () => {
  const event = createEvent({
    user: { user_id: "auth0|bob", email: undefined, app_metadata: { plan: { name: "pro" } } },
    authorization: { roles: ["admin"] },
    organization: { id: "org_1" },
  });
  assert.equal(event.user.user_id, "auth0|bob");
  assert.ok(!("email" in event.user));
  assert.equal(event.user.email_verified, true);
  assert.deepEqual(event.user.app_metadata, { plan: { name: "pro" } });
  assert.deepEqual(event.authorization.roles, ["admin"]);
  assert.deepEqual(event.organization, { id: "org_1" });
});

test("each event is fresh, with a correlation id of its own", () => {
  const overrides = { user: { app_metadata: { tags: ["a"] } } };
  const first = createEvent(overrides);
  first.user.app_metadata.tags.push("b");
  const second = createEvent(overrides);
  assert.deepEqual(second.user.app_metadata.tags, ["a"]);
  assert.notEqual(first.transaction.correlation_id, second.transaction.correlation_id);
});
