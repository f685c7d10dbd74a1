// What `claimsmith simulate` shows, and that it is what the pasted file does.

import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createCredentialsExchangeEvent, loadAction } from "claimsmith-cli/host";
import { ms } from "../../cli/src/count.js";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { startSimulation } from "../../cli/src/simulation/simulation.js";
import { createConfig, PLAN, ROLES, startWorld } from "../support/world.js";
import { createFolder } from "./command.js";

const PROFILE = {
  email: "alice@example.com",
  subscription: { plan: "gold" },
  roles: [
    { name: "editor", active: true },
    { name: "auditor", active: false },
  ],
};

/** A configuration for real names, with its event and answers. */
function createFiles(change) {
  const config = JSON.parse(JSON.stringify(createConfig(change)).replaceAll("http://", "https://"));
  return { "claimsmith.json": config, "answers.json": { profile: PROFILE } };
}

/** Changes of the README's configuration, each with what it does to the tokens. */
const CONFIGS = {
  "the README's": () => {},
  "all targets": ({ claims }) => {
    claims.everywhere = {
      value: "profile.subscription.plan",
      to: [
        "access_token",
        "id_token",
        "saml_response",
        "app_metadata",
        "user_metadata",
        "transaction_metadata",
        "session_metadata",
        "refresh_token_metadata",
      ],
    };
  },
  "a further factor, and scopes of an expression": (config) => {
    config.mfa = [
      { when: "profile.subscription.plan == 'gold'", provider: "any", allow_remember_browser: false },
    ];
    config.scopes = [{ remove: { value: "event.transaction.requested_scopes[?@ == 'email']" } }];
  },
  "a session that is revoked": (config) => {
    config.session = [{ when: "profile.subscription", revoke: "Not {event.user.name}." }];
    config.claims.seen = { value: "`true`", to: ["app_metadata"], if_denied: true };
  },
  "a default where a source fails": ({ sources, claims }) => {
    sources.profile.url = "http://{secrets.API_DOMAIN}/api/nobody/{event.user.user_id}";
    sources.profile.on_not_found = "error";
    claims[PLAN] = { value: "profile.subscription.plan", default: "free" };
  },
  "a second source": ({ sources, claims }) => {
    sources.again = { url: "http://{secrets.API_DOMAIN}/api/users/{event.user.email}" };
    claims.mail = "again.email";
  },
  scopes: (config) => {
    config.scopes = [{ add: "beta", when: "profile.subscription.plan == 'gold'" }, { remove: "profile" }];
  },
  "a denial": (config) => {
    config.deny = [
      { when: "profile.subscription.plan == 'gold'", reason: "No gold today.", on_unavailable: "skip" },
    ];
  },
  shadow: (config) => {
    config.mode = "shadow";
  },
  "a required claim that is missing": ({ claims }) => {
    claims.missing = { value: "profile.nothing", required: true };
  },
  "a limit of the access token": (config) => {
    config.limits = { access_token_bytes: 40 };
  },
  "a wrong type": ({ claims }) => {
    claims[PLAN] = { value: "profile.subscription.plan", type: "integer" };
  },
  "a claim that Auth0 holds back": ({ claims }) => {
    claims.nickname = { value: "profile.subscription.plan", to: ["access_token", "id_token"] };
    claims.phone_number = { value: "profile.email", to: ["access_token"] };
  },
};

