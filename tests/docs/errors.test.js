// The page on errors: it has every code, and each can be brought about.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkConfig, createPostLogin } from "claimsmith";
import { createApi, createEvent } from "claimsmith-cli/host";
import { sourceFaults, tokenFaults } from "claimsmith-cli/tenant";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { startSimulation } from "../../cli/src/simulation/simulation.js";

const read = (place) => readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const page = read("docs/errors.md");

const documented = [...page.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);

test("the page has the codes of the engine and of the types, and no other", () => {
  const [, rust] = /pub enum Code \{([\s\S]*?)\n {4}\}/.exec(read("crates/core/src/error.rs")) ?? [];
  const engine = [...rust.matchAll(/= "(\w+)"/g)].map(([, code]) => code);
  const [, union] = /export type ErrorCode =([\s\S]*?);/.exec(read("js-shim/src/index.d.ts")) ?? [];
  const types = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  assert.equal(engine.length, 27);
  assert.deepEqual([...documented].sort(), [...engine].sort());
  assert.deepEqual([...types].sort(), [...engine].sort());
});

test("the message that a denied user reads is the engine's", () => {
  const [, reason] = /DENY_REASON: &str =\s*"([^"]+)"/.exec(read("crates/core/src/decision.rs")) ?? [];
  assert.ok(page.includes(`"${reason}"`), reason);
});

/** A configuration that works, changed. However busy the machine is, only what waits in vain ends by its time. */
function createConfig(change = () => {}) {
  const config = {
    deadline_ms: 15_000,
    tokens: {
      api: {
        token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
        client_id: "{secrets.CLIENT_ID}",
        client_secret: "{secrets.CLIENT_SECRET}",
        audience: "https://api.example.com",
        timeout_ms: 10_000,
      },
    },
    sources: {
      profile: { url: "https://api.example.com/users/{event.user.user_id}", timeout_ms: 10_000, retries: 0 },
    },
    claims: { plan: { value: "profile.plan" } },
  };
  change(config);
  return config;
}

const atSource = (name) => ({
  prepare: (standIns) => standIns.setFault("source", "profile", sourceFaults[name]()),
});
const atToken = (name) => ({ prepare: (standIns) => standIns.setFault("token", "api", tokenFaults[name]()) });
const answering = (profile) => ({ answers: { profile } });

/** What brings each code about: a wrong configuration, or a login. */
const CASES = {
  config_invalid: {
    problem: ({ claims }) => {
      claims.plan.valu = 1;
    },
  },
  expression_invalid: {
    problem: ({ claims }) => {
      claims.plan.value = "profile..plan";
    },
  },
  claim_reserved: {
    problem: ({ claims }) => {
      claims.roles = "profile.roles";
    },
  },
  secret_missing: { event: { secrets: { CLIENT_SECRET: undefined } }, inMemory: true },
  template_value_missing: { event: { user: { user_id: null } } },
  email_unverified: {
    config: ({ sources }) => {
      sources.profile.url = "https://api.example.com/users/{event.user.email}";
    },
    event: { user: { email_verified: false } },
  },
  token_refused: atToken("answers an error of RFC 6749 §5.2"),
  token_response_invalid: atToken("sends HTML"),
  transport_failed: atSource("resets within the body"),
  timeout: {
    ...atSource("is silent"),
    config: ({ sources }) => {
      sources.profile.timeout_ms = 300;
    },
  },
  deadline_exceeded: {
    ...atSource("is silent"),
    config: (config) => {
      config.deadline_ms = 200;
    },
  },
  redirect_refused: atSource("redirects to another host"),
  response_too_large: atSource("sends 10 MB"),
  response_not_json: atSource("sends HTML"),
  source_status: answering({ $status: 500 }),
  circuit_open: {
    ...atSource("answers 503 always"),
    // A request that holds nothing of the login counts whoever logs in.
    config: ({ sources }) => {
      sources.profile.url = sources.profile.url.replace(/\{event[^}]*\}/, "all");
    },
    logins: 6,
  },
  claim_type_mismatch: {
    ...answering({ plan: 7 }),
    config: ({ claims }) => {
      claims.plan.type = "string";
    },
  },
  claim_missing: {
    ...answering({}),
    config: ({ claims }) => {
      claims.plan.required = true;
    },
  },
  claims_too_large: {
    ...answering({ plan: "x".repeat(500) }),
    config: (config) => {
      config.limits = { id_token_bytes: 100 };
    },
  },
  unsafe_integer: {
    ...atSource("sends an integer that JavaScript would round"),
    config: ({ claims }) => {
      claims.plan.value = "profile.subscription.plan";
    },
  },
  secret_invalid: { event: { secrets: { AUTH0_DOMAIN: "https://a.example" } }, inMemory: true },
  api_refused: { event: {}, inMemory: true, refusesClaims: true },
  // No configuration has a defect: that test has an engine that traps.
  internal: { elsewhere: "tests/package/trap.test.js" },
  response_misfit: { elsewhere: "crates/claimsmith/tests/tenant.rs" },
  action_failed: { elsewhere: "crates/claimsmith/tests/tenant.rs" },
  answer_refused: {
    ...answering({ plan: "gold", errors: ["down"] }),
    config: ({ sources }) => {
      sources.profile.fail_when = "length(errors || `[]`) > `0`";
    },
  },
  unavailable: {
    ...answering({ $status: 500 }),
    config: (config) => {
      config.deny = [{ when: "profile.blocked", reason: "Blocked.", on_unavailable: "skip" }];
    },
  },
};

