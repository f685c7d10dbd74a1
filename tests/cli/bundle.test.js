// The command that writes the pasted file, as a shell runs it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bundleModules } from "claimsmith-cli/bundle";
import { loadAction, MAX_CODE_BYTES, MAX_MODULE_BYTES } from "claimsmith-cli/host";
import { createConfig, PLAN, startWorld } from "../support/world.js";
import { createFolder } from "./command.js";

function setUp(t, config) {
  const folder = createFolder(t, { "claimsmith.json": config });
  return { ...folder, bundle: (...options) => folder.run("bundle", ...options) };
}

test("each trigger has its own last line", async (t) => {
  const config = { claims: { plan: "event.client.metadata.plan" } };
  for (const [options, ending] of [
    [[], "exports.onExecutePostLogin = createPostLogin(plan, { config, live });\n"],
    [["--trigger", "post-login"], "exports.onExecutePostLogin = createPostLogin(plan, { config, live });\n"],
    [["--without-source"], "exports.onExecutePostLogin = createPostLogin(plan, { live });\n"],
    [
      ["--trigger", "credentials-exchange"],
      "exports.onExecuteCredentialsExchange = createCredentialsExchange(plan, { config, live });\n",
    ],
  ]) {
    const { bundle, read } = setUp(t, config);
    assert.equal((await bundle(...options)).status, 0);
    assert.ok(read("action.js").endsWith(ending));
  }
});

test("what is left of Auth0's limit and the secrets to add are told", async (t) => {
  const { bundle, read } = setUp(t, createConfig());
  const { stdout } = await bundle();
  const bytes = Buffer.byteLength(read("action.js"));
  const left = (MAX_CODE_BYTES - bytes).toLocaleString("en-US");
  assert.match(stdout, new RegExp(`${left} left of Auth0's limit`));
  assert.match(stdout, /^secrets to add in the editor: API_DOMAIN, AUTH0_DOMAIN, CLIENT_ID, CLIENT_SECRET$/m);
  const { fingerprint, secrets } = JSON.parse((await bundle("--json")).stdout);
  assert.match(
    read("action.js"),
    new RegExp(`^// What runs, made of the configuration ${fingerprint}\\.$`, "m"),
  );
  assert.deepEqual(secrets, ["API_DOMAIN", "AUTH0_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"]);
});

test("an entry of the configuration takes a line", async (t) => {
  const claims = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `https://example.com/${index}`,
      { value: `event.user.user_metadata.key_${index}`, type: "string" },
    ]),
  );
  const { bundle, read } = setUp(t, { claims, deny: [] });
  assert.equal((await bundle()).status, 0);
  const [, config] = /^const config = ([\s\S]*?);\n\n/m.exec(read("action.js"));
  assert.deepEqual(JSON.parse(config), { claims, deny: [] });
  assert.equal(config.split("\n").length, 40 + 5);
});

test("a configuration of a hundred claims and five sources fits into one file", async (t) => {
  const names = ["profile", "entitlements", "teams", "billing", "flags"];
  const sources = Object.fromEntries(
    names.map((name) => [
      name,
      {
        url: `https://{secrets.API_DOMAIN}/${name}/{event.user.user_id}`,
        timeout_ms: 1500,
        cache: { ttl_s: 60 },
        when: "event.client.metadata.enrich != 'no'",
      },
    ]),
  );
  const claims = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [
      `https://example.com/claim_${index}`,
      {
        value: `${names[index % 5]}.items[?kind == 'k${index}'].value | [0]`,
        type: "string",
        default: "none",
        to: ["id_token"],
      },
    ]),
  );
  const { tokens } = createConfig();
  const text = JSON.stringify({ tokens, sources, claims }).replaceAll("http://", "https://");
  const { bundle, read } = setUp(t, JSON.parse(text));
  const { status, stderr } = await bundle();
  assert.equal(status, 0, stderr);
  assert.ok(Buffer.byteLength(read("action.js")) <= MAX_CODE_BYTES);
});

test("a configuration is checked for its trigger", async (t) => {
  const config = { claims: { plan: { value: "event.client.metadata.plan", to: ["id_token"] } } };
  const { bundle } = setUp(t, config);
  assert.equal((await bundle()).status, 0);
  const { status, stderr } = await bundle("--trigger", "credentials-exchange");
  assert.equal(status, 1);
  assert.match(stderr, /^error: claimsmith\.json:1:63 claims\.plan\.to\[0\]: .* \(config_invalid\)$/m);
});

