/**
 * A crate as a file that is pasted: compiled, bound to JavaScript, shrunk, and put together with the shim.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BINDINGS, shrinkAny } from "claimsmith/shrink";
import { Problem } from "../problem.js";
import { findBindgen, writeGlue } from "./bindgen.js";
import { compile, findCrate, readCompiler } from "./cargo.js";
import { writeRustFile } from "./file.js";
import { findTools } from "./tools.js";

/** Members that nobody else's object has and nobody else reads. */
const OWN_MEMBERS = /^__wbg_ptr$/;

/**
 * @typedef {object} BundledCrate
 * @property {import("./cargo.js").Crate} crate
 * @property {string} code
 * @property {boolean} hasStdSource Whether the standard library was compiled with it.
 * @property {boolean} isWhole Whether the bindings are as wasm-bindgen wrote them, since they are of a form that is not
 *   known here.
 * @property {[crate: string, bytes: number][]} made Bytes of the module's code by the crate they come from, before it is
 *   compressed; the largest first.
 *
 * @param {string} place
 * @param {object} [how]
 * @param {import("../bundle.js").Trigger} [how.trigger]
 * @param {string} [how.features] Further features of the crate.
 * @param {boolean} [how.locked]
 * @param {(step: string) => void} [how.onStep] Is told what begins.
 * @param {import("../pasted-engine.js").PackedWasm} [how.packed] As in `writeRustFile`.
 * @returns {Promise<BundledCrate>}
 */
export async function bundleCrate(
  place,
  { trigger = "post-login", features, locked, onStep = () => {}, packed } = {},
) {
  const crate = findCrate(place, { features, locked });
  const { version, hasStdSource } = readCompiler(crate.folder);
  onStep(`compiling ${crate.name}`);
  const module = compile(crate, { features, locked, hasStdSource });
  const command = findBindgen(crate.bindgen, {
    onBuild: () => onStep(`building wasm-bindgen ${crate.bindgen} (some minutes, once)`),
  });
  const tools = await findTools({
    onInstall: () => onStep("installing wasm-opt and esbuild (100 MB, once)"),
  });
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-rust-"));
  try {
    const glue = writeGlue({ command, module, crate: crate.name, folder });
    checkGlue(glue, crate);
    onStep("making it small");
    const shrunk = shrinkAny({
      glue,
      wasmOpt: (flags) => {
        const out = path.join(folder, "claimsmith.named.wasm");
        const printed = tools.wasmOpt(flags, path.join(folder, "claimsmith_bg.wasm"), out);
        return { named: readFileSync(out), printed };
      },
    });
    checkPaths(shrunk.wasm, crate);
    return {
      crate,
      hasStdSource,
      isWhole: shrunk.isWhole,
      made: byCrate(shrunk.functions),
      code: writeRustFile({
        crate,
        builtBy: `rustc ${version} ${hasStdSource ? "with its standard library from source" : "with its precompiled standard library"}, wasm-bindgen ${crate.bindgen}`,
        glue: await bundleGlue(tools.esbuild, shrunk.glue, folder),
        wasm: shrunk.wasm,
        trigger,
        packed,
      }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkGlue(glue, { name }) {
  if (/^export class ActionEngine\b/m.test(glue)) return;
  throw new Problem(`the crate \`${name}\` exports no handler`, {
    hint: "write `export_handler!(NAME);` with the type that implements `Handler`, once, outside of `#[cfg(test)]`",
  });
}

/** A path in a message of a panic would tell how this machine is laid out. */
function checkPaths(wasm, { local, workspace }) {
  const text = wasm.toString("latin1");
  const found = [...local.map(({ folder }) => folder), workspace].find((folder) =>
    text.includes(`${folder}${path.sep}`),
  );
  if (found === undefined) return;
  throw new Problem(`the module holds paths of this machine, such as ${found}`, {
    hint: 'a macro such as `env!("CARGO_MANIFEST_DIR")` or `include_str!` of a generated file writes them: leave it out of the module',
  });
}

/** The bindings as code that puts what the shim takes into `glue`, with the snippets that they import. */
async function bundleGlue(esbuild, glue, folder) {
  // The feature `node` of the crate `claimsmith-action` calls it.
  const hash = /\bsha256\(/.test(glue)
    ? 'import { createHash } from "node:crypto";\nconst sha256 = (bytes) => createHash("sha256").update(bytes).digest();\n'
    : "";
  writeFileSync(path.join(folder, "claimsmith.js"), hash + glue);
  const names = BINDINGS.join(", ");
  try {
    const { outputFiles } = await esbuild.build({
      stdin: {
        contents: `import { ${names} } from "./claimsmith.js";\nglue.push(${names});`,
        resolveDir: folder,
      },
      bundle: true,
      write: false,
      platform: "node",
      target: "node18",
      format: "cjs",
      minify: true,
      mangleProps: OWN_MEMBERS,
      legalComments: "none",
      charset: "utf8",
      logLevel: "silent",
      logOverride: { "empty-import-meta": "silent" },
    });
    return outputFiles[0].text.trim();
  } catch (error) {
    const [first] = /** @type {import("esbuild").BuildFailure} */ (error).errors ?? [];
    throw new Problem(`the bindings of the crate cannot be bundled: ${first?.text ?? error}`, {
      hint: "a file is one: what `#[wasm_bindgen(module = …)]` names must be a file of the crate, or a module of Node's",
    });
  }
}

/** Functions whose names tell no crate: what the compiler and wasm-bindgen add. */
const NO_CRATE = "(of no crate)";

/** @param {[name: string, bytes: number][]} functions */
function byCrate(functions) {
  /** @type {Map<string, number>} */
  const totals = new Map();
  for (const [name, bytes] of functions) {
    const crate = /^[<&]*(?:dyn |mut |impl )*\(?<*([a-z_]\w*)::/.exec(name)?.[1] ?? NO_CRATE;
    totals.set(crate, (totals.get(crate) ?? 0) + bytes);
  }
  return [...totals].sort(([, one], [, other]) => other - one);
}
