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
  const { version, code, sha256 } = readEngine();
  // It is for editors of the file; in the dashboard there is nothing at that place.
  const { $schema, ...pasted } = config;
  return `// Claimsmith ${version}: puts data from your API into the tokens that Auth0 issues.
// Edit the configuration here; secrets are added in the editor, under Secrets.
const config = ${JSON.stringify(pasted, null, 2)};

// The engine; nothing to edit from here on.
// claimsmith ${version} sha256:${sha256}
${code}${ENDINGS[trigger]}(${["config", ...options].join(", ")});
`;
}
