import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import {
  checkConfig,
  createCredentialsExchange,
  createPostLogin,
  EnrichmentError,
  evaluate,
} from "claimsmith";
import { createApi, createEvent } from "claimsmith-cli/host";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, requirePackage, startWorld } from "../support/world.js";

test("import and require give the same engine", () => {
  const required = createRequire(import.meta.url)("claimsmith");
  assert.equal(required.EnrichmentError, EnrichmentError);
  assert.equal(required.createPostLogin, createPostLogin);
  assert.equal(required.createCredentialsExchange, createCredentialsExchange);
});

test("the handler is a native async function", () => {
  assert.equal(createPostLogin(createConfig()).constructor.name, "AsyncFunction");
});

test("checkConfig finds everything at once and throws nothing", () => {
  assert.deepEqual(checkConfig(createConfig()), {
    ok: true,
    problems: [],
    warnings: [],
    secrets: ["API_DOMAIN", "AUTH0_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"],
    hosts: ["{secrets.API_DOMAIN}", "{secrets.AUTH0_DOMAIN}"],
  });
  const { ok, problems } = checkConfig(
    createConfig((config) => {
      config.deadline = 1;
      config.tokens.api.client_auth = "basic";
      config.sources.profile.url = "https://{event.user.email}/x";
      config.claims.roles = "profile.roles";
      config.claims["https://example.com/x"] = "profil.x";
      config.claims["https://example.com/y"] = "profile..y";
      config.claims["https://example.com/z"] = { value: "profile.z", type: "string", default: 7 };
    }),
  );
  assert.equal(ok, false);
  const found = Object.fromEntries(problems.map(({ path, code, message }) => [path, `${code}: ${message}`]));
  assert.deepEqual(Object.keys(found).sort(), [
    "claims.roles",
    'claims["https://example.com/x"]',
    'claims["https://example.com/y"]',
    'claims["https://example.com/z"].default',
    "deadline",
    "sources.profile.url",
    "tokens.api.client_auth",
  ]);
  assert.match(found.deadline, /did you mean `deadline_ms`/);
  assert.match(found["claims.roles"], /^claim_reserved: `roles` is reserved/);
  assert.match(found['claims["https://example.com/x"]'], /^expression_invalid: .*did you mean `profile`/);
  assert.match(found['claims["https://example.com/y"]'], /\(column 9\)/);
  for (const config of [undefined, null, 7, "x", [], () => {}, { claims: 1n }]) {
    assert.equal(checkConfig(config).ok, false);
  }
});

test("a trigger that there is none of is refused, with the names that there are", () => {
  for (const trigger of ["credential-exchange", "Post-Login", "", null, 7, "toString", "__proto__"]) {
    const { ok, problems } = checkConfig(createConfig(), { trigger });
    assert.equal(ok, false, String(trigger));
    assert.equal(problems[0].code, "config_invalid");
    assert.match(problems[0].message, /`post-login` or `credentials-exchange`/);
  }
  for (const options of [undefined, null, {}, { trigger: undefined }, { trigger: "post-login" }]) {
    const { ok, problems } = checkConfig(createConfig(), options);
    assert.deepEqual([ok, problems], [true, []]);
  }
});

test("a polluted Object.prototype gives no secret, no event, no option and no trigger", async (t) => {
  const world = await startWorld(t);
  const { domain } = world.backend;
  const polluted = {
    API_DOMAIN: domain,
    ...world.oauthServer.secrets,
    secrets: { API_DOMAIN: domain, ...world.oauthServer.secrets },
    plan: "gold",
    trigger: "none",
    live: { mode: "shadow" },
    config: {},
    log: () => assert.fail("log"),
    onReport: () => assert.fail("onReport"),
    fetch: () => assert.fail("fetch"),
  };
  const config = createConfig(({ claims }) => {
    claims.own = "event.user.nickname";
    claims.plan = "event.user.plan || event.client.plan";
  });
  const lines = [];
  const log = t.mock.method(console, "log", (line) => lines.push(line));
  const events = [createEvent({ secrets: {} }), createEvent({ secrets: undefined })];
  const apis = events.map((event) => createApi(event));
  for (const [name, value] of Object.entries(polluted)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false });
  }
  try {
    assert.equal(checkConfig(config, {}).ok, true);
    const handler = createPostLogin(config, {});
    for (const [index, event] of events.entries()) await handler(event, apis[index].api);
  } finally {
    for (const name of Object.keys(polluted)) delete Object.prototype[name];
    log.mock.restore();
  }
  for (const { outcome } of apis) {
    assert.equal(outcome.idTokenClaims.own, "alice");
    assert.equal("plan" in outcome.idTokenClaims, false);
  }
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.match(line, /secret_missing@/);
    assert.doesNotMatch(line, /live|edited/);
  }
  assert.deepEqual(world.calls(), { token: 0, backend: 0 });
});

test("the package carries the schema, whose examples checkConfig takes", () => {
  const schema = createRequire(import.meta.url)("claimsmith/claimsmith.schema.json");
  assert.equal(schema.$schema, "http://json-schema.org/draft-07/schema#");
  const examples = Object.entries(schema.properties).flatMap(([key, { examples = [] }]) =>
    examples.map((example) => ({ [key]: example })),
  );
  assert.ok(examples.length >= 6);
  for (const example of examples) {
    assert.deepEqual(checkConfig({ ...createConfig(), ...example }).problems, []);
  }
});

