import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createApi, createEvent } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, PLAN, startWorld } from "../support/world.js";

// A build of its own: calling a URL that ends in /trap traps. The shipped engine has no such thing.
const { createPostLogin } = createRequire(import.meta.url)("../../target/trap-package/index.cjs");

/** A login at the engine that can trap; its report, and what it did to `api`. */
async function login(world, handler, reports, path) {
  const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain, PATH: path };
  const event = createEvent({ secrets });
  const { api, outcome } = createApi(event);
  await handler(event, api);
  return { outcome, report: reports.pop() };
}

function createHandler(reports, change = () => {}, options = {}) {
  const config = createConfig((config) => {
    config.sources.profile.url = "http://{secrets.API_DOMAIN}/api/users/{secrets.PATH}";
    change(config);
  });
  return createPostLogin(config, { log: false, onReport: (report) => reports.push(report), ...options });
}

for (const [transport, options] of Object.entries({ "node:https": {}, fetch: { fetch } })) {
  test(`${transport}: a trap ends its login by its policy, ends those beside it, and the next works`, (t) =>
    trapAmidLogins(t, options));
}

async function trapAmidLogins(t, options) {
  const unhandled = [];
  const note = (error) => unhandled.push(error);
  process.on("unhandledRejection", note).on("uncaughtException", note);
  t.after(() => process.off("unhandledRejection", note).off("uncaughtException", note));

  const world = await startWorld(t);
  const reports = [];
  const handler = createHandler(reports, undefined, options);
  const before = await login(world, handler, reports, "auth0|alice");
  assert.equal(before.report.outcome, "enriched");

  // One login waits for its answer while another one traps.
  world.backend.setFault(faults.delay(100));
  const beside = login(world, handler, reports, "auth0|bob");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const trapped = login(world, handler, reports, "trap");
  for (const { outcome, report } of await Promise.all([trapped, beside])) {
    assert.equal(report.outcome, "skipped");
    assert.equal(report.errors[0].code, "internal");
    assert.equal(outcome.denied, null);
    assert.deepEqual(outcome.idTokenClaims, {});
  }

  world.backend.setFault(null);
  const after = await login(world, handler, reports, "auth0|bob");
  assert.equal(after.report.outcome, "enriched");
  assert.equal(after.outcome.idTokenClaims[PLAN], "free");

  // The answer to the login that was given up comes now, and must not reach the new instance.
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal((await login(world, handler, reports, "auth0|alice")).report.outcome, "enriched");
  assert.deepEqual(unhandled, []);
}

test("a trap denies where the configuration denies on failure", async (t) => {
  const world = await startWorld(t);
  const reports = [];
  const handler = createHandler(reports, ({ sources }) => {
    sources.profile.on_error = "deny";
  });
  const { outcome, report } = await login(world, handler, reports, "trap");
  assert.equal(report.outcome, "denied");
  assert.match(outcome.denied.reason, /^We could not complete your login/);
});

test("a trap whose denial the api does not carry out fails the login", async (t) => {
  const world = await startWorld(t);
  for (const access of [undefined, {}, { deny: () => assert.fail("refused") }]) {
    const reports = [];
    const lines = [];
    const deny = ({ sources }) => {
      sources.profile.on_error = "deny";
    };
    const handler = createHandler(reports, deny, { log: (line) => lines.push(line) });
    const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain, PATH: "trap" };
    const event = createEvent({ secrets });
    const { api } = createApi(event);
    Object.defineProperty(api, "access", { value: access });
    await assert.rejects(handler(event, api), { name: "EnrichmentError", code: "api_refused" });
    assert.equal(lines[0], "claimsmith denied internal api_refused");
    assert.deepEqual(
      reports[0].errors.map(({ code }) => code),
      ["internal", "api_refused"],
    );
  }
});

test("every engine of a module is made anew after a trap", async (t) => {
  const world = await startWorld(t);
  const reports = [];
  const [one, other] = [createHandler(reports), createHandler(reports)];
  assert.equal((await login(world, one, reports, "trap")).report.outcome, "skipped");
  assert.equal((await login(world, other, reports, "auth0|alice")).report.outcome, "enriched");
  assert.equal((await login(world, one, reports, "auth0|alice")).report.outcome, "enriched");
});
