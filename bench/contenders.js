// Those who are compared: each is an Action, and runs in the host that behaves as Auth0's does.

import { readFileSync } from "node:fs";
import { bundleAction } from "claimsmith-cli/bundle";
import { loadAction } from "claimsmith-cli/host";

const HERE = new URL("./", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("../js-shim/package.json", HERE), "utf8"));
const { dependencies } = JSON.parse(readFileSync(new URL("package.json", HERE), "utf8"));

function createConfig() {
  const file = new URL("../examples/plan-and-roles/claimsmith.json", HERE);
  const config = JSON.parse(readFileSync(file, "utf8"));
  config.tokens.api.token_url = "{secrets.TOKEN_ORIGIN}/oauth/token";
  config.sources.profile.url = "{secrets.API_ORIGIN}/api/users/{event.user.user_id}";
  return config;
}

const written = (name) => () =>
  loadAction(readFileSync(new URL(`actions/${name}.cjs`, HERE), "utf8"), { dependencies, root: HERE });

/** How each is loaded, by its name. */
export const CONTENDERS = {
  "axios, a token each login": written("axios"),
  "careful fetch": written("careful-fetch"),
  "openid-client": written("openid-client"),
  "the floor": written("floor"),
  "Claimsmith, pasted": () => loadAction(bundleAction(createConfig())),
  "Claimsmith, package": () =>
    loadAction(
      `exports.onExecutePostLogin = require("claimsmith").createPostLogin(${JSON.stringify(createConfig())}, { log: console.log });`,
      { dependencies: { claimsmith: version }, root: new URL("../tests/", HERE) },
    ),
};
