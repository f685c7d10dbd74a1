// The command that writes the pasted file, as a shell runs it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadAction } from "claimsmith-cli/host";
import { createConfig, PLAN, startWorld } from "../support/world.js";
import { createFolder } from "./command.js";

const COMMAND = fileURLToPath(new URL("../../cli/bin/claimsmith.js", import.meta.url));

function run(t, config, options = []) {
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, "claimsmith.json"), JSON.stringify(config));
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, "bundle", ...options], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stderr, read: () => readFileSync(path.join(folder, "action.js"), "utf8") };
}

test("each trigger has its own last line", (t) => {
  const config = { claims: { plan: "event.client.metadata.plan" } };
  for (const [options, ending] of [
    [[], "exports.onExecutePostLogin = createPostLogin(config);\n"],
    [["--trigger", "post-login"], "exports.onExecutePostLogin = createPostLogin(config);\n"],
    [
      ["--trigger", "credentials-exchange"],
      "exports.onExecuteCredentialsExchange = createCredentialsExchange(config);\n",
    ],
  ]) {
    const { status, read } = run(t, config, options);
    assert.equal(status, 0);
    assert.ok(read().endsWith(ending));
  }
});

test("a configuration is checked for its trigger", (t) => {
  const config = { claims: { plan: { value: "event.client.metadata.plan", to: ["id_token"] } } };
  assert.equal(run(t, config).status, 0);
  const { status, stderr } = run(t, config, ["--trigger", "credentials-exchange"]);
  assert.equal(status, 1);
  assert.match(stderr, /^error: claimsmith\.json:1:63 claims\.plan\.to\[0\]: .* \(config_invalid\)$/m);
});

test("a wrong expression is shown, with a mark below the column", (t) => {
  const { status, stderr } = run(t, { claims: { plan: "event.user..plan" } });
  assert.equal(status, 1);
  assert.equal(
    stderr,
    [
      "error: claimsmith.json:1:31 claims.plan: `.` was not expected here (column 12) (expression_invalid)",
      '1 | {"claims":{"plan":"event.user..plan"}}',
      "                                  ^",
      "",
    ].join("\n"),
  );
});

test("wrong usage ends with 2 and shows the usage", (t) => {
  for (const options of [
    ["--trigger", "pre-login"],
    ["--triger", "post-login"],
    ["one", "more"],
  ]) {
    const { status, stderr } = run(t, { claims: {} }, options);
    assert.equal(status, 2);
    assert.match(stderr, /claimsmith bundle|--help/);
  }
});

test("as a module, a small Action requires the engine, and a login through both is enriched", async (t) => {
  const world = await startWorld(t);
  const folder = createFolder(t, { "claimsmith.json": createConfig() });
  const { status, stdout } = await folder.run(
    "bundle",
    "--format",
    "module",
    "--module-name",
    "shared-engine",
    "--json",
  );
  assert.equal(status, 0);
  const { files } = JSON.parse(stdout);
  assert.deepEqual(
    files.map(({ file }) => file),
    ["dist/module.js", "dist/action.js"],
  );
  for (const { file, bytes, sha256 } of files) {
    const code = folder.read(file);
    assert.equal(bytes, Buffer.byteLength(code));
    assert.equal(sha256, createHash("sha256").update(code).digest("hex"));
  }
  assert.ok(files[1].bytes < 3_000);

  const action = loadAction(folder.read("dist/action.js"), {
    modules: { "shared-engine": { code: folder.read("dist/module.js") } },
  });
  const { after, logs } = await world.login(action);
  assert.equal(after.accessToken[PLAN], "gold");
  assert.match(logs[0], /^claimsmith enriched /);
});
