// `claimsmith verify`, on files that are as they were bundled and on others.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { createConfig } from "../support/world.js";
import { createFolder } from "./command.js";

const CODE = bundleAction(JSON.parse(JSON.stringify(createConfig()).replaceAll("http://{", "https://{")));

test("a file as it was bundled is the installed engine, with all that it may call", async (t) => {
  const folder = createFolder(t, { "action.js": CODE });
  const { status, stdout } = await folder.run("verify", "--json");
  assert.equal(status, 0);
  const { version, trigger, engine, wasm, requires, imports, problems } = JSON.parse(stdout);
  const installed = JSON.parse(
    readFileSync(new URL("../../js-shim/dist/pasted.json", import.meta.url), "utf8"),
  );
  assert.deepEqual(problems, []);
  assert.equal(trigger, "post-login");
  assert.equal(version, installed.version);
  assert.deepEqual(engine, { sha256: installed.sha256, isInstalled: true });
  assert.equal(wasm.sha256, installed.wasmSha256);
  assert.deepEqual(requires, [
    "node:crypto",
    "node:dns",
    "node:http",
    "node:https",
    "node:net",
    "node:timers",
    "node:zlib",
  ]);
  assert.deepEqual(imports, Object.values(installed.imports).sort());
  const text = await folder.run("verify");
  assert.match(text.stdout, /engine {4}the same as in the installed package/);
});

test("an edited configuration is no change of the engine, and is checked", async (t) => {
  const edited = CODE.replace('"deadline_ms": 15000', '"deadline_ms": 50000');
  assert.notEqual(edited, CODE);
  const folder = createFolder(t, { "action.js": edited });
  const { status, stdout, stderr } = await folder.run("verify");
  assert.equal(status, 1);
  assert.match(stdout, /the same as in the installed package/);
  assert.match(stderr, /problem: deadline_ms: .* \(config_invalid\)/);
});

test("an engine that was changed is told", async (t) => {
  const changed = CODE.replace("onReport", "onRep0rt");
  assert.notEqual(changed, CODE);
  const one = await createFolder(t, { "action.js": changed }).run("verify");
  assert.equal(one.status, 1);
  assert.match(one.stderr, /the engine was changed: it is not the one that its own line names/);

  // With its line changed to fit, it still is not the package's.
  const engine = changed.slice(
    changed.indexOf("\n", changed.indexOf("// claimsmith ")) + 1,
    changed.lastIndexOf("\nexports.") + 1,
  );
  const sha256 = createHash("sha256").update(engine).digest("hex");
  const fitted = changed.replace(/sha256:[0-9a-f]{64}/, `sha256:${sha256}`);
  const other = await createFolder(t, { "action.js": fitted }).run("verify");
  assert.equal(other.status, 1);
  assert.match(other.stderr, /the engine is not the one of claimsmith \d/);
});

test("what is no pasted file is told", async (t) => {
  const folder = createFolder(t, { "action.js": "exports.onExecutePostLogin = async () => {};" });
  const { status, stderr } = await folder.run("verify");
  assert.equal(status, 1);
  assert.match(stderr, /action\.js is no pasted file of `claimsmith bundle`/);
  assert.equal((await folder.run("verify", "missing.js")).status, 1);
});