for (const [name, change] of Object.entries(CONFIGS)) {
  test(`simulated as in the pasted file: ${name}`, async (t) => {
    const config = createConfig(change);
    // The real file, unchanged, against the real tenant and its user API.
    const world = await startWorld(t, {}, { "auth0|alice": PROFILE });
    const real = await world.login(loadAction(bundleAction(config)));

    const simulation = await startSimulation({
      config,
      answers: createAnswers(
        name === "a default where a source fails"
          ? { profile: { $status: 404, $body: {} } }
          : { profile: PROFILE, again: PROFILE },
      ),
    });
    t.after(() => simulation.close());
    const shown = await simulation.login();

    const [accessToken, idToken] = shown.tokens;
    assert.deepEqual(shown.denied, real.denied);
    assert.deepEqual(stable(accessToken.before), stable(real.before?.accessToken));
    assert.deepEqual(stable(accessToken.after), stable(real.after?.accessToken));
    assert.deepEqual(stable(idToken.after), stable(real.after?.idToken));
    assert.deepEqual(
      [accessToken.dropped, idToken.dropped],
      [real.dropped.accessToken, real.dropped.idToken],
    );
    assert.deepEqual(shown.scopes, real.outcome.scopes);
    assert.deepEqual(
      [shown.mfa, shown.session, shown.refresh_token],
      [real.outcome.mfa, real.outcome.session, real.outcome.refreshToken],
    );
    const { samlAttributes, appMetadata, userMetadata, transactionMetadata } = real.outcome;
    assert.deepEqual(
      {
        saml_response: {},
        app_metadata: {},
        user_metadata: {},
        transaction_metadata: {},
        session_metadata: {},
        refresh_token_metadata: {},
        ...shown.elsewhere,
      },
      {
        saml_response: samlAttributes,
        app_metadata: appMetadata,
        user_metadata: userMetadata,
        transaction_metadata: transactionMetadata,
        session_metadata: real.outcome.sessionMetadata,
        refresh_token_metadata: real.outcome.refreshTokenMetadata,
      },
    );
    assert.equal(withoutTimes(shown.logs[0]), withoutTimes(real.logs[0]));
    assert.deepEqual(
      shown.calls.map(({ kind }) => kind),
      [...world.oauthServer.tokenCalls.map(() => "token"), ...world.backend.calls.map(() => "source")],
    );
  });
}

/** What does not hang on when and by whom the token was issued. */
function stable(claims) {
  if (claims === null || claims === undefined) return null;
  const { iss, iat, exp, ...rest } = claims;
  return rest;
}

function withoutTimes(line) {
  return line.replaceAll(/\d+ms/g, "0ms").replace(/ id=\S+/, "");
}

test("simulated as in the pasted file: a machine's token", async (t) => {
  const config = createConfig(({ sources, claims }) => {
    sources.profile.url = "http://{secrets.API_DOMAIN}/api/users/{event.client.metadata.owner}";
    delete claims[ROLES];
    claims[PLAN] = "profile.subscription.plan";
  });
  const trigger = "credentials-exchange";
  const overrides = { client: { metadata: { owner: "auth0|alice" } } };

  const world = await startWorld(t, {}, { "auth0|alice": PROFILE });
  const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain };
  const event = createCredentialsExchangeEvent({ ...overrides, secrets });
  const { api, outcome } = createApi(event, { trigger });
  await loadAction(bundleAction(config, { trigger })).execute("onExecuteCredentialsExchange", event, api);

  const simulation = await startSimulation({ config, trigger, answers: createAnswers({ profile: PROFILE }) });
  t.after(() => simulation.close());
  const { outcome: shownOutcome, tokens } = await simulation.login(overrides);
  assert.equal(shownOutcome, "enriched");
  const [accessToken, idToken] = tokens;
  assert.deepEqual(
    Object.fromEntries(accessToken.changes.map(({ claim, after }) => [claim, after])),
    outcome.accessTokenClaims,
  );
  assert.equal(accessToken.after?.gty, "client-credentials");
  assert.equal(idToken.after, null);
});

test("a login is shown with its further factor, its session and its refresh token", async (t) => {
  const folder = createFolder(
    t,
    createFiles((config) => {
      config.mfa = [{ challenge: ["otp"] }];
      config.session = [{ expires_in_s: 60, idle_expires_in_s: 30 }];
      config.refresh_token = [{ expires_in_s: 60 }];
    }),
  );
  const { status, stdout } = await folder.run("simulate");
  assert.equal(status, 0);
  assert.match(stdout, /^Further factor\n {2}one of otp is enrolled$/m);
  assert.match(stdout, /^Session\n {2}expires at \S+Z\n {2}expires at \S+Z if it is not used$/m);
  assert.match(stdout, /^Refresh token\n {2}expires at \S+Z$/m);
});

test("a login is shown with tokens, calls, cache and the log line", async (t) => {
  const folder = createFolder(t, createFiles());
  const { status, stdout, stderr } = await folder.run("simulate");
  assert.equal(stderr, "");
  assert.equal(status, 0);
  for (const line of [
    /^enriched in .+ of 15\.0 s$/m,
    /^Access token {2}65 of 8,192 bytes/m,
    /^\+ https:\/\/example\.com\/plan {3}"gold"$/m,
    /^\+ https:\/\/example\.com\/roles {2}\["editor"\]$/m,
    /^ {2}sub +"auth0\|alice"$/m,
    /^ID token {2}30 of 8,192 bytes/m,
    /^ {2}token api +POST https:\/\/auth0-domain\.example\/oauth\/token +200 /m,
    /^ {2}source profile +GET https:\/\/api-domain\.example\/api\/users\/auth0%7Calice +200 /m,
    /^ {2}1 of 20 entries, \d+ of 8,192 bytes$/m,
    /^ {2}all closed$/m,
    /^ {2}claimsmith enriched \d+ms api=endpoint\/\d+ms profile=200\/\d+ms claims=2 left_out=0 config=[0-9a-f]{16} id=/m,
  ]) {
    assert.match(stdout, line);
  }
});