test("a wrong configuration throws an EnrichmentError with code, path and all problems", () => {
  assert.throws(
    () => createPostLogin({ claims: { sub: "event.user.user_id" }, clams: {} }),
    (error) => {
      assert.ok(error instanceof EnrichmentError);
      assert.equal(error.problems.length, 2);
      assert.ok(["claim_reserved", "config_invalid"].includes(error.code));
      return true;
    },
  );
});

test("a wrong expression is shown with a mark at the column, and what else is wrong is counted above it", () => {
  const shown = "`.` was not expected here (column 9)\n  profile..y\n          ^";
  const config = createConfig(({ claims }) => {
    claims.y = "profile..y";
  });
  assert.equal(checkConfig(config).problems[0].message, shown);
  config.claims.z = "profile..z";
  assert.throws(
    () => createPostLogin(config),
    ({ message }) => {
      assert.equal(message, `claims.y: ${shown.replace("\n", " (and 1 more)\n")}`);
      return true;
    },
  );
});

test("evaluate runs one expression", () => {
  const data = { roles: [{ name: "a", active: true }, { name: "b" }] };
  assert.deepEqual(evaluate("roles[?active].name", data), ["a"]);
  assert.equal(evaluate("roles[-1].name", data), "b");
  assert.equal(evaluate("missing.x", data), null);
  assert.throws(() => evaluate("roles[", data), {
    code: "expression_invalid",
    message: /\n {2}roles\[\n {8}\^$/,
  });
});

test("__proto__ is a plain key on its way in and out", () => {
  const data = JSON.parse('{"a":{"__proto__":{"admin":true},"b":1}}');
  const result = evaluate("a", data);
  assert.equal(result.admin, undefined);
  assert.equal(Object.getPrototypeOf(result), Object.prototype);
  assert.equal(JSON.stringify(result), '{"__proto__":{"admin":true},"b":1}');
});

test("onReport is told what happened, and may throw", async (t) => {
  const world = await startWorld(t);
  const reports = [];
  const handler = createPostLogin(createConfig(), {
    log: false,
    onReport: (report) => {
      reports.push(report);
      throw new Error("nobody takes reports");
    },
  });
  const event = {
    user: { user_id: "auth0|alice" },
    transaction: { correlation_id: "c-1" },
    secrets: { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain },
  };
  await handler(event, createApi(event).api);
  world.backend.setFault(faults.status(404));
  await handler(event, createApi(event).api);

  const [first, second] = reports;
  assert.deepEqual(Object.keys(first), [
    "outcome",
    "duration_ms",
    "correlation_id",
    "tokens",
    "sources",
    "claims",
    "scopes",
    "mfa",
    "session",
    "refresh_token",
    "denied",
    "errors",
    "warnings",
    "fingerprint",
  ]);
  assert.equal(first.outcome, "enriched");
  assert.equal(first.correlation_id, "c-1");
  assert.equal(first.tokens.api.from, "endpoint");
  assert.deepEqual([first.sources.profile.status, first.sources.profile.attempts], [200, 1]);
  assert.ok(first.sources.profile.bytes > 50 && first.duration_ms > 0);
  assert.deepEqual(first.claims.set, ["https://example.com/plan", "https://example.com/roles"]);
  assert.deepEqual(first.errors, []);

  // Not found is an answer: nothing failed, and what has a default has it.
  assert.equal(second.outcome, "enriched");
  assert.deepEqual(second.claims.left_out, [{ claim: "https://example.com/plan", reason: "null" }]);
});

test("onReport and log may reject, and the process goes on", async (t) => {
  const rejected = [];
  const note = (reason) => rejected.push(reason);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  const fail = async () => {
    throw new Error("nobody takes reports");
  };
  const config = { claims: { "https://example.com/id": "event.user.user_id" } };
  const event = { user: { user_id: "auth0|alice" } };
  await createPostLogin(config, { log: fail, onReport: fail })(event, createApi(event).api);
  // Node tells of what nobody handled once the microtasks are done.
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(rejected, []);
});

test("a login that begins within another, in a call of the api, ends as well as that", async () => {
  const config = { claims: { "https://example.com/id": "event.user.user_id" } };
  const handler = createPostLogin(config, { log: false });
  const outer = { user: { user_id: "auth0|outer" } };
  const inner = { user: { user_id: "auth0|inner" } };
  const [first, second] = [createApi(outer), createApi(inner)];
  /** @type {Promise<void> | undefined} */
  let begun;
  const { setCustomClaim } = first.api.idToken;
  first.api.idToken.setCustomClaim = (...claim) => {
    begun = handler(inner, second.api);
    setCustomClaim(...claim);
  };
  await handler(outer, first.api);
  await begun;
  assert.deepEqual(first.outcome.idTokenClaims, { "https://example.com/id": "auth0|outer" });
  assert.deepEqual(second.outcome.idTokenClaims, { "https://example.com/id": "auth0|inner" });
});

test("an integer that JavaScript would round is left out and reported", async (t) => {
  const world = await startWorld(t);
  world.backend.setFault((_req, res) => {
    res.setHeader("content-type", "application/json").end('{"subscription":{"plan":9007199254740993}}');
    return true;
  });
  const { after, logs } = await world.login(requirePackage(createConfig()));
  assert.equal("https://example.com/plan" in after.idToken, false);
  assert.match(logs[0], /partial .* unsafe_integer@claims/);
});
