// Builds what `claimsmith` ships from the compiled engine:
//
//   OUT/index.cjs, index.mjs, index.d.*, claimsmith.wasm    the npm package
//   OUT/inline.cjs, inline.mjs, inline.d.*                  the package with the engine inside, for bundlers
//   OUT/browser.mjs                                         the package for a page, with claimsmith.wasm beside it
//   OUT/pasted.js, pasted.json                              the engine of the pasted file, and what it is made of
//   OUT/container.mjs                                       what makes it smaller for one configuration
//   OUT/handler.js, shrink.mjs                              the shim of Actions in Rust, and what shrinks their modules
//   OUT/modules.js                                          the engine of the Actions Modules, which compiles as well
//   OUT/engine.cjs                                          the engine without transport, for the benchmark
//
// usage: node build.js [--package GLUE_DIR] [--pasted GLUE_DIR] [--modules GLUE_DIR] [--engine GLUE_DIR] --out DIR
// A GLUE_DIR holds what shrink.js left there. To it come claimsmith.wasm.br and claimsmith.wasm.txt, the
// module as the pasted file carries it, in bytes and as text.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { build } from "esbuild";
import { BINDINGS } from "./bindings.js";
import { assembleDecoder } from "./container/assemble.js";
import { compress, pack } from "./container/pack.js";
import { findGates, OPTIONAL_MODULES } from "./parts.js";
import { unpack } from "./src/container.js";
import { CREATORS } from "./src/facts.js";

const { values } = parseArgs({
  options: {
    package: { type: "string" },
    pasted: { type: "string" },
    modules: { type: "string" },
    engine: { type: "string" },
    out: { type: "string" },
  },
});
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const dist = path.resolve(values.out ?? "dist");

/** Members that nobody else's object has and nobody else reads: in a file that is pasted they get short names. */
const OWN_MEMBERS =
  /^(destination|idleSince|isIdle|isNew|isSecure|isSilent|lifetimeMs|saysOfKeeping|waitedMs)$/;

/** The same, with those that the glue reads: where it is bundled with the shim. The glue of a crate is not. */
const SHARED_MEMBERS = new RegExp(
  `${OWN_MEMBERS.source}|^(__wbg_ptr|cacheDelete|cacheGet|cacheSet|connectAhead|isError|monotonic|unfitPart)$`,
);

/** Where the text of the module comes, and how many bytes that stands for. */
const WASM_PLACE = '"@wasm",0)';

const { version } = JSON.parse(readFileSync(path.join(here, "package.json"), "utf8"));
mkdirSync(dist, { recursive: true });

/** The module as a file beside the code. */
const WASM_FILE = `
  import { readFileSync } from "node:fs";
  import path from "node:path";
  export default read();
  function read() {
    try {
      return readFileSync(path.join(__dirname, "claimsmith.wasm"));
    } catch (cause) {
      const hint = "where a bundler takes the code elsewhere, import claimsmith/inline";
      throw new Error("claimsmith.wasm is not beside the code of claimsmith; " + hint, { cause });
    }
  }`;

/** The same beside the page; in a worker, which may wait for it. */
const WASM_FETCHED = `
  const response = await fetch(new URL("claimsmith.wasm", import.meta.url));
  if (!response.ok) throw new Error("claimsmith.wasm cannot be loaded: status " + response.status);
  export default await response.arrayBuffer();`;

/** The bindings of an Action in Rust, which stand before the shim in its file. */
const GLUE_OF_RUST = `export const [${BINDINGS.join(", ")}] = glue;`;

if (values.package) await buildPackage(path.resolve(values.package));
if (values.package) await buildInline(path.resolve(values.package));
if (values.package) await buildBrowser(path.resolve(values.package));
if (values.pasted) await buildPasted(path.resolve(values.pasted));
if (values.pasted) await buildForRust();
if (values.modules) await buildModules(path.resolve(values.modules));
if (values.engine) await buildEngine(path.resolve(values.engine));

