// What `claimsmith export` writes, applied by the real tools where they run here.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { createTestCertificate } from "claimsmith-cli/tenant";
import { secretNames } from "../../cli/src/config/secrets.js";
import { startManagementApi } from "../support/management-api.js";
import { createConfig } from "../support/world.js";
import { createFolder } from "./command.js";

const require = createRequire(import.meta.url);
const DEPLOY_CLI = path.join(path.dirname(require.resolve("auth0-deploy-cli/package.json")), "lib/index.js");

/** With what breaks code or JSON into which it is pasted. */
const VALUES = {
  AUTH0_DOMAIN: "acme.eu.auth0.com",
  API_DOMAIN: "api.example.com",
  CLIENT_ID: "client",
  CLIENT_SECRET: "planted-\"'$\\-line\nend-9f3b",
};

const CONFIG = JSON.parse(JSON.stringify(createConfig()).replaceAll("http://{", "https://{"));

const environment = Object.fromEntries(
  Object.entries(VALUES).map(([name, value]) => [`CLAIMSMITH_${name}`, value]),
);

async function exported(t, tool, ...options) {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  const { status, stdout, stderr } = await folder.run("export", "--to", tool, "--out", "out", ...options);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /^Next: out\/README\.md says how to apply it\.$/m);
  return folder;
}

async function run(command, args, { cwd, env }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await ended, output: stdout + stderr };
}

test("the names of the secrets are those that the configuration reads", () => {
  const config = {
    tokens: { a: { token_url: "https://{secrets.HOST}/x", client_secret: "{ secrets.KEY }" } },
    sources: {
      s: {
        url: "https://api.example/{join('-', [secrets.\"odd name\", event.user.secrets.NO])}",
        headers: { k: "{{secrets.LITERAL}} {secrets.KEY}" },
        body: { nested: ["{secrets.DEEP}"] },
      },
    },
    claims: { c: "event.secrets.NO" },
  };
  assert.deepEqual(secretNames(config), ["DEEP", "HOST", "KEY", "odd name"]);
});

test("auth0-deploy-cli brings code, trigger, runtime and secrets, and a second import makes no second Action", async (t) => {
  const tls = await createTestCertificate();
  const api = await startManagementApi({ tls });
  t.after(() => api.close());
  const folder = await exported(t, "deploy-cli", "--bind", "--name", "Plan and roles");
  const out = path.join(folder.path, "out");
  writeFileSync(path.join(out, "ca.pem"), tls.cert);
  const config = JSON.parse(readFileSync(path.join(out, "config.json"), "utf8"));
  assert.equal(config.AUTH0_ALLOW_DELETE, false);
  writeFileSync(path.join(out, "config.json"), JSON.stringify({ ...config, AUTH0_DOMAIN: api.domain }));

  const args = ["import", "--config_file", "config.json", "--input_file", "tenant", "--env", "true"];
  const env = {
    ...environment,
    AUTH0_CLIENT_SECRET: "management-secret",
    NODE_EXTRA_CA_CERTS: path.join(out, "ca.pem"),
  };
  for (let imports = 1; imports <= 2; imports++) {
    const { status, output } = await run(process.execPath, [DEPLOY_CLI, ...args], { cwd: out, env });
    assert.equal(status, 0, output);
    assert.ok(!output.includes("planted"), output);

    assert.equal(api.actions.size, 1);
    const [action] = api.actions.values();
    assert.equal(action.name, "Plan and roles");
    assert.equal(action.code, bundleAction(CONFIG));
    assert.equal(action.runtime, "node22");
    assert.deepEqual(action.supported_triggers, [{ id: "post-login", version: "v3" }]);
    assert.deepEqual(Object.fromEntries(action.secrets.map(({ name, value }) => [name, value])), VALUES);
    assert.equal(api.deployed.length, imports);
    assert.deepEqual(api.bindings["post-login"], [
      { ref: { type: "action_name", value: "Plan and roles" }, display_name: "Plan and roles" },
    ]);
  }
  assert.deepEqual(api.unknown, []);
});

test("without --bind the flow is left as it is", async (t) => {
  const folder = await exported(t, "deploy-cli");
  assert.throws(() => folder.read("out/tenant/triggers/triggers.json"), { code: "ENOENT" });
  assert.deepEqual(folder.readJson("out/config.json").AUTH0_INCLUDED_ONLY, ["actions"]);
});

