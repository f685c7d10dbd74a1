// A tenant with its backend, and the Action in each way it is deployed.

import { readFileSync } from "node:fs";
import { bundleAction } from "claimsmith-cli/bundle";
import { createCache, loadAction } from "claimsmith-cli/host";
import { startTenant } from "claimsmith-cli/tenant";

const ROOT = new URL("../..", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("js-shim/package.json", ROOT), "utf8"));

export const PLAN = "https://example.com/plan";
export const ROLES = "https://example.com/roles";

/** The address that breaks URLs which are put together by hand. */
export const HOSTILE_EMAIL = "a/../b+x@example.com";

const USERS = {
  "auth0|alice": {
    email: "alice@example.com",
    subscription: { plan: "gold" },
    roles: [
      { name: "editor", active: true },
      { name: "auditor", active: false },
    ],
  },
  "auth0|bob": { email: "bob@example.com", subscription: { plan: "free" }, roles: [] },
  "auth0|hostile": { email: HOSTILE_EMAIL, subscription: { plan: "trial" }, roles: [] },
};

/** The README's configuration, on a machine without certificates that may be busy with other things. */
export function createConfig(change = () => {}) {
  const file = new URL("examples/plan-and-roles/claimsmith.json", ROOT);
  const config = JSON.parse(readFileSync(file, "utf8").replaceAll("https://{secrets.", "http://{secrets."));
  config.deadline_ms = 15_000;
  config.tokens.api.timeout_ms = config.sources.profile.timeout_ms = 10_000;
  change(config);
  return config;
}

/** How an Action can carry the engine. Each promise to the backend must hold for every one of them. */
export const DEPLOYMENTS = {
  "pasted file": (config) => loadAction(bundleAction(config, { isFast: true })),
  package: (config) => requirePackage(config),
  "package with fetch": (config) => requirePackage(config, "{ log: console.log, fetch }"),
};

const CREATE_OF_TRIGGER = {
  "post-login": "exports.onExecutePostLogin = createPostLogin",
  "credentials-exchange": "exports.onExecuteCredentialsExchange = createCredentialsExchange",
};

/** An Action that requires the package, as one with an npm dependency does. */
export function requirePackage(config, options = "{ log: console.log }", trigger = "post-login") {
  const code = `
    const { createPostLogin, createCredentialsExchange } = require("claimsmith");
    ${CREATE_OF_TRIGGER[trigger]}(${JSON.stringify(config)}, ${options});`;
  return loadAction(code, { dependencies: { claimsmith: version }, root: new URL("tests/", ROOT) });
}

/**
 * Starts a tenant for a test and stops it afterwards.
 *
 * @param {import("node:test").TestContext} t
 */
export async function startWorld(t, oauth = {}, users = USERS) {
  const tenant = await startTenant({ users, oauth });
  t.after(() => tenant.close());
  const { oauthServer, backend } = tenant;
  return {
    oauthServer,
    backend,
    /** One login; `overrides` change the event. */
    login: (action, { cache = createCache(), ...overrides } = {}) => {
      const secrets = { API_DOMAIN: backend.domain, ...overrides.secrets };
      return tenant.login({ action, cache, event: tenant.createEvent({ ...overrides, secrets }) });
    },
    calls: () => ({ token: oauthServer.tokenCalls.length, backend: backend.calls.length }),
  };
}

/** What an Action did that a user or an operator can see. */
export function visibleOutput(action, result) {
  return JSON.stringify([result.logs, action.strayLogs, result.outcome, result.after]);
}