async function buildPackage(glue) {
  await build({ ...options("package.js", glue, WASM_FILE), outfile: path.join(dist, "index.cjs") });
  copyFileSync(path.join(glue, "claimsmith.wasm"), path.join(dist, "claimsmith.wasm"));
  // The same types twice: which kind of module they are of is in their name.
  for (const name of ["index.d.cts", "index.d.mts"]) {
    copyFileSync(path.join(here, "src/index.d.ts"), path.join(dist, name));
  }
  // One instance and one EnrichmentError, whichever way the package is loaded.
  const names =
    "checkConfig, checkLive, compilePlan, createCredentialsExchange, createExplainer, createFromPlan, createPostLogin, EnrichmentError, evaluate, inspectConfig, parseTemplate, TRIGGERS, WARNINGS";
  writeFileSync(path.join(dist, "index.mjs"), `export { ${names} } from "./index.cjs";\n`);
}

/** The same for bundlers, which take code along and lose a file. A module for each format: not all of them read both. */
async function buildInline(glue) {
  const compressed = compress(readFileSync(path.join(glue, "claimsmith.wasm")));
  const wasmSource = `
    import { brotliDecompressSync } from "node:zlib";
    export default brotliDecompressSync(Buffer.from("${compressed.toString("base64")}", "base64"));`;
  const shared = { ...options("package.js", glue, wasmSource), minifySyntax: true, minifyWhitespace: true };
  await build({ ...shared, outfile: path.join(dist, "inline.cjs") });
  await build({ ...shared, format: "esm", outfile: path.join(dist, "inline.mjs") });
  for (const name of ["inline.d.cts", "inline.d.mts"]) {
    copyFileSync(path.join(here, "src/index.d.ts"), path.join(dist, name));
  }
}

async function buildBrowser(glue) {
  const shared = options("package.js", glue, WASM_FETCHED);
  await build({
    ...shared,
    platform: "browser",
    target: "es2022",
    format: "esm",
    plugins: [...shared.plugins, { name: "browser", setup: replaceNode }],
    outfile: path.join(dist, "browser.mjs"),
  });
}

/** A page has no sockets: it gives `fetch`, or nothing is sent. */
function replaceNode(builder) {
  builder.onLoad({ filter: /[\\/]transport\.js$/ }, () => ({
    contents: `
      export function send(...given) {
        const settle = given.at(-1);
        Promise.resolve().then(() => settle(false, 0, "NO_FETCH"));
        return () => false;
      }
      export const connectAhead = () => {};`,
  }));
  builder.onLoad({ filter: /[\\/]tls\.js$/ }, () => ({ contents: "export const unfitPart = () => {};" }));
  builder.onLoad({ filter: /[\\/]later\.js$/ }, () => ({
    contents: "export const crypto = () => ({ webcrypto: globalThis.crypto });",
  }));
  builder.onResolve({ filter: /^node:timers$/ }, ({ path: name }) => ({ path: name, namespace: "browser" }));
  // A page reads its connections by itself, so that there is no turn of a loop to wait for.
  builder.onLoad({ filter: /timers/, namespace: "browser" }, () => ({
    contents: `
      export const { setTimeout, clearTimeout } = globalThis;
      export const setImmediate = (callback) => callback();`,
  }));
}

async function buildPasted(glue) {
  const { code, wasm } = await bundleInOne("pasted.js", glue);
  writeFileSync(path.join(dist, "pasted.js"), code);
  const description = {
    version,
    sha256: sha256(code),
    wasmSha256: sha256(wasm),
    imports: JSON.parse(readFileSync(path.join(glue, "imports.json"), "utf8")),
    gates: findGates(readFileSync(path.join(glue, "claimsmith.named.wasm"))),
    modules: Object.fromEntries(Object.entries(OPTIONAL_MODULES).map(([name, { parts }]) => [name, parts])),
    shims: await bundleShims(glue),
    wasmPlace: WASM_PLACE,
  };
  writeFileSync(path.join(dist, "pasted.json"), `${JSON.stringify(description)}\n`);
  await buildTool("container/index.js", "container");
}

