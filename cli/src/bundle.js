/**
 * The pasted file: a configuration that a person can read and edit, and the engine below it.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** The engine, as the package `claimsmith` carries it. */
function readEngine() {
  const packageFile = require.resolve("claimsmith/package.json");
  const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
  const code = readFileSync(path.join(path.dirname(packageFile), "dist/pasted.js"), "utf8");
  return { version, code, sha256: createHash("sha256").update(code).digest("hex") };
}

/** How the file ends, by trigger. */
const ENDINGS = {
  "post-login": "exports.onExecutePostLogin = createPostLogin",
  "credentials-exchange": "exports.onExecuteCredentialsExchange = createCredentialsExchange",
};

/** @typedef {keyof typeof ENDINGS} Trigger */

/** The triggers there are bundles for. */
export const TRIGGERS = Object.freeze(/** @type {Trigger[]} */ (Object.keys(ENDINGS)));

/**
 * @param {object} config
 * @param {{ trigger?: Trigger, options?: string[] }} [how] The options: what the handler is made with besides the
 *   configuration, as code. The file that is pasted has none.
 * @returns {string} the code of an Action
 */
export function bundleAction(config, { trigger = "post-login", options = [] } = {}) {
  if (!Object.hasOwn(ENDINGS, trigger)) {
    throw new TypeError(`bundleAction: no trigger \`${trigger}\`, use one of ${TRIGGERS.join(", ")}`);
  }
  const { code } = readEngine();
  return `${head(config)}
// The engine; nothing to edit from here on.
// ${engineName()}
${code}${ending(trigger, options)}`;
}

/** How an Action names the module that `bundleModule` makes, unless it is told otherwise. */
export const MODULE_NAME = "claimsmith";

/**
 * The same as two files: the engine as an Actions Module, which several Actions may share, and an Action with the
 * configuration that requires it.
 *
 * @param {object} config
 * @param {{ trigger?: Trigger, name?: string }} [how] The name that the module has in the tenant.
 * @returns {{ module: string, action: string }}
 */
export function bundleModule(config, { trigger = "post-login", name = MODULE_NAME } = {}) {
  const { code } = readEngine();
  const module = `// Claimsmith's engine, for Actions that require it as ${JSON.stringify(`actions:${name}`)}.
// ${engineName()}
${code}module.exports = { createPostLogin, createCredentialsExchange };
`;
  // The console of the Action is the one whose lines Auth0 keeps.
  const action = `${head(config)}
const { createPostLogin, createCredentialsExchange } = require(${JSON.stringify(`actions:${name}`)});
${ending(trigger, ["{ log: (line) => console.log(line) }"])}`;
  return { module, action };
}

function head(config) {
  // It is for editors of the file; in the dashboard there is nothing at that place.
  const { $schema, ...pasted } = config;
  return `// Claimsmith ${readEngine().version}: puts data from your API into the tokens that Auth0 issues.
// Edit the configuration here; secrets are added in the editor, under Secrets.
const config = ${JSON.stringify(pasted, null, 2)};
`;
}

function engineName() {
  const { version, sha256 } = readEngine();
  return `claimsmith ${version} sha256:${sha256}`;
}

function ending(trigger, options) {
  return `${ENDINGS[trigger]}(${["config", ...options].join(", ")});
`;
}