test("what fails, and what Auth0 would drop, is shown and ends with 1", async (t) => {
  const files = createFiles((config) => {
    config.claims.phone_number = { value: "profile.email", to: ["access_token"] };
  });
  const dropped = await createFolder(t, files).run("simulate");
  assert.equal(dropped.status, 1);
  assert.match(
    dropped.stdout,
    /^✗ phone_number {2}Auth0 drops it: the application did not ask for the scope/m,
  );

  const folder = createFolder(t, { ...createFiles(), "answers.json": {} });
  const unanswered = await folder.run("simulate");
  assert.equal(unanswered.status, 0);
  assert.match(unanswered.stderr, /no answer is written for the source `profile`/);
  const failing = await createFolder(t, {
    ...createFiles(),
    "answers.json": { profile: { $status: 500 } },
  }).run("simulate");
  assert.equal(failing.status, 1);
  assert.match(failing.stdout, /^partial in /m);
  assert.match(failing.stdout, /^source_status sources\.profile: /m);
});

test("faults of the suite are injected by name", async (t) => {
  const folder = createFolder(t, createFiles());
  const expectations = {
    "sends HTML": "response_not_json",
    "profile:sends-html": "response_not_json",
    "profile: resets within the body": "transport_failed",
    "api:answers-an-error-of-rfc-6749-5-2": "token_refused",
  };
  for (const [fault, code] of Object.entries(expectations)) {
    const { status, stdout } = await folder.run("simulate", "--json", "--fault", fault);
    assert.equal(status, 0, fault);
    assert.deepEqual(
      JSON.parse(stdout).report.errors.map((error) => error.code),
      [code],
      fault,
    );
  }
  const cache = await folder.run("simulate", "--json", "--fault", "cache:throws");
  assert.equal(JSON.parse(cache.stdout).outcome, "enriched");

  const unknown = await folder.run("simulate", "--fault", "profile:burns");
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /there is no such fault/);
  const target = await folder.run("simulate", "--fault", "profil:sends-html");
  assert.match(target.stderr, /there is no `profil`\nhint: targets are profile, api, cache/);
});

test("a storm shows outcomes, calls and latencies, each user with the own answer", async (t) => {
  const files = createFiles(({ claims }) => {
    claims[PLAN] = { value: "profile.subscription.plan", type: "string" };
  });
  delete files["answers.json"];
  const folder = createFolder(t, {
    ...files,
    "answers/profile.json": PROFILE,
    "answers/profile/auth0%7Cuser-0001.json": { ...PROFILE, subscription: { plan: 7 } },
  });
  const text = await folder.run("simulate", "--logins", "40", "--users", "4", "--concurrency", "8");
  assert.equal(text.status, 1);
  assert.match(text.stdout, /^ {2}logins +40 of 4 users, 8 at once, in /m);
  assert.match(text.stdout, /^ {2}outcomes +(enriched 30, partial 10|partial 10, enriched 30)$/m);
  assert.match(text.stdout, /^ {2}errors +claim_type_mismatch 10$/m);
  assert.match(text.stdout, /^ {2}token calls +1$/m);
  assert.match(text.stdout, /^ {2}source calls +40$/m);

  const json = await folder.run("simulate", "--logins", "40", "--users", "4", "--json");
  const { latencyMs, histogram } = JSON.parse(json.stdout);
  assert.equal(
    histogram.reduce((sum, bucket) => sum + bucket.logins, 0),
    40,
  );
  assert.ok(latencyMs.p50 > 0 && latencyMs.p50 <= latencyMs.p99 && latencyMs.p99 <= latencyMs.max);
});

