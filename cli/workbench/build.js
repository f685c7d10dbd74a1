// Builds the workbench's page: static files that can be served from anywhere.
//
// usage: node build.js [--out DIR] [--metafile FILE]     cli/dist/workbench where left out

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: "string", default: path.join(here, "../dist/workbench") },
    metafile: { type: "string" },
  },
});
const engine = path.dirname(require.resolve("claimsmith/claimsmith.schema.json"));
const source = (/** @type {string} */ name) => path.join(here, "src", name);

const shared = {
  outdir: values.out,
  bundle: true,
  minify: true,
  format: /** @type {const} */ ("esm"),
  target: "es2022",
  legalComments: /** @type {const} */ ("linked"),
  metafile: true,
  alias: {
    claimsmith: path.join(engine, "browser.mjs"),
    "claimsmith/container": path.join(engine, "container.mjs"),
  },
};

/** The modules of Node that bundling uses, by their names. */
const NODE_MODULES = ["crypto", "fs", "module", "path", "zlib"];

rmSync(values.out, { recursive: true, force: true });
mkdirSync(values.out, { recursive: true });
const built = await Promise.all([
  build({
    ...shared,
    entryPoints: [source("main.jsx"), source("worker.js")],
    jsx: "automatic",
    jsxImportSource: "preact",
  }),
  build({
    ...shared,
    entryPoints: [source("bundler.js")],
    alias: {
      ...shared.alias,
      ...Object.fromEntries(NODE_MODULES.map((name) => [`node:${name}`, source(`node/${name}.js`)])),
    },
    inject: [source("node/buffer.js")],
  }),
]);

const copies = {
  "index.html": path.join(here, "index.html"),
  "style.css": path.join(here, "style.css"),
  // The very bytes of the package.
  "claimsmith.wasm": path.join(engine, "claimsmith.wasm"),
  "claimsmith.schema.json": path.join(engine, "claimsmith.schema.json"),
  "engine-pasted.js": path.join(engine, "pasted.js"),
  "engine-pasted.json": path.join(engine, "pasted.json"),
  "engine-package.json": require.resolve("claimsmith/package.json"),
  "brotli_wasm_bg.wasm": path.join(
    path.dirname(require.resolve("brotli-wasm")),
    "pkg.web/brotli_wasm_bg.wasm",
  ),
};
for (const [name, file] of Object.entries(copies)) copyFileSync(file, path.join(values.out, name));

if (values.metafile !== undefined) {
  const inputs = Object.assign({}, ...built.map(({ metafile }) => metafile?.inputs));
  writeFileSync(values.metafile, JSON.stringify({ inputs }));
}