test("a wrong expression is shown, with a mark below the column", async (t) => {
  const { status, stderr } = await setUp(t, { claims: { plan: "event.user..plan" } }).bundle();
  assert.equal(status, 1);
  assert.equal(
    stderr,
    [
      "error: claimsmith.json:1:31 claims.plan: `.` was not expected here (column 12) (expression_invalid)",
      '1 | {"claims":{"plan":"event.user..plan"}}',
      "                                  ^",
      "see docs/errors.md#expression_invalid",
      "",
    ].join("\n"),
  );
});

test("wrong usage ends with 2 and shows the usage", async (t) => {
  for (const options of [
    ["--trigger", "pre-login"],
    ["--triger", "post-login"],
    ["one", "more"],
  ]) {
    const { status, stderr } = await setUp(t, { claims: {} }).bundle(...options);
    assert.equal(status, 2);
    assert.match(stderr, /claimsmith bundle|--help/);
  }
});

test("as modules, a small Action joins the engine, and a login through all of them is enriched", async (t) => {
  const world = await startWorld(t);
  const { bundle, read } = setUp(t, createConfig());
  const { status, stdout } = await bundle("--format", "module", "--module-name", "shared", "--json");
  assert.equal(status, 0);
  const { files } = JSON.parse(stdout);
  assert.deepEqual(
    files.map(({ file, limitBytes }) => [file, limitBytes]),
    [
      ["dist/shared.js", MAX_MODULE_BYTES],
      ["dist/shared-wasm.js", MAX_MODULE_BYTES],
      ["dist/shared-wasm-2.js", MAX_MODULE_BYTES],
      ["dist/action.js", MAX_CODE_BYTES],
    ],
  );
  for (const { file, bytes, limitBytes, sha256 } of files) {
    const code = read(file);
    assert.equal(bytes, Buffer.byteLength(code));
    assert.ok(bytes <= limitBytes, `${file} has ${bytes} bytes`);
    assert.equal(sha256, createHash("sha256").update(code).digest("hex"));
  }
  assert.ok(files[3].bytes < 3_000);

  const action = loadAction(read("dist/action.js"), {
    modules: {
      shared: { code: read("dist/shared.js") },
      "shared-wasm": { code: read("dist/shared-wasm.js") },
      "shared-wasm-2": { code: read("dist/shared-wasm-2.js") },
    },
  });
  const { after, logs } = await world.login(action);
  assert.equal(after.accessToken[PLAN], "gold");
  assert.match(logs[0], /^claimsmith enriched /);
});

test("the modules are the same for each configuration and trigger", () => {
  const { modules } = bundleModules(createConfig());
  assert.deepEqual(bundleModules({ claims: {} }, { trigger: "credentials-exchange" }).modules, modules);
});

test("modules of two versions are refused by name", async (t) => {
  const world = await startWorld(t);
  const { modules, action } = bundleModules(createConfig());
  const older = modules["claimsmith-wasm"].replace(/sha256: "[^"]*"/, `sha256: "${"0".repeat(64)}"`);
  const loaded = loadAction(action, {
    modules: Object.fromEntries(
      Object.entries({ ...modules, "claimsmith-wasm": older }).map(([name, code]) => [name, { code }]),
    ),
  });
  await assert.rejects(world.login(loaded), {
    message: /are of several versions: publish them anew$/,
  });
});

test("nothing is written through a link", async (t) => {
  const { bundle, path: folder, read } = setUp(t, { claims: {} });
  writeFileSync(path.join(folder, "kept.txt"), "as it was");
  symlinkSync("kept.txt", path.join(folder, "action.js"));
  symlinkSync("nowhere.txt", path.join(folder, "other.js"));
  for (const options of [[], ["--out", "other.js"]]) {
    const { status, stderr } = await bundle(...options);
    assert.equal(status, 1);
    assert.match(stderr, /js is a symbolic link/);
  }
  assert.equal(read("kept.txt"), "as it was");
  assert.equal(existsSync(path.join(folder, "nowhere.txt")), false);
});
