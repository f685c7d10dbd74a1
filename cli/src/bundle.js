/**
 * What is pasted into Auth0: a configuration that a person can read and edit, and the engine, below it or in Actions
 * Modules.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

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
  const engine = readEngine();
  return `${head(config, engine)}
// The engine; nothing to edit from here on.
${stamp(engine)}
${engine.code}${ending(trigger, options)}`;
}

/** What the module with the engine's code is called in the tenant, unless it is told otherwise. */
export const MODULE_NAME = "claimsmith";

/**
 * The same in parts: the engine as Actions Modules, which several Actions may share, and an Action with the
 * configuration that requires them.
 *
 * There are two modules, since Auth0 takes less code in a module than in an Action; the Action joins them, since a
 * module cannot require another one. They depend on the version and the name alone.
 *
 * @param {object} config
 * @param {{ trigger?: Trigger, name?: string }} [how] The name of the first module; the other's begins with it.
 * @returns {{ modules: Record<string, string>, action: string }} the code of each module by its name, and the Action's
 */
export function bundleModules(config, { trigger = "post-login", name = MODULE_NAME } = {}) {
  const engine = readEngine();
  const { code, rest } = splitEngine(engine.code);
  const wasmName = `${name}-wasm`;
  const [engineModule, wasmModule] = [name, wasmName].map((module) => JSON.stringify(`actions:${module}`));
  const modules = {
    [name]: `// Claimsmith's engine, but for the part of its WebAssembly that ${wasmModule} has.
${stamp(engine)}
module.exports = ({ sha256, ${REST} }) => {
if (sha256 !== "${engine.sha256}") {
  throw new Error('${engineModule} and ${wasmModule} are of two versions: publish both anew');
}
${code}return { createPostLogin, createCredentialsExchange };
};
`,
    [wasmName]: `// A part of the WebAssembly of Claimsmith's engine, for ${engineModule}.
${stamp(engine)}
module.exports = { sha256: "${engine.sha256}", ${REST}: "${rest}" };
`,
  };
  // The console of the Action is the one whose lines Auth0 keeps.
  const action = `${head(config, engine)}
const { createPostLogin, createCredentialsExchange } = require(${engineModule})(require(${wasmModule}));
${ending(trigger, ["{ log: (line) => console.log(line) }"])}`;
  return { modules, action };
}

/** @typedef {{ version: string, code: string, sha256: string }} Engine */

/**
 * The engine, as the package `claimsmith` carries it.
 *
 * @returns {Engine}
 */
function readEngine() {
  const packageFile = require.resolve("claimsmith/package.json");
  const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
  const code = readFileSync(path.join(path.dirname(packageFile), "dist/pasted.js"), "utf8");
  return { version, code, sha256: createHash("sha256").update(code).digest("hex") };
}

/**
 * The WebAssembly within the engine's code: its text, and how many bytes that stands for. No other string of the code is
 * nearly as long.
 */
export const WASM_TEXT = /"([^"\\\s]{10000,})",(\d+)\)/;

/** What stands for the other half of the text. Minified code has no name that is so long, so none hides it. */
const REST = "restOfWasm";

/** @returns {{ code: string, rest: string }} the engine's code with half of the WebAssembly, and the other half */
function splitEngine(code) {
  const [, text] = WASM_TEXT.exec(code) ?? [];
  if (text === undefined) throw new Error("the engine's code does not hold its WebAssembly as one string");
  const middle = Math.floor(text.length / 2);
  return {
    code: code.replace(`"${text}"`, () => `"${text.slice(0, middle)}"+${REST}`),
    rest: text.slice(middle),
  };
}

function head(config, { version }) {
  // It is for editors of the file; in the dashboard there is nothing at that place.
  const { $schema, ...pasted } = config;
  return `// Claimsmith ${version}: puts data from your API into the tokens that Auth0 issues.
// Edit the configuration here; secrets are added in the editor, under Secrets.
const config = ${JSON.stringify(pasted, null, 2)};
`;
}

function stamp({ version, sha256 }) {
  return `// claimsmith ${version} sha256:${sha256}`;
}

function ending(trigger, options) {
  return `${ENDINGS[trigger]}(${["config", ...options].join(", ")});
`;
}
