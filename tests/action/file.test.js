import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { MAX_CODE_BYTES } from "claimsmith-cli/host";
import { createConfig } from "../support/world.js";

const action = readFileSync(new URL("../../dist/action.js", import.meta.url), "utf8");

test("the file fits in the editor", () => {
  const bytes = Buffer.byteLength(action);
  console.log(`action.js: ${bytes} of ${MAX_CODE_BYTES} bytes`);
  assert.ok(bytes < MAX_CODE_BYTES);
});

test("the file requires Node's own modules only, and evaluates nothing", () => {
  const required = [...action.matchAll(/\brequire\(([^)]*)\)/g)].map(([, name]) => JSON.parse(name));
  assert.ok(required.includes("node:https"));
  for (const name of required) assert.ok(name.startsWith("node:") && isBuiltin(name), name);
  for (const word of ["eval", "Function\\(", "__dirname", "__filename", "import\\.meta", "import\\("]) {
    assert.doesNotMatch(action, new RegExp(`(?<![\\w.])${word}`), word);
  }
});

test("the configuration stands on top, as a person would write it", () => {
  const [, config] = action.match(/^const config = (\{\n[\s\S]*?\n\});$/m);
  const example = new URL("../../examples/plan-and-roles/claimsmith.json", import.meta.url);
  assert.deepEqual(JSON.parse(config), JSON.parse(readFileSync(example, "utf8")));
  assert.ok(action.indexOf("const config") < 250);
});

test("the pasted configuration goes without the line for editors", () => {
  const schema = "./node_modules/claimsmith/dist/claimsmith.schema.json";
  const config = createConfig();
  assert.equal(bundleAction({ $schema: schema, ...config }), bundleAction(config));
});

test("the file says which version it is, with a hash of the engine", () => {
  assert.match(action, /^\/\/ claimsmith \d+\.\d+\.\d+ sha256:[0-9a-f]{64}$/m);
});

test("a configuration that needs the same parts of the engine changes nothing below it", () => {
  const engine = (code) => code.slice(code.indexOf("// The engine"));
  assert.ok(engine(bundleAction(createConfig())) === engine(action), "the engines differ");
});

test("the file holds no path of the machine that built it", () => {
  const here = new URL("../..", import.meta.url).pathname;
  const wasm = readFileSync(new URL("../../js-shim/dist/claimsmith.wasm", import.meta.url), "latin1");
  for (const text of [action, wasm]) {
    assert.equal(text.includes(here), false);
    assert.equal(text.includes(process.env.HOME ?? "/home/"), false);
  }
});