test("a keyword of auth0-deploy-cli within the configuration is told", async (t) => {
  const config = { claims: { plan: 'event.client.metadata."##PLAN##"' } };
  const { stderr } = await createFolder(t, { "claimsmith.json": config }).run("export", "--to", "deploy-cli");
  assert.match(stderr, /would replace ##PLAN## in the configuration/);
});

const terraform = spawnSync("terraform", ["version"]).error === undefined;

test("Terraform finds its files well formed", {
  skip: terraform ? false : "terraform is not on PATH",
}, async (t) => {
  for (const options of [[], ["--bind", "--trigger", "post-login", "--name", 'A "quoted" \u0024{name}']]) {
    const folder = await exported(t, "terraform", ...options);
    const { status, output } = await run("terraform", ["fmt", "-check", "-diff"], {
      cwd: path.join(folder.path, "out"),
      env: { TF_CLI_CONFIG_FILE: "/dev/null" },
    });
    assert.equal(status, 0, output);
  }
});

test("the files for Terraform name code, trigger, runtime and each secret as a sensitive variable", async (t) => {
  const folder = await exported(t, "terraform", "--bind");
  assert.equal(folder.read("out/action.js"), bundleAction(CONFIG));
  const main = folder.read("out/main.tf");
  assert.match(main, /code {4}= file\("\$\{path\.module\}\/action\.js"\)/);
  assert.match(main, /id {6}= "post-login"\n {4}version = "v3"/);
  assert.match(main, /resource "auth0_trigger_action"/);
  const variables = folder.read("out/variables.tf");
  for (const name of Object.keys(VALUES)) {
    assert.match(main, new RegExp(`name {2}= "${name}"\n {4}value = var\\.${name.toLowerCase()}`));
    assert.match(variables, new RegExp(`variable "${name.toLowerCase()}" \\{[^}]*sensitive {3}= true`));
  }
});

/** A command `auth0` that writes down what it was given. */
function createAuth0(folder, { exists }) {
  const bin = path.join(folder.path, "bin");
  mkdirSync(bin);
  const script = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(path.join(folder.path, "calls.txt"))}, JSON.stringify(args) + "\\n");
if (args[1] === "list") console.log(${exists ? `'[{"id":"other","name":"Other"},{"id":"id-1","name":"Claimsmith"}]'` : '""'});
else if (args[1] !== "deploy") console.log('{"id":"id-1"}');
`;
  writeFileSync(path.join(bin, "auth0"), script);
  chmodSync(path.join(bin, "auth0"), 0o755);
  return { PATH: `${bin}:${process.env.PATH}` };
}

for (const exists of [false, true]) {
  test(`the auth0 command ${exists ? "updates" : "creates"} the Action and deploys it`, async (t) => {
    const folder = await exported(t, "auth0-cli");
    const env = { ...environment, ...createAuth0(folder, { exists }) };
    const { status, output } = await run("sh", ["out/deploy.sh"], { cwd: folder.path, env });
    assert.equal(status, 0, output);
    assert.ok(!output.includes("planted"), output);

    const [list, put, deploy] = folder
      .read("calls.txt")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(list, ["actions", "list", "--json"]);
    assert.deepEqual(deploy, ["actions", "deploy", "id-1", "--no-input"]);
    assert.deepEqual(
      put.slice(0, 4),
      exists ? ["actions", "update", "id-1", "--force"] : ["actions", "create", "--trigger", "post-login"],
    );
    const valuesOf = (option) =>
      put.flatMap((argument, index) => (put[index - 1] === option ? [argument] : []));
    assert.deepEqual(valuesOf("--code"), [bundleAction(CONFIG)]);
    assert.deepEqual(valuesOf("--runtime"), ["node22"]);
    assert.deepEqual(
      valuesOf("--secret").sort(),
      Object.entries(VALUES)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
  });
}

test("a secret that is not set is named, and nothing is called", async (t) => {
  const folder = await exported(t, "auth0-cli");
  const env = {
    ...createAuth0(folder, { exists: false }),
    CLAIMSMITH_API_DOMAIN: "x",
    CLAIMSMITH_AUTH0_DOMAIN: "x",
  };
  const { status, output } = await run("sh", ["out/deploy.sh"], { cwd: folder.path, env });
  assert.notEqual(status, 0);
  assert.match(output, /CLAIMSMITH_CLIENT_ID: set it to the Action's secret CLIENT_ID/);
  assert.throws(() => folder.read("calls.txt"), { code: "ENOENT" });
});

test("a folder with other things in it is left as it is", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG, "terraform/mine.tf": "# mine" });
  const { status, stderr } = await folder.run("export", "--to", "terraform");
  assert.equal(status, 1);
  assert.match(stderr, /terraform is not empty\nhint: .*--force/);
  assert.throws(() => folder.read("terraform/main.tf"), { code: "ENOENT" });
});

test("wrong usage ends with 2", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  for (const args of [[], ["--to", "pulumi"], ["--to", "terraform", "--trigger", "x"]]) {
    assert.equal((await folder.run("export", ...args)).status, 2);
  }
});
