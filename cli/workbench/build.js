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

rmSync(values.out, { recursive: true, force: true });
mkdirSync(values.out, { recursive: true });
const { metafile } = await build({
  entryPoints: [path.join(here, "src/main.jsx"), path.join(here, "src/worker.js")],
  outdir: values.out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "linked",
  metafile: true,
  alias: { claimsmith: path.join(engine, "browser.mjs") },
});
for (const name of ["index.html", "style.css"])
  copyFileSync(path.join(here, name), path.join(values.out, name));
// The very bytes of the package.
for (const name of ["claimsmith.wasm", "claimsmith.schema.json"]) {
  copyFileSync(path.join(engine, name), path.join(values.out, name));
}
if (values.metafile !== undefined) writeFileSync(values.metafile, JSON.stringify(metafile));