test("there is a case for each code", () => {
  assert.deepEqual(Object.keys(CASES).sort(), [...documented].sort());
});

for (const [code, theCase] of Object.entries(CASES)) {
  test(`\`${code}\` is brought about as the page says`, async (t) => {
    if (theCase.elsewhere) {
      assert.ok(read(theCase.elsewhere).includes(`"${code}"`));
      return;
    }
    if (theCase.problem) {
      const { problems } = checkConfig(createConfig(theCase.problem));
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code],
      );
      return;
    }
    const report = theCase.inMemory ? await loginInMemory(theCase) : await simulate(t, theCase);
    const codes = [
      ...report.errors.map((error) => error.code),
      ...report.claims.left_out.map(({ reason }) => reason),
    ];
    assert.ok(codes.includes(code), `${codes}`);
  });
}

async function simulate(
  t,
  { config, event = {}, answers = { profile: { plan: "gold" } }, prepare = () => {}, logins = 1 },
) {
  const simulation = await startSimulation({ config: createConfig(config), answers: createAnswers(answers) });
  t.after(() => simulation.close());
  prepare(simulation.standIns);
  let result;
  for (let login = 0; login < logins; login++) {
    // A circuit is opened by the failures of several users.
    const user = logins > 1 ? { user: { user_id: `auth0|${login}` } } : {};
    result = await simulation.login({ ...event, ...user });
  }
  return result.report;
}

/** What the stand-ins would not let happen: a secret that is not there, an `api` that throws. */
async function loginInMemory({ event, refusesClaims = false }) {
  const secrets = { AUTH0_DOMAIN: "a.example", CLIENT_ID: "c", CLIENT_SECRET: "s", ...event.secrets };
  const whole = createEvent({ secrets });
  if (secrets.CLIENT_SECRET === undefined) delete whole.secrets.CLIENT_SECRET;
  const { api } = createApi(whole);
  if (refusesClaims) {
    api.idToken.setCustomClaim = () => {
      throw new Error("no");
    };
  }
  let report;
  const fetch = async (url) =>
    Response.json(
      url.includes("token") ? { access_token: "t", token_type: "Bearer", expires_in: 60 } : { plan: "gold" },
    );
  await createPostLogin(createConfig(), {
    fetch,
    log: false,
    onReport: (seen) => {
      report = seen;
    },
  })(whole, api);
  return report;
}
