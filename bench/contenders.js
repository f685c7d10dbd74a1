// Those who are compared: each is an Action, as it would be deployed.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleAction } from "claimsmith-cli/bundle";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const { version } = JSON.parse(readFileSync(here("../js-shim/package.json"), "utf8"));
const { dependencies } = JSON.parse(readFileSync(here("package.json"), "utf8"));

export const AXIOS = "axios, a token each login";
export const CAREFUL = "careful fetch";
export const EQUAL = "fetch with the same promises";
export const FLOOR = "the floor";
export const PASTED = "Claimsmith, pasted";
export const PACKAGE = "Claimsmith, package";

/**
 * @typedef {object} Contender
 * @property {string} code the file of the Action
 * @property {Record<string, string>} dependencies of the Action: exact versions by name
 * @property {string} root the folder whose `node_modules` holds these
 *
 * @param {string} folder where files that are made go
 * @param {(config: any) => void} [change] what is other than usual of Claimsmith's configuration
 * @returns {Record<string, Contender>} by name
 */
export function createContenders(folder, change = () => {}) {
  const written = (name, needed) => ({
    code: here(`actions/${name}.cjs`),
    dependencies: Object.fromEntries(needed.map((name) => [name, dependencies[name]])),
    root: here("./"),
  });
  const made = (name, code, needed) => {
    const file = path.join(folder, name);
    writeFileSync(file, code);
    return { code: file, dependencies: needed, root: here("../tests/") };
  };
  const config = createConfig();
  change(config);
  return {
    [AXIOS]: written("axios", ["axios"]),
    [CAREFUL]: written("careful-fetch", []),
    [EQUAL]: written("equal-fetch", []),
    "openid-client": written("openid-client", ["openid-client"]),
    [FLOOR]: written("floor", []),
    [PASTED]: made("pasted.cjs", bundleAction(config), {}),
    [PACKAGE]: made("package.cjs", requirePackage(config), { claimsmith: version }),
  };
}

function createConfig() {
  const config = JSON.parse(readFileSync(here("../examples/plan-and-roles/claimsmith.json"), "utf8"));
  config.tokens.api.token_url = "{secrets.TOKEN_ORIGIN}/oauth/token";
  config.sources.profile.url = "{secrets.API_ORIGIN}/api/users/{event.user.user_id}";
  return config;
}

function requirePackage(config) {
  return `const { createPostLogin } = require("claimsmith");
exports.onExecutePostLogin = createPostLogin(${JSON.stringify(config)}, { log: console.log });`;
}
