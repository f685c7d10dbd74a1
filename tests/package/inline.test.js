// The engine inside the code: what a bundler makes of an Action runs wherever it is taken.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadAction } from "claimsmith-cli/host";
import { build } from "esbuild";
import { createConfig, PLAN, startWorld } from "../support/world.js";

const TESTS = fileURLToPath(new URL("..", import.meta.url));

/** Bundles code that stands beside the tests, and takes the bundle to a folder with nothing else in it. */
async function bundle(t, code, format = "cjs") {
  const [made, moved] = ["made", "moved"].map((name) =>
    mkdtempSync(path.join(tmpdir(), `claimsmith-${name}-`)),
  );
  t.after(() => {
    for (const folder of [made, moved]) rmSync(folder, { recursive: true, force: true });
  });
  const name = format === "esm" ? "bundle.mjs" : "bundle.cjs";
  const { warnings } = await build({
    stdin: { contents: code, resolveDir: TESTS },
    bundle: true,
    platform: "node",
    format,
    // What a bundle of the format ESM needs where CommonJS is in it.
    banner: format === "esm" ? { js: REQUIRE } : {},
    outfile: path.join(made, name),
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  renameSync(path.join(made, name), path.join(moved, name));
  return path.join(moved, name);
}

const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const ACTION = `createPostLogin(${JSON.stringify(createConfig())}, { log: console.log });`;

for (const [way, code] of Object.entries({
  required: `exports.onExecutePostLogin = require("claimsmith/inline").${ACTION}`,
  imported: `import { createPostLogin } from "claimsmith/inline";\nexport const onExecutePostLogin = ${ACTION}`,
})) {
  test(`claimsmith/inline, ${way}: the bundle of an Action enriches a login`, async (t) => {
    const world = await startWorld(t);
    const action = readFileSync(await bundle(t, code), "utf8");
    // With all of the package in it, it is larger than Auth0 takes: there it is a dependency, or a pasted file.
    const { after, logs } = await world.login(loadAction(action, { maxCodeBytes: 400_000 }));
    assert.equal(after.idToken[PLAN], "gold");
    assert.match(logs[0], /^claimsmith enriched /);
  });
}

for (const format of ["cjs", "esm"]) {
  test(`claimsmith/inline has all of the package, in a bundle of the format ${format}`, async (t) => {
    const file = await bundle(
      t,
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
}

for (const format of ["cjs", "esm"]) {
  test(`a bundle of the plain package that lost its file names claimsmith/inline, as ${format}`, async (t) => {
    const file = await bundle(t, 'import { evaluate } from "claimsmith"; evaluate("a", {});', format);
    const { status, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /claimsmith\.wasm is not beside the code.* import claimsmith\/inline/);
  });
}
