/**
 * What is pasted into Auth0: a configuration that a person can read, its plan, and the parts of the engine that this
 * needs; or the engine in Actions Modules, and a small Action whose configuration can be edited.
 */

import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { TRIGGERS as ALL_TRIGGERS, compilePlan } from "claimsmith";
import { formatConfig } from "./config/format.js";
import { engineOf, readEngine, WASM_TEXT } from "./pasted-engine.js";

/** @typedef {import("claimsmith").Trigger} Trigger */

/** The triggers there are bundles for. */
export const TRIGGERS = Object.freeze(ALL_TRIGGERS.map(({ name }) => name));

/** The lines that begin the parts of a pasted file. */
export const LIVE_LINE = "// What operators turn. What does not fit is ignored, and told of at a login.";
export const PLAN_LINE = "// What runs, made of the configuration";
export const ENGINE_LINE = "// The engine; nothing to edit from here on.";

/**
 * @param {object} config
 * @param {object} [how]
 * @param {Trigger} [how.trigger]
 * @param {boolean} [how.source] Whether the configuration is in the file for people.
 * @param {string} [how.live] The literal of what operators turn.
 * @param {string} [how.options] What the handler is made with besides, as members of an object literal. The file that is
 *   pasted has none.
 * @param {boolean} [how.isWhole] Whether the engine has the parts that the plan does not need.
 * @param {boolean} [how.isFast] Whether the size does not matter.
 * @param {import("./pasted-engine.js").PackedWasm} [how.packed] The module of another file, whose text is taken where it
 *   is the same.
 * @param {string} [how.packedPlan] The plan of another file as it stands there, which is taken where it is the same.
 * @returns {string} the code of an Action
 * @throws {import("claimsmith").EnrichmentError} where the configuration is wrong
 */
export function bundleAction(
  config,
  {
    trigger = "post-login",
    source = true,
    live = "{}",
    options,
    isWhole = false,
    isFast = false,
    packed,
    packedPlan,
  } = {},
) {
  const { handler, create } = find(trigger);
  const { plan, fingerprint, parts } = compilePlan(config, { trigger });
  const needed = [...parts, ...(source ? ["written"] : []), ...(options ? ["report"] : [])];
  const engine = isWhole ? readEngine("pasted.js") : engineOf(needed, { isFast, packed });
  const members = [...(source ? ["config"] : []), "live", ...(options ? [options] : [])];
  return `${title(engine)}
${
  source
    ? `// To change this, change its file and bundle it again: what runs is the plan below.
const config = ${formatConfig(config)};

`
    : ""
}${LIVE_LINE}
// As in { mode: "shadow", deadline_ms: 3000 }
const live = ${live};

${PLAN_LINE} ${fingerprint}.
const plan = "${isPlan(packedPlan, plan) ? packedPlan : compress(plan)}";

${ENGINE_LINE}
${stamp(engine)}
${engine.code}exports.${handler} = ${create}(plan, { ${members.join(", ")} });
`;
}

/** What the module with the engine's code is called in the tenant, unless it is told otherwise. */
export const MODULE_NAME = "claimsmith";

/**
 * The same in parts: the engine as Actions Modules, which several Actions may share, and an Action with the
 * configuration that requires them. This engine compiles, so that the configuration can be edited in the dashboard.
 *
 * There are several modules, since Auth0 takes less code in a module than in an Action, and three of them at most; the
 * Action joins them, since a module cannot require another one. They depend on the version and the name alone.
 *
 * @param {object} config
 * @param {{ trigger?: Trigger, name?: string }} [how] The name of the first module; the other's begins with it.
 * @returns {{ modules: Record<string, string>, action: string }} the code of each module by its name, and the Action's
 */