/** Configurations whose logins all end in one way, and the exit code that this is worth. */
const ENDINGS = {
  "a required claim without a value": {
    status: 1,
    change: ({ claims }) => {
      claims.missing = { value: "profile.nothing", required: true };
    },
  },
  "a required claim of a wrong type": {
    status: 1,
    change: ({ claims }) => {
      claims.missing = { value: "profile.subscription", type: "integer", required: true };
    },
  },
  "a source that denies where it fails": {
    status: 1,
    change: ({ sources }) => {
      sources.profile.on_error = "deny";
    },
    answers: { profile: { $status: 503 } },
  },
  "a source that nobody has, which is an error and denies": {
    status: 1,
    change: ({ sources }) => {
      Object.assign(sources.profile, { on_error: "deny", on_not_found: "error" });
    },
    answers: { profile: { $status: 404 } },
  },
  "a rule that denies": {
    status: 0,
    change: (config) => {
      config.deny = [
        { when: "profile.subscription.plan == 'gold'", reason: "Not today.", on_unavailable: "skip" },
      ];
    },
  },
  "shadow without errors": {
    status: 0,
    change: (config) => {
      config.mode = "shadow";
    },
  },
  "shadow with errors": {
    status: 1,
    change: (config) => {
      config.mode = "shadow";
    },
    answers: { profile: { $status: 500 } },
  },
  "shadow that would deny by mistake": {
    status: 1,
    change: (config) => {
      config.mode = "shadow";
      config.claims.missing = { value: "profile.nothing", required: true };
    },
  },
};

for (const [name, { status, change, answers }] of Object.entries(ENDINGS)) {
  test(`exit code ${status}, for one login and for a storm: ${name}`, async (t) => {
    const files = createFiles(change);
    const folder = createFolder(t, { ...files, ...(answers && { "answers.json": answers }) });
    for (const options of [[], ["--json"], ["--logins", "6"], ["--logins", "6", "--json"]]) {
      assert.equal((await folder.run("simulate", ...options)).status, status, options.join(" "));
    }
  });
}

test("a login that a fault denies, since the configuration says so, is no problem found", async (t) => {
  const folder = createFolder(
    t,
    createFiles(({ sources }) => {
      sources.profile.on_error = "deny";
    }),
  );
  const { status, stdout } = await folder.run("simulate", "--json", "--fault", "profile:sends-html");
  assert.equal(JSON.parse(stdout).outcome, "denied");
  assert.equal(status, 0);
});

test("times have two digits and more, and no exponent", () => {
  const shown = {
    0: "0.00 ms",
    1e-7: "0.00 ms",
    0.034: "0.03 ms",
    0.996: "1.0 ms",
    9.94: "9.9 ms",
    9.96: "10 ms",
    99.4: "99 ms",
    99.6: "100 ms",
    100: "100 ms",
    999.4: "999 ms",
    999.6: "1.0 s",
    1234: "1.2 s",
  };
  for (const [durationMs, text] of Object.entries(shown)) assert.equal(ms(Number(durationMs)), text);
  for (let durationMs = 1e-9; durationMs < 1e6; durationMs *= 1.01) {
    assert.match(ms(durationMs), /^\d+(\.\d+)? m?s$/);
  }
});

test("--users and --concurrency without --logins are wrong usage, and say what to add", async (t) => {
  const folder = createFolder(t, createFiles());
  for (const option of ["--users", "--concurrency"]) {
    const { status, stdout, stderr } = await folder.run("simulate", option, "3");
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, new RegExp(`^error: ${option} .*give --logins <number> as well$`, "m"));
  }
  assert.equal((await folder.run("simulate", "--users", "3", "--logins", "3")).status, 0);
});

for (const options of [[], ["--json"]]) {
  test(`Ctrl+C in a storm prints what has ended, and exits with 130: ${options[0] ?? "text"}`, async (t) => {
    const world = await startWorld(t, {}, { "auth0|alice": PROFILE });
    const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain };
    const folder = createFolder(t, {
      "claimsmith.json": createConfig((config) => {
        config.deadline_ms = 15_000;
        config.sources.profile.timeout_ms = 15_000;
      }),
      "secrets.env": Object.entries(secrets)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(""),
    });
    // From the sixth call on the backend holds its answers, and tells that the storm is under way.
    let calls = 0;
    const underWay = new Promise((resolve) => {
      world.backend.setFault(() => {
        calls++;
        if (calls === 6) resolve(undefined);
        return calls >= 6;
      });
    });
    const storm = ["--logins", "500", "--users", "3", "--concurrency", "2"];
    const child = folder.start("simulate", "--live", ...storm, ...options);
    t.after(() => child.kill("SIGKILL"));
    const ended = once(child, "close");
    const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
    await underWay;
    child.kill("SIGINT");
    const interruptedAtMs = performance.now();
    assert.deepEqual(await ended, [130, null], await stderr);
    const tookMs = performance.now() - interruptedAtMs;
    assert.ok(tookMs < 15_000, "it did not wait for the deadlines of what is under way");

    const printed = await stdout;
    if (options.length === 0) {
      assert.match(printed, /^ {2}logins +[45] of 500 of 3 users, 2 at once, in /m);
      return;
    }
    const { logins, planned, outcomes, histogram } = JSON.parse(printed);
    assert.ok(logins === 4 || logins === 5, `${logins}`);
    assert.equal(planned, 500);
    const sum = (numbers) => numbers.reduce((whole, number) => whole + number, 0);
    assert.equal(sum(Object.values(outcomes)), logins);
    assert.equal(sum(histogram.map((bucket) => bucket.logins)), logins);
  });
}

