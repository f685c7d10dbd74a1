// Shrinks the module that wasm-bindgen wrote.
//
// usage: node shrink.js GLUE_DIR [--short-names] [--for-speed] [--unlike-release=REASON]
//
// Reads claimsmith_bg.wasm and writes claimsmith.wasm beside it, and functions.json: how large each function
// became, and what makes the build another than what is released, if anything. claimsmith.named.wasm is the same
// module with the names of its functions, for profiles. With --short-names the imports and exports are renamed
// as well, in the module and in claimsmith.js: they are 40 characters long each, and stand in the pasted file
// uncompressed; imports.json says what each import calls. With --for-speed the module is made fast rather than
// small.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { withArrows, withoutUnused } from "./glue.js";
import { withAlikeTogether } from "./order.js";
import { functionSizes, withoutCustomSections } from "./sections.js";

const { values, positionals } = parseArgs({
  options: {
    "short-names": { type: "boolean" },
    "for-speed": { type: "boolean" },
    "unlike-release": { type: "string" },
  },
  allowPositionals: true,
});
const inDir = (name) => path.join(positionals[0], name);

// These flags about memory hold for every module of rustc's: nothing lies in the first kilobyte, and
// memory starts as zeros. `--all-features` must not be here: Node 20 refuses what comes of it.
const flags = ["--low-memory-unused", "--zero-filled-memory"];
if (values["for-speed"]) {
  flags.push("-O4", "-O4");
} else {
  flags.push("--flatten", "--rereloop", "-Oz", "-Oz");
  // Inlining makes the module smaller and its compressed form larger: what stands twice compresses away.
  flags.push("--always-inline-max-function-size", "1", "--one-caller-inline-max-function-size", "1");
  // The alignment of an access is a hint that no JavaScript engine takes; without it more of the code is alike.
  flags.push("--dealign");
}
// The names of functions, for functions.json.
flags.push("-g");
if (values["short-names"]) flags.push("--minify-imports-and-exports-and-modules");

const binaryen = path.dirname(createRequire(import.meta.url).resolve("binaryen/package.json"));
const printed = execFileSync(
  process.execPath,
  [
    path.join(binaryen, "bin/wasm-opt"),
    ...flags,
    inDir("claimsmith_bg.wasm"),
    "-o",
    inDir("claimsmith.named.wasm"),
  ],
  { encoding: "utf8" },
);
if (values["short-names"]) {
  writeFileSync(
    inDir("claimsmith.named.wasm"),
    withAlikeTogether(readFileSync(inDir("claimsmith.named.wasm"))),
  );
}
const named = readFileSync(inDir("claimsmith.named.wasm"));
const sizes = { unlikeRelease: values["unlike-release"] ?? null, functions: functionSizes(named) };
writeFileSync(inDir("functions.json"), JSON.stringify(sizes));
writeFileSync(inDir("claimsmith.wasm"), withoutCustomSections(named));
if (values["short-names"]) {
  const renamed = JSON.parse(printed);
  writeFileSync(inDir("imports.json"), JSON.stringify(readableImports(renamed)));
  const glue = rename(readFileSync(inDir("claimsmith.js"), "utf8"), renamed);
  writeFileSync(inDir("claimsmith.js"), withoutUnused(withArrows(withoutBrowsers(glue))));
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
