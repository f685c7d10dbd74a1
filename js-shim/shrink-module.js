// Shrinks a module that wasm-bindgen wrote, and its glue. In memory: what runs wasm-opt is handed over.

import { withArrows, withoutUnused } from "./glue.js";
import { withAlikeTogether } from "./order.js";
import { functionSizes, withoutCustomSections } from "./sections.js";

export { BINDINGS } from "./bindings.js";

// These flags about memory hold for every module of rustc's: nothing lies in the first kilobyte, and
// memory starts as zeros. `--all-features` must not be here: Node 20 refuses what comes of it.
const FLAGS = ["--low-memory-unused", "--zero-filled-memory"];

const FOR_SPEED = [
  "-O4",
  "-O4",
  // A function that is called from one place only goes there where it is small. Else a login is a few functions of tens of
  // kilobytes: V8 compiles a function as a whole, so the first login would compile what it does not run, and the optimising
  // compiler would need 20 MB for one of them.
  "--one-caller-inline-max-function-size",
  "300",
];

const FOR_SIZE = [
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
  // Inlining makes the module smaller and its compressed form larger: what stands twice compresses away.
  "--always-inline-max-function-size",
  "1",
  "--one-caller-inline-max-function-size",
  "1",
  // The alignment of an access is a hint that no JavaScript engine takes; without it more of the code is alike.
  "--dealign",
];

const SHORT_NAMES = "--minify-imports-and-exports-and-modules";

/**
 * @typedef {object} Shrunk
 * @property {Buffer} named The module with the names of its functions, for profiles.
 * @property {Buffer} wasm The same without.
 * @property {string} glue
 * @property {Record<string, string>} imports With short names: what each import calls.
 * @property {[name: string, bytes: number][]} functions How large each became, the largest first.
 *
 * @typedef {(flags: string[]) => { named: Buffer, printed: string }} WasmOpt Runs wasm-opt on the module.
 *
 * @param {object} options
 * @param {string} options.glue What wasm-bindgen wrote beside the module.
 * @param {WasmOpt} options.wasmOpt
 * @param {boolean} [options.forSpeed] Makes it fast rather than small.
 * @param {boolean} [options.shortNames] Renames imports and exports, in both: they are 40 characters long each, and stand
 *   in the pasted file uncompressed.
 * @param {(glue: string) => string} [options.cut] With short names: leaves out of the glue what a pasted file never needs.
 * @returns {Shrunk}
 * @throws where the glue is of another form than it is cut by
 */
export function shrink({ glue, wasmOpt, forSpeed = false, shortNames = false, cut = shrinkGlue }) {
  // The names of functions, for what they tell.
  const flags = [...FLAGS, ...(forSpeed ? FOR_SPEED : FOR_SIZE), "-g"];
  const { named: optimised, printed } = wasmOpt([...flags, ...(shortNames ? [SHORT_NAMES] : [])]);
  const named = shortNames ? withAlikeTogether(optimised) : optimised;
  const shrunk = { named, wasm: withoutCustomSections(named), functions: functionSizes(named) };
  if (!shortNames) return { ...shrunk, glue, imports: {} };
  const renamed = JSON.parse(printed);
  return { ...shrunk, imports: readableImports(renamed), glue: cut(rename(glue, renamed)) };
}

/**
 * The same for a module of others, whose glue may be of a form that is not known here: bindings of their own, or another
 * version of wasm-bindgen. Then what is not known stays as it is.
 *
 * @param {{ glue: string, wasmOpt: WasmOpt }} options
 * @returns {Shrunk & { isWhole: boolean }} Whether the glue is as wasm-bindgen wrote it, but for names.
 */
export function shrinkAny({ glue, wasmOpt }) {
  /** @type {ReturnType<WasmOpt> | undefined} */
  let kept;
  const once = (flags) => {
    kept ??= wasmOpt(flags);
    return kept;
  };
  const forms = [
    () => ({ ...shrink({ glue, wasmOpt: once, shortNames: true }), isWhole: false }),
    () => ({
      ...shrink({ glue, wasmOpt: once, shortNames: true, cut: (renamed) => renamed }),
      isWhole: true,
    }),
  ];
  for (const form of forms) {
    try {
      return form();
    } catch {
      // The next one asks for less.
    }
  }
  return { ...shrink({ glue, wasmOpt }), isWhole: true };
}

/** @param {string} glue */
function shrinkGlue(glue) {
  return withoutUnused(withArrows(withoutBrowsers(glue)));
}

/** The function that each import calls, by its short name. wasm-bindgen's names carry a hash. */
function readableImports({ imports }) {
  return Object.fromEntries(
    imports.map(([, name, short]) => [short, name.replace(/^__wbg_/, "").replace(/_[0-9a-f]{16}$/, "")]),
  );
}

/** Renames imports and exports in the glue as wasm-opt did in the module. */
function rename(glue, { imports, exports }) {
  let renamed = replaceOnce(glue, '"./claimsmith_bg.js": import0', '"a": import0');
  for (const [, name, short] of imports) {
    renamed = replaceOnce(renamed, `        ${name}: function(`, `        ${short}: function(`);
  }
  for (const [name, short] of exports) {
    renamed = renamed.replaceAll(new RegExp(`\\bwasm\\.${name}\\b`, "g"), () => `wasm.${short}`);
  }
  return renamed;
}

/**
 * The glue without what it carries for browsers and for engines older than Node 18: the pasted file runs on
 * Node, and nobody but the engine's own wrapper calls it.
 */
function withoutBrowsers(glue) {
  const cuts = [
    ["if (Symbol.dispose) ActionEngine.prototype[Symbol.dispose] = ActionEngine.prototype.free;", ""],
    ["if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES)", "if (false)"],
    ["numBytesDecoded += bytes.length;", ""],
    ["if (typeof numBytesDecoded !== 'undefined') numBytesDecoded = 0;", ""],
    ["if (typeof WASM_VECTOR_LEN !== 'undefined') WASM_VECTOR_LEN = 0;", ""],
    ["if (!('encodeInto' in cachedTextEncoder))", "if (false)"],
    // Every call hands over a way to make room.
    ["if (realloc === undefined)", "if (false)"],
    // It is called once, with a module in an object.
    [
      "if (wasm !== undefined) return wasm;\n\n\n    if (module !== undefined)",
      "({module} = module);\n    if (false)",
    ],
    ["if (!(module instanceof WebAssembly.Module))", "if (false)"],
  ];
  return cuts.reduce((text, [from, to]) => replaceOnce(text, from, to), glue);
}

/** A name that is not where it was expected would be an import that is missing at run time. */
function replaceOnce(text, from, to) {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`the glue has ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
