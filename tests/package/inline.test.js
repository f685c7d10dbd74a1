// The engine inside the code: what a bundler makes of an Action runs wherever it is taken.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ncc from "@vercel/ncc";
import { loadAction } from "claimsmith-cli/host";
import { build } from "esbuild";
import { createConfig, PLAN, startWorld } from "../support/world.js";

const INSTALLED = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** What bundles a file to one of `format`, by the bundler's name: its code, and what it warns of. */
const BUNDLERS = {
  async esbuild(entry, format) {
    const { outputFiles, warnings } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: "node",
      format,
      // What a bundle of the format ESM needs where CommonJS is in it.
      banner: format === "esm" ? { js: REQUIRE } : {},
      logLevel: "silent",
    });
    return { code: outputFiles[0].text, warnings };
  },
  // The format is that which the entry's name says.
  async ncc(entry) {
    const { code, stats } = await ncc(entry, { cache: false, quiet: true });
    return { code, warnings: stats.compilation.warnings };
  },
};

/** The end of a file's name, by the format of the bundle. */
const EXTENSIONS = { cjs: ".js", esm: ".mjs" };

/** Bundles code as one that installed the package has it, and takes the bundle to a folder with nothing else in it. */
async function bundle(t, bundler, code, format = "cjs") {
  const [made, moved] = ["made", "moved"].map((name) =>
    mkdtempSync(path.join(tmpdir(), `claimsmith-${name}-`)),
  );
  t.after(() => {
    for (const folder of [made, moved]) rmSync(folder, { recursive: true, force: true });
  });
  const entry = path.join(made, `action${EXTENSIONS[format]}`);
  symlinkSync(INSTALLED, path.join(made, "node_modules"), "junction");
  writeFileSync(entry, code);
  const bundled = await BUNDLERS[bundler](entry, format);
  assert.deepEqual(bundled.warnings, []);
  const file = path.join(moved, `bundle${EXTENSIONS[format]}`);
  writeFileSync(file, bundled.code);
  return file;
}

const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const ACTION = `createPostLogin(${JSON.stringify(createConfig())}, { log: console.log });`;

const WAYS = {
  required: `exports.onExecutePostLogin = require("claimsmith/inline").${ACTION}`,
  imported: `import { createPostLogin } from "claimsmith/inline";\nexport const onExecutePostLogin = ${ACTION}`,
};

for (const bundler of Object.keys(BUNDLERS)) {
  for (const [way, code] of Object.entries(WAYS)) {
    test(`claimsmith/inline, ${way}: the bundle of an Action by ${bundler} enriches a login`, async (t) => {
      const world = await startWorld(t);
      // The first lines of ncc ask for `__dirname`, which Actions do not have.
      const action = `var __dirname;\n${readFileSync(await bundle(t, bundler, code), "utf8")}`;
      // With all of the package in it, it is larger than Auth0 takes: there it is a dependency, or a pasted file.
      const { after, logs } = await world.login(loadAction(action, { maxCodeBytes: 400_000 }));
      assert.equal(after.idToken[PLAN], "gold");
      assert.match(logs[0], /^claimsmith enriched /);
    });
  }

  for (const format of Object.keys(EXTENSIONS)) {
    test(`claimsmith/inline has all of the package, in a bundle by ${bundler} of the format ${format}`, async (t) => {
      const file = await bundle(
        t,
        bundler,
        `import * as claimsmith from "claimsmith/inline";
        console.log(Object.keys(claimsmith).sort().join(" "), claimsmith.evaluate("a.b", { a: { b: 7 } }),
          claimsmith.checkConfig({ claims: {} }).ok);`,
        format,
      );
      const { stdout, stderr } = spawnSync(process.execPath, [file], {
        encoding: "utf8",
        cwd: path.dirname(file),
      });
      const names =
        "EnrichmentError TRIGGERS WARNINGS checkConfig checkLive compilePlan createCredentialsExchange createExplainer createFromPlan createPostLogin evaluate inspectConfig parseTemplate";
      assert.equal(stdout, `${names} 7 true\n`, stderr);
    });

    test(`a bundle by ${bundler} of the plain package that lost its file names claimsmith/inline, as ${format}`, async (t) => {
      const code = 'import { evaluate } from "claimsmith"; evaluate("a", {});';
      const file = await bundle(t, bundler, code, format);
      const { status, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
      assert.notEqual(status, 0);
      assert.match(stderr, /claimsmith\.wasm is not beside the code.* import claimsmith\/inline/);
    });
  }
}