export function bundleModules(config, { trigger = "post-login", name = MODULE_NAME } = {}) {
  const { handler, create } = find(trigger);
  const engine = readEngine("modules.js");
  const { code, rest } = splitEngine(engine.code);
  const wasmNames = rest.map((_, index) => (index === 0 ? `${name}-wasm` : `${name}-wasm-${index + 1}`));
  const [engineModule, ...wasmModules] = [name, ...wasmNames].map((module) =>
    JSON.stringify(`actions:${module}`),
  );
  const all = [engineModule, ...wasmModules].join(" and ");
  const modules = {
    [name]: `// Claimsmith's engine, but for the part of its WebAssembly that ${wasmNames.join(" and ")} ${wasmNames.length > 1 ? "have" : "has"}.
${stamp(engine)}
module.exports = (...parts) => {
if (parts.some(({ sha256 }) => sha256 !== "${engine.sha256}")) {
  throw new Error('${all} are of several versions: publish them anew');
}
const ${REST} = parts.map(({ ${REST} }) => ${REST}).join("");
${code}return { ${CREATORS} };
};
`,
    ...Object.fromEntries(
      wasmNames.map((wasmName, index) => [
        wasmName,
        `// A part of the WebAssembly of Claimsmith's engine, for ${engineModule}.
${stamp(engine)}
module.exports = { sha256: "${engine.sha256}", ${REST}: "${rest[index]}" };
`,
      ]),
    ),
  };
  // The console of the Action is the one whose lines Auth0 keeps.
  const action = `${title(engine)}
// Edit the configuration here; secrets are added in the editor, under Secrets.
const config = ${formatConfig(config)};

const { ${create} } = require(${engineModule})(${wasmModules.map((module) => `require(${module})`).join(", ")});
exports.${handler} = ${create}(config, { log: (line) => console.log(line) });
`;
  return { modules, action };
}

function find(trigger) {
  const found = ALL_TRIGGERS.find(({ name }) => name === trigger);
  if (found) return found;
  throw new TypeError(`no trigger \`${trigger}\`, use one of ${TRIGGERS.join(", ")}`);
}

/** What makes a handler, of every trigger. */
const CREATORS = ALL_TRIGGERS.map(({ create }) => create).join(", ");

/** A plan as the engine of the pasted file reads it. */
function compress(plan) {
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: plan.length, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(plan, { params }).toString("base64");
}

/** Returns whether the text of a file stands for the very plan: another brotli may write it in another way. */
function isPlan(text, plan) {
  if (text === undefined) return false;
  try {
    const compressed = Buffer.from(text, "base64");
    const options = { info: true, maxOutputLength: plan.length + 1 };
    const { buffer, engine } = /** @type {any} */ (brotliDecompressSync(compressed, options));
    const isWhole = engine.bytesWritten === compressed.length && compressed.toString("base64") === text;
    return isWhole && buffer.equals(plan);
  } catch {
    return false;
  }
}

/** What stands for the rest of the text. Minified code has no name that is so long, so none hides it. */
const REST = "restOfWasm";

/** The bytes of a module that Auth0 takes, less what stands around a part of the engine. */
const PART_BYTES = 65_536 - 1_024;

/** @returns {{ code: string, rest: string[] }} the engine's code with a part of the WebAssembly, and the rest in parts */
function splitEngine(code) {
  const [, text] = WASM_TEXT.exec(code) ?? [];
  if (text === undefined) throw new Error("the engine's code does not hold its WebAssembly as one string");
  const count = Math.max(2, Math.ceil(code.length / PART_BYTES));
  const length = Math.ceil(code.length / count);
  const middle = Math.max(0, text.length - (count - 1) * length);
  const parts = Array.from({ length: count - 1 }, (_, index) =>
    text.slice(middle + index * length, middle + (index + 1) * length),
  );
  return { code: code.replace(`"${text}"`, () => `"${text.slice(0, middle)}"+${REST}`), rest: parts };
}

function title({ version }) {
  return `// Claimsmith ${version}: puts data from your API into the tokens that Auth0 issues.`;
}

function stamp({ version, sha256 }) {
  return `// claimsmith ${version} sha256:${sha256}`;
}