test("--live calls the real servers with secrets from a file, and prints none of them", async (t) => {
  const world = await startWorld(t, {}, { "auth0|alice": PROFILE });
  const secrets = { ...world.oauthServer.secrets, API_DOMAIN: world.backend.domain };
  const folder = createFolder(t, {
    "claimsmith.json": createConfig(({ sources }) => {
      sources.profile.url += "?key={secrets.API_KEY}";
    }),
    "secrets.env": Object.entries({ ...secrets, API_KEY: "planted-key-5f1c" })
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
  });
  const { status, stdout, stderr } = await folder.run("simulate", "--live");
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.deepEqual(world.calls(), { token: 1, backend: 1 });
  assert.match(stdout, /\?key=\{secrets\.API_KEY\}/);
  for (const secret of ["planted-key-5f1c", secrets.CLIENT_SECRET, "eyJ"])
    assert.ok(!stdout.includes(secret));
});

test("--live with --fault is wrong usage, and says why", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": createConfig() });
  const { status, stderr } = await folder.run("simulate", "--live", "--fault", "profile:answers-500");
  assert.equal(status, 2);
  assert.match(stderr, /^error: --fault needs the stand-ins, so it cannot go with --live$/m);
});

test("--live without its secrets names those that are missing", async (t) => {
  const folder = createFolder(t, { ...createFiles(), "secrets.env": "CLIENT_ID=x\n" });
  const { status, stderr } = await folder.run("simulate", "--live");
  assert.equal(status, 1);
  assert.match(stderr, /not given: API_DOMAIN, AUTH0_DOMAIN, CLIENT_SECRET/);
});

test("in shadow the terminal and --json tell what would have been set, changed and denied", async (t) => {
  const files = createFiles((config) => {
    config.mode = "shadow";
    config.scopes = [{ add: "beta" }];
    config.deny = [{ when: "event.user.user_id == 'auth0|mallory'", reason: "Not you." }];
  });
  const folder = createFolder(t, files);
  const { stdout } = await folder.run("simulate");
  const [, without = ""] = stdout.split("\nWithout shadow  enriched\n");
  assert.match(without, /\+ \S+plan\s+"gold"/);
  assert.match(without, /~ scope\s+"openid profile email" → "openid profile email beta"/);
  assert.doesNotMatch(stdout.split("Without shadow")[0], /\n\+ /);

  const { shadow, tokens, calls } = JSON.parse((await folder.run("simulate", "--json")).stdout);
  assert.equal(shadow.outcome, "enriched");
  assert.deepEqual(shadow.scopes, { added: ["beta"], removed: [] });
  assert.ok(shadow.tokens.every(({ changes }) => changes.length > 0));
  assert.ok(tokens.every(({ changes }) => changes.length === 0));
  // The calls are those of the login alone.
  assert.equal(calls.length, 2);

  const denied = createFolder(t, { ...files, "event.json": { user: { user_id: "auth0|mallory" } } });
  assert.match(
    (await denied.run("simulate")).stdout,
    /Without shadow {2}denied\n.*denied, and the user reads: Not you\./,
  );
  assert.equal(
    (await folder.run("simulate", "--logins", "2", "--json")).stdout.includes('"shadow": {'),
    false,
  );
});

test("without shadow nothing is said of it", async (t) => {
  const folder = createFolder(t, createFiles());
  assert.doesNotMatch((await folder.run("simulate")).stdout, /Without shadow/);
  assert.equal("shadow" in JSON.parse((await folder.run("simulate", "--json")).stdout), false);
});
