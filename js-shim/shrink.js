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
import { shrink } from "./shrink-module.js";

const { values, positionals } = parseArgs({
  options: {
    "short-names": { type: "boolean" },
    "for-speed": { type: "boolean" },
    "unlike-release": { type: "string" },
  },
  allowPositionals: true,
});
const inDir = (name) => path.join(positionals[0], name);

const binaryen = path.dirname(createRequire(import.meta.url).resolve("binaryen/package.json"));

function wasmOpt(flags) {
  const optimiser = path.join(binaryen, "bin/wasm-opt");
  const files = [inDir("claimsmith_bg.wasm"), "-o", inDir("claimsmith.named.wasm")];
  const printed = execFileSync(process.execPath, [optimiser, ...flags, ...files], { encoding: "utf8" });
  return { named: readFileSync(inDir("claimsmith.named.wasm")), printed };
}

const { named, wasm, glue, imports, functions } = shrink({
  glue: readFileSync(inDir("claimsmith.js"), "utf8"),
  wasmOpt,
  forSpeed: values["for-speed"],
  shortNames: values["short-names"],
});
writeFileSync(inDir("claimsmith.named.wasm"), named);
writeFileSync(inDir("claimsmith.wasm"), wasm);
const sizes = { unlikeRelease: values["unlike-release"] ?? null, functions };
writeFileSync(inDir("functions.json"), JSON.stringify(sizes));
if (values["short-names"]) {
  writeFileSync(inDir("imports.json"), JSON.stringify(imports));
  writeFileSync(inDir("claimsmith.js"), glue);
}
