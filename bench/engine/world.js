// What an engine meets in a login, in memory: an event, an api, and a network that answers at once.

import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { compilePlan } from "claimsmith";
import { createEvent } from "claimsmith-cli/host";
import { monotonic, sleep } from "../../js-shim/src/timer.js";

const require = createRequire(import.meta.url);
const BUILDS = "../../target/bench";

const EXAMPLE = "../../examples/plan-and-roles/claimsmith.json";

/** What the backend answers for the README's configuration. */
export const PROFILE = {
  subscription: { plan: "gold", since: "2024-03-01", seats: 25 },
  roles: [
    { name: "editor", active: true },
    { name: "auditor", active: false },
    { name: "owner", active: true },
  ],
};

/** The README's configuration, changed. */
export function createConfig(change = () => {}) {
  const config = structuredClone(require(EXAMPLE));
  change(config);
  return config;
}

/**
 * An instance of the engine that nobody has used.
 *
 * @param {"package" | "pasted"} build The one of the package is made fast, that of the pasted file small.
 */
export function loadEngine(build = "package") {
  const file = require.resolve(`${BUILDS}/${build}/engine.cjs`);
  delete require.cache[file];
  return require(file).Engine;
}

/**
 * Logins of a configuration, one after the other.
 *
 * @param {{ config?: object, answer?: object, event?: object, Engine?: any }} options
 * @returns {(logins: number) => Promise<void>} runs so many
 */
export function createLogins({
  config = createConfig(),
  answer = PROFILE,
  event = {},
  Engine = loadEngine(),
}) {
  const trigger = "post-login";
  const platform = createPlatform(answer);
  const engine = new Engine({ trigger, plan: compilePlan(config, { trigger }).plan }, platform);
  const whole = createEvent({ secrets: SECRETS, ...event });
  const claims = {};
  const api = createApi(claims);
  let users = 0;
  const run = async (logins) => {
    for (let login = 0; login < logins; login++) {
      whole.user.user_id = `auth0|${users++}`;
      await engine.login(whole, api, false);
      // Nothing here waits, and what JavaScript tidies up between its tasks shall have its turn.
      if (users % 1_000 === 0) await setImmediate();
    }
    if (!("https://example.com/plan" in claims)) throw new Error("the engine set no claim");
  };
  return run;
}

const SECRETS = {
  AUTH0_DOMAIN: "acme.eu.auth0.com",
  API_DOMAIN: "api.example.com",
  CLIENT_ID: "client",
  CLIENT_SECRET: "secret",
};

function createApi(claims) {
  const cache = new Map();
  const setCustomClaim = (name, value) => {
    claims[name] = value;
  };
  return {
    cache: {
      get: (key) => cache.get(key),
      set: (key, value, { ttl }) => cache.set(key, { value, expires_at: Date.now() + ttl }),
      delete: (key) => cache.delete(key),
    },
    accessToken: { setCustomClaim },
    idToken: { setCustomClaim },
  };
}

function createPlatform(answer) {
  const encoded = (value) => Buffer.from(JSON.stringify(value));
  const profile = encoded(answer);
  const token = encoded({ access_token: "x".repeat(800), token_type: "Bearer", expires_in: 86_400 });
  return {
    send(_method, url, ...others) {
      const settle = others.at(-1);
      Promise.resolve().then(() =>
        settle(true, 200, undefined, url.endsWith("/oauth/token") ? token : profile),
      );
      return () => true;
    },
    connectAhead() {},
    sleep,
    monotonic,
  };
}
