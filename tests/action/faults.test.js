import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "claimsmith-cli/tenant";
import { createConfig, DEPLOYMENTS, PLAN, startWorld, visibleOutput } from "../support/world.js";

/**
 * What can go wrong in one login, and the code it must end with. `prepare` breaks the world, `event` the
 * login, `config` the configuration.
 */
const FAULTS = {
  "a wrong client secret": {
    code: "token_refused",
    event: { secrets: { CLIENT_SECRET: "wrong-secret-7f3a" } },
  },
  "a missing secret": { code: "secret_missing", event: { secrets: { CLIENT_SECRET: undefined } } },
  "a backend that is down": {
    code: "transport_failed",
    prepare: ({ backend }) => backend.setFault(faults.down),
  },
  "a backend that nobody listens at": {
    code: "transport_failed",
    event: { secrets: { API_DOMAIN: "127.0.0.1:1" } },
  },
  "a backend that answers HTML": {
    code: "response_not_json",
    prepare: ({ backend }) => backend.setFault(faults.html),
  },
  "a backend that answers 10 MB": {
    code: "response_too_large",
    prepare: ({ backend }) => backend.setFault(faults.large(10_000_000)),
  },
  "a backend that announces 10 MB": {
    code: "response_too_large",
    prepare: ({ backend }) => backend.setFault(faults.large(10_000_000, { contentLength: true })),
  },
  "a backend that fails": {
    code: "source_status",
    prepare: ({ backend }) => backend.setFault(faults.status(500)),
  },
  "a backend that forbids": {
    code: "source_status",
    prepare: ({ backend }) => backend.setFault(faults.status(403)),
  },
  "a backend that redirects": {
    code: "redirect_refused",
    prepare: ({ backend, oauthServer }) => backend.setFault(faults.redirect(oauthServer.url)),
  },
  "a backend that never answers": {
    code: "timeout",
    prepare: ({ backend }) => backend.setFault(faults.silent),
    config: ({ sources }) => {
      sources.profile.timeout_ms = 50;
    },
  },
  "a token endpoint that never answers": {
    code: "deadline_exceeded",
    prepare: ({ oauthServer }) => oauthServer.setFault(faults.silent),
    config: (config) => {
      config.deadline_ms = 100;
    },
  },
  "a token endpoint that answers HTML": {
    code: "token_response_invalid",
    prepare: ({ oauthServer }) => oauthServer.setFault(faults.html),
  },
  "a token endpoint that redirects": {
    code: "redirect_refused",
    prepare: ({ oauthServer, backend }) => oauthServer.setFault(faults.redirect(backend.url)),
  },
  "an address that nobody verified": {
    code: "email_unverified",
    event: { user: { email_verified: false } },
    config: ({ sources }) => {
      sources.profile.url = sources.profile.url.replace("event.user.user_id", "event.user.email");
    },
  },
};

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const [fault, { code, prepare, event, config }] of Object.entries(FAULTS)) {
    test(`${name}: ${fault} ends with ${code}, and the login goes on`, async (t) => {
      const world = await startWorld(t);
      prepare?.(world);
      const action = deploy(
        createConfig((config_) => {
          // A default would be set in spite of the failure.
          delete config_.claims["https://example.com/roles"];
          config?.(config_);
        }),
      );
      const result = await world.login(action, event);

      assert.match(result.logs[0], new RegExp(`^claimsmith skipped \\d+ms ${code}@`));
      assert.equal(result.denied, null);
      assert.deepEqual(result.after, result.before);
      const sets = result.outcome.calls.filter(({ method }) => method.includes("setCustomClaim"));
      assert.deepEqual(sets, []);

      const output = visibleOutput(action, result);
      for (const secret of ["wrong-secret-7f3a", world.oauthServer.secrets.CLIENT_SECRET, "eyJ"]) {
        assert.equal(output.includes(secret), false, "the output holds a secret");
      }
    });
  }

  test(`${name}: a call that cannot be made costs no token`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ sources }) => {
      sources.profile.url = sources.profile.url.replace("event.user.user_id", "event.user.nothing");
    });
    const { logs } = await world.login(deploy(config));
    assert.match(logs[0], /template_value_missing@sources\.profile\.url/);
    assert.deepEqual(world.calls(), { token: 0, backend: 0 });
  });

  test(`${name}: a redirect sends nothing to the other host`, async (t) => {
    const world = await startWorld(t);
    const other = await startWorld(t);
    world.backend.setFault(faults.redirect(other.backend.url));
    await world.login(deploy(createConfig()));
    assert.deepEqual(other.calls(), { token: 0, backend: 0 });
  });

  test(`${name}: on_error deny ends the login with a reason that names no system`, async (t) => {
    const world = await startWorld(t);
    world.backend.setFault(faults.status(500));
    const config = createConfig(({ sources }) => {
      sources.profile.on_error = "deny";
    });
    const { denied, logs } = await world.login(deploy(config));
    assert.equal(denied.reason, "We could not complete your login. Please try again later.");
    assert.match(logs[0], /^claimsmith denied /);
  });

  test(`${name}: a refused token leads to one new token and one more call, never two`, async (t) => {
    const world = await startWorld(t);
    const action = deploy(createConfig());
    await world.login(action);
    world.backend.setFault(faults.times(1, faults.status(401)));
    const { after } = await world.login(action);
    assert.equal(after.idToken[PLAN], "gold");
    assert.deepEqual(world.calls(), { token: 2, backend: 3 });

    world.backend.setFault(faults.status(401));
    const { logs } = await world.login(action);
    assert.match(logs[0], /source_status@sources\.profile/);
    // One a minute, whoever is refused.
    assert.deepEqual(world.calls(), { token: 2, backend: 4 });
  });

  test(`${name}: a socket that the other side closed while it lay idle is replaced at once`, async (t) => {
    const world = await startWorld(t);
    const action = deploy(createConfig());
    await world.login(action);
    world.backend.setFault((req) => {
      // Answered, and closed behind the answer's back.
      setTimeout(() => req.socket.destroy(), 20);
      return false;
    });
    await world.login(action);
    world.backend.setFault(null);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { after } = await world.login(action);
    assert.equal(after.idToken[PLAN], "gold");
  });

  test(`${name}: an unknown key stops the module, or the bundle, with its path and the nearest valid key`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ sources }) => {
      sources.profile.timeout = 5;
    });
    const check = (error) => {
      assert.equal(error.name, "EnrichmentError");
      assert.equal(error.code, "config_invalid");
      assert.equal(error.path, "sources.profile.timeout");
      assert.match(error.message, /did you mean `timeout_ms`\?/);
      return true;
    };
    // A file that is pasted is not made of what is wrong.
    if (name === "pasted file") return assert.throws(() => deploy(config), check);
    const action = deploy(config);
    for (const _attempt of [1, 2]) {
      await assert.rejects(world.login(action), ({ cause }) => check(cause));
    }
    assert.deepEqual(world.calls(), { token: 0, backend: 0 });
  });
}
