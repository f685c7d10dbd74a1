// Fault 17: where a test fakes timers, as `jest.useFakeTimers()` does, a login goes on and ends.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { createApi, createEvent } from "claimsmith-cli/host";
import { startRawServer, text } from "../support/raw-server.js";
import { PLAN } from "../support/world.js";

const require = createRequire(import.meta.url);

const createConfig = (timeout_ms) => ({
  allow_http: true,
  deadline_ms: 15_000,
  sources: { profile: { url: "http://{secrets.API_DOMAIN}/", timeout_ms, retries: 1 } },
  claims: { [PLAN]: "profile.plan" },
});

/** What is faked, by who does so. Each returns the way back. */
const FAKES = {
  "node:test's timers": (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate"] });
    return () => t.mock.timers.reset();
  },
  "node:test's timers and its Date": (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate", "Date"], now: 1 });
    return () => t.mock.timers.reset();
  },
  "every global that Jest fakes": () => {
    const names = [
      "setTimeout",
      "clearTimeout",
      "setInterval",
      "clearInterval",
      "setImmediate",
      "clearImmediate",
      "queueMicrotask",
    ];
    const real = Object.fromEntries(names.map((name) => [name, globalThis[name]]));
    const { now } = performance;
    for (const name of names) globalThis[name] = () => ({ unref() {}, ref() {} });
    performance.now = () => 0;
    return () => {
      Object.assign(globalThis, real);
      performance.now = now;
    };
  },
};

/** Answers by turns, as the test says. Who waits for one in vain waits for a second, all else as long as a busy machine needs. */
const CASES = {
  "that is answered": { answers: [text("200 OK", '{"plan":"gold"}')], timeoutMs: 6_000 },
  "whose first answer is an error, and which waits before the next": {
    answers: [text("503 Service Unavailable"), text("200 OK", '{"plan":"gold"}')],
    timeoutMs: 6_000,
  },
  "whose first call times out": { answers: [null, text("200 OK", '{"plan":"gold"}')], timeoutMs: 1_000 },
};

/** The package, loaded anew. */
function load() {
  const file = require.resolve("claimsmith");
  delete require.cache[file];
  return require(file);
}

for (const [who, fake] of Object.entries(FAKES)) {
  for (const [what, { answers, timeoutMs }] of Object.entries(CASES)) {
    // node:test fakes what Node's own module has too: what is loaded after that has nothing else.
    for (const when of who.startsWith("node:test") ? ["after"] : ["after", "before"]) {
      test(`a login ${what} ends under ${who}, faked ${when} the package was loaded`, async (t) => {
        const server = await startRawServer(t, ({ write }, index) => {
          const answer = answers[Math.min(index, answers.length - 1)];
          if (answer) write(answer);
        });
        const event = createEvent({ secrets: { API_DOMAIN: `127.0.0.1:${server.port}` } });
        const { api, outcome } = createApi(event, { trigger: "post-login" });
        let createPostLogin = when === "after" ? load().createPostLogin : undefined;
        const restore = fake(t);
        try {
          createPostLogin ??= load().createPostLogin;
          await createPostLogin(createConfig(timeoutMs), { log: false })(event, api);
        } finally {
          restore();
        }
        assert.equal(outcome.idTokenClaims[PLAN], "gold");
      });
    }
  }
}