/** The code around the module, by the names of the optional modules that are in it. Only what sends has TLS. */
async function bundleShims(glue) {
  const names = Object.keys(OPTIONAL_MODULES);
  const subsets = names.reduce(
    (sets, name) => sets.concat(sets.map((set) => [...set, name])),
    /** @type {string[][]} */ ([[]]),
  );
  const possible = subsets.filter((kept) => kept.includes("transport") || !kept.includes("tls"));
  const entries = possible.map(async (kept) => {
    const left = names.filter((name) => !kept.includes(name));
    return [kept.join(" "), await bundleShim("pasted.js", glue, left)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What the command uses of this folder. */
async function buildTool(entry, name) {
  await build({
    entryPoints: [path.join(here, entry)],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    outfile: path.join(dist, `${name}.mjs`),
  });
  copyFileSync(path.join(here, entry.replace(/\.js$/, ".d.ts")), path.join(dist, `${name}.d.mts`));
}

/**
 * The shim of Actions in Rust: a function of the crate's bindings and of its module. It is the same for every crate, so
 * that whoever has a file can tell it from what is the crate's.
 */
async function buildForRust() {
  const wasmSource = `
    import { unpack } from "./src/container.js";
    import { zlib } from "./src/later.js";
    export default unpack(zlib().brotliDecompressSync, "${decoderText()}", text, size);`;
  const shared = minified("rust.js", here, wasmSource);
  const bundled = await build({
    ...shared,
    mangleProps: OWN_MEMBERS,
    plugins: [
      {
        name: "glue of Rust",
        setup(builder) {
          // The code reads the event by itself.
          leaveOut(builder, { event: ["createReader"] });
          builder.onLoad({ filter: /[\\/]claimsmith\.js$/ }, () => ({ contents: GLUE_OF_RUST }));
        },
      },
      ...shared.plugins,
    ],
  });
  writeFileSync(path.join(dist, "handler.js"), inFunction(bundled, "claimsmith, glue, text, size"));
  await buildTool("shrink-module.js", "shrink");
}

async function buildModules(glue) {
  const { code } = await bundleInOne("modules.js", glue);
  writeFileSync(path.join(dist, "modules.js"), code);
}

/** Bundles the shim and the module for a pasted file. */
async function bundleInOne(entry, glue) {
  const wasm = readFileSync(path.join(glue, "claimsmith.wasm"));
  const { text, compressed } = pack(wasm);
  const unpacked = unpack(brotliDecompressSync, decoderText(), text, compressed.length);
  if (!wasm.equals(unpacked)) throw new Error("what the container gives back is not the module");
  writeFileSync(path.join(glue, "claimsmith.wasm.br"), compressed);
  writeFileSync(path.join(glue, "claimsmith.wasm.txt"), text);
  const shim = await bundleShim(entry, glue);
  return { code: shim.replace(WASM_PLACE, () => `"${text}",${compressed.length})`), wasm };
}

/**
 * The code around a module, which takes the place of nothing.
 *
 * @param {string} entry
 * @param {string} glue
 * @param {string[]} [left] The optional modules that it goes without.
 */
async function bundleShim(entry, glue, left = []) {
  const wasmSource = `
    import { unpack } from "./src/container.js";
    import { zlib } from "./src/later.js";
    export default unpack(zlib().brotliDecompressSync, "${decoderText()}", ${WASM_PLACE};`;
  const shared = minified(entry, glue, wasmSource);
  const exported = Object.fromEntries(left.map((name) => [name, OPTIONAL_MODULES[name].exports]));
  const leaving = { name: "leaving out", setup: (builder) => leaveOut(builder, exported) };
  const code = inFunction(await build({ ...shared, plugins: [leaving, ...shared.plugins] }), "claimsmith");
  if (code.split(WASM_PLACE).length !== 2) throw new Error("the place of the module is not found once");
  const names = Object.keys(CREATORS).join(", ");
  return `const { ${names} } = (${code})({});\n`;
}

/** Leaves modules of the shim out: what each exports is nothing, and nobody asks for it. */
function leaveOut(builder, modules) {
  for (const [name, exported] of Object.entries(modules)) {
    const contents = exported.map((word) => `export const ${word} = undefined;`).join("\n");
    builder.onLoad({ filter: new RegExp(`[\\\\/]src[\\\\/]${name}\\.js$`) }, () => ({ contents }));
  }
}

function decoderText() {
  return brotliCompressSync(assembleDecoder()).toString("base64");
}

/** The options for code that is pasted. */
function minified(entry, glue, wasmSource) {
  return /** @type {const} */ ({
    ...options(entry, glue, wasmSource, true),
    write: false,
    minify: true,
    mangleProps: SHARED_MEMBERS,
    legalComments: "none",
    charset: "utf8",
  });
}

/** What was bundled as a function that is given the object on which the entry puts its exports, and returns it. */
function inFunction(bundled, parameters) {
  const code = /** @type {import("esbuild").OutputFile[]} */ (bundled.outputFiles)[0].text.trim();
  return `(${parameters}) => {${code}\nreturn claimsmith;}`;
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

async function buildEngine(glue) {
  await build({ ...options("engine.js", glue, WASM_FILE), outfile: path.join(dist, "engine.cjs") });
  // With names, so that a profile tells more than numbers.
  copyFileSync(path.join(glue, "claimsmith.named.wasm"), path.join(dist, "claimsmith.wasm"));
}

/** Returns the options by which esbuild bundles an entry, the glue and the module's bytes to one CommonJS file. */
/** @returns {import("esbuild").BuildOptions & { plugins: import("esbuild").Plugin[] }} */
function options(entry, glue, wasmSource, isSmall = false) {
  return {
    entryPoints: [path.join(here, "src", entry)],
    bundle: true,
    platform: "node",
    target: "node18",
    format: "cjs",
    // Only the glue's asynchronous loader has it, which is not used and left out.
    logOverride: { "empty-import-meta": "silent" },
    define: { VERSION: JSON.stringify(version), IS_SMALL: JSON.stringify(isSmall) },
    plugins: [{ name: "wiring", setup: (builder) => wire(builder, glue, wasmSource) }],
  };
}

/** Node's modules of later.js, each loaded when it is asked for. */
function loadLater({ path: file }) {
  const names = readFileSync(file, "utf8").matchAll(/^export const (\w+)/gm);
  return {
    contents: [...names]
      .map(([, name]) => `export const ${name} = () => require("node:${name}");`)
      .join("\n"),
  };
}

function wire(builder, glue, wasmSource) {
  if (builder.initialOptions.format === "cjs") builder.onLoad({ filter: /[\\/]later\.js$/ }, loadLater);
  const hash = JSON.stringify(path.join(here, "src/hash.js"));
  builder.onResolve({ filter: /generated\/claimsmith\.js$/ }, () => ({
    path: path.join(glue, "claimsmith.js"),
  }));
  builder.onLoad({ filter: /[\\/]claimsmith\.js$/ }, ({ path: file }) => {
    const contents = readFileSync(file, "utf8");
    // The feature `node` of the crate `action` calls it.
    const needsHash = /\bsha256\(/.test(contents);
    return {
      contents: needsHash ? `import { sha256 } from ${hash};\n${contents}` : contents,
      resolveDir: here,
    };
  });
  builder.onLoad({ filter: /[\\/]wasm\.js$/ }, () => ({ contents: wasmSource, resolveDir: here }));
}
