// What `claimsmith export` writes, applied by the real tools where they run here.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkConfig } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { createTestCertificate } from "claimsmith-cli/tenant";
import { TARGETS } from "../../cli/src/export/index.js";
import { startManagementApi } from "../support/management-api.js";
import { createConfig } from "../support/world.js";
import { assertPrintable, createFolder } from "./command.js";

const require = createRequire(import.meta.url);
const FAKE_AUTH0 = fileURLToPath(new URL("../support/fake-auth0.js", import.meta.url));
const DEPLOY_CLI = path.join(path.dirname(require.resolve("auth0-deploy-cli/package.json")), "lib/index.js");

/** With what breaks code, JSON or a list of options into which it is pasted. */
const VALUES = {
  AUTH0_DOMAIN: "acme.eu.auth0.com",
  API_DOMAIN: "api.example.com",
  CLIENT_ID: "client",
  CLIENT_SECRET: "planted-\"'$\\-line\nend,a=b,-9f3b",
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
    tokens: {
      a: { token_url: "https://{secrets.HOST}/x", client_id: "c", client_secret: "{ secrets.KEY }" },
    },
    sources: {
      s: {
        url: "https://api.example/{join('-', [event.user.secrets.NO])}",
        headers: { k: "{{secrets.LITERAL}} {secrets.KEY}" },
        method: "POST",
        body: { nested: ["{secrets.DEEP}"] },
      },
    },
    claims: { c: "event.secrets.NO" },
  };
  const { problems, secrets } = checkConfig(config);
  assert.deepEqual(problems, []);
  assert.deepEqual(secrets, ["DEEP", "HOST", "KEY"]);
});

/** A tenant's Management API, and the environment in which Node trusts it. */
async function startTenant(t) {
  const tls = await createTestCertificate();
  const api = await startManagementApi({ tls });
  t.after(() => api.close());
  const { path: place } = createFolder(t, { "ca.pem": tls.cert });
  return { api, env: { NODE_EXTRA_CA_CERTS: path.join(place, "ca.pem") } };
}

/** A tenant to import to, and the import of the exported folder. */
async function setUpImport(t, ...options) {
  const { api, env: trust } = await startTenant(t);
  const folder = await exported(t, "deploy-cli", ...options);
  const cwd = path.join(folder.path, "out");
  const config = folder.readJson("out/config.json");
  assert.equal(config.AUTH0_ALLOW_DELETE, false);
  writeFileSync(path.join(cwd, "config.json"), JSON.stringify({ ...config, AUTH0_DOMAIN: api.domain }));

  const args = ["import", "--config_file", "config.json", "--input_file", "tenant", "--env", "true"];
  const own = { ...trust, AUTH0_CLIENT_SECRET: "management-secret" };
  return {
    api,
    import: (env) => run(process.execPath, [DEPLOY_CLI, ...args], { cwd, env: { ...own, ...env } }),
  };
}

test("auth0-deploy-cli brings code, trigger, runtime and secrets, and a second import makes no second Action", async (t) => {
  const tenant = await setUpImport(t, "--bind", "--name", "Plan and roles");
  const { api } = tenant;
  for (let imports = 1; imports <= 2; imports++) {
    const { status, output } = await tenant.import(environment);
    assert.equal(status, 0, output);
    assert.ok(!output.includes("planted"), output);

    assert.equal(api.actions.size, 1);
    const [action] = api.actions.values();
    assert.equal(action.name, "Plan and roles");
    assert.equal(action.code, bundleAction(CONFIG));
    assert.equal(action.runtime, "node22");
    assert.deepEqual(action.supported_triggers, [{ id: "post-login", version: "v3" }]);
    assert.deepEqual(valuesByName(action.secrets), VALUES);
    assert.equal(api.deployed.length, imports);
    assert.deepEqual(api.bindings["post-login"], [
      { ref: { type: "action_name", value: "Plan and roles" }, display_name: "Plan and roles" },
    ]);
  }
  assert.deepEqual(api.unknown, []);
});

test("auth0-deploy-cli imports nothing where a secret has no value", async (t) => {
  const tenant = await setUpImport(t);
  const { CLAIMSMITH_CLIENT_SECRET, ...others } = environment;
  const { status, output } = await tenant.import(others);
  assert.notEqual(status, 0, output);
  assert.equal(tenant.api.actions.size, 0);
  assert.equal((await tenant.import(environment)).status, 0);
  assert.equal(tenant.api.actions.size, 1);
});

function valuesByName(secrets) {
  return Object.fromEntries(secrets.map(({ name, value }) => [name, value]));
}

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

/** The exported folder, a tenant, and a command `auth0` that sends to it what comes on standard input. */
async function setUpAuth0(t) {
  const { api, env: trust } = await startTenant(t);
  const folder = await exported(t, "auth0-cli");
  const bin = path.join(folder.path, "bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "auth0"), `#!/bin/sh\nexec "${process.execPath}" "${FAKE_AUTH0}" "$@"\n`);
  chmodSync(path.join(bin, "auth0"), 0o755);
  const calls = path.join(folder.path, "calls.txt");
  writeFileSync(calls, "");
  const own = {
    ...trust,
    PATH: `${bin}:${process.env.PATH}`,
    FAKE_AUTH0_DOMAIN: api.domain,
    FAKE_AUTH0_CALLS: calls,
  };
  return {
    api,
    calls: () => folder.read("calls.txt"),
    deploy: (env) => run(process.execPath, ["out/deploy.mjs"], { cwd: folder.path, env: { ...own, ...env } }),
  };
}

test("the auth0 command creates the Action and deploys it once it is built, then updates it", async (t) => {
  const { api, calls, deploy } = await setUpAuth0(t);
  api.buildSteps = 1;
  const other = { id: "other", name: "Other", status: "built", code: "// another team's" };
  api.actions.set("other", { ...other });
  for (const [index, verb] of ["created", "updated"].entries()) {
    const { status, output } = await deploy(environment);
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`^${verb} Claimsmith \\(.+\\)\ndeployed\n$`));

    assert.equal(api.actions.size, 2);
    assert.deepEqual(api.actions.get("other"), other);
    const [, action] = api.actions.values();
    assert.equal(action.name, "Claimsmith");
    assert.equal(action.code, bundleAction(CONFIG));
    assert.equal(action.runtime, "node22");
    assert.deepEqual(action.supported_triggers, [{ id: "post-login", version: "v3" }]);
    assert.deepEqual(valuesByName(action.secrets), VALUES);
    assert.deepEqual(api.deployed, Array(index + 1).fill(action.id));
  }
  assert.deepEqual(api.unknown, []);
  assert.ok(calls().includes("api post actions/actions"), calls());
  for (const value of Object.values(VALUES)) assert.ok(!calls().includes(value), calls());
});

test("a secret that is not set is named, and nothing is called", async (t) => {
  const { calls, deploy } = await setUpAuth0(t);
  const { status, output } = await deploy({ CLAIMSMITH_API_DOMAIN: "x", CLAIMSMITH_AUTH0_DOMAIN: "x" });
  assert.equal(status, 1);
  assert.match(output, /CLAIMSMITH_CLIENT_ID is not set; it holds the Action's secret CLIENT_ID/);
  assert.match(output, /CLAIMSMITH_CLIENT_SECRET is not set/);
  assert.equal(calls(), "");
});

test("what the Management API refuses ends the script with its words", async (t) => {
  const { api, deploy } = await setUpAuth0(t);
  api.refusal = { statusCode: 403, message: "Insufficient scope, expected any of: create:actions" };
  const { status, output } = await deploy(environment);
  assert.equal(status, 1);
  assert.match(output, /^error: .*: Insufficient scope, expected any of: create:actions \(403\)$/m);
  assert.ok(!output.includes("planted"), output);
});

test("without the auth0 command the script says where to get it", async (t) => {
  const { deploy } = await setUpAuth0(t);
  const { status, output } = await deploy({ ...environment, PATH: "" });
  assert.equal(status, 1);
  assert.match(output, /^error: auth0 cannot be run: .*github\.com\/auth0\/auth0-cli$/m);
});

test("a folder with other things in it is left as it is", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG, "terraform/mine.tf": "# mine" });
  const { status, stderr } = await folder.run("export", "--to", "terraform");
  assert.equal(status, 1);
  assert.match(stderr, /terraform is not empty\nhint: .*--force/);
  assert.throws(() => folder.read("terraform/main.tf"), { code: "ENOENT" });
});

/** Names that would be read as something else where they are pasted in raw. */
const NAMES = [
  "\u0024{path.module}",
  "\u0024\u0024{a} \u0024\u0024\u0024{b} \u0024 {c}",
  "%{if true} %%{x 100%",
  'a "quote", a \\ and \\n',
  "</code> `x` $(id) $& $1 $' '",
  "Żółć 日本 🎉",
];

/** What a tool gets of an Action of this name. */
const filesOf = (tool, name) =>
  TARGETS[tool].files({ name, code: "", trigger: "post-login", runtime: "node22", secrets: [], bind: false });

test("no name of an Action is read as a template by Terraform", (t) => {
  for (const name of NAMES) {
    const [line, quoted] = /^ {2}name {4}= (".*")$/m.exec(filesOf("terraform", name)["main.tf"]) ?? [];
    // Each `${` and `%{` has its sign doubled, and an even number of signs would be read in two ways.
    for (const [signs] of quoted.matchAll(/[$%]+(?=\{)/g)) assert.equal(signs.length, 2, line);
    if (!terraform) continue;
    const { path: place } = createFolder(t, { "main.tf": `locals {\n  name = ${quoted}\n}\n` });
    const shown = spawnSync("terraform", ["console"], {
      cwd: place,
      input: "jsonencode(local.name)\n",
      env: { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null" },
      encoding: "utf8",
    });
    assert.equal(JSON.parse(JSON.parse(shown.stdout)), name, shown.stderr);
  }
});

test("secrets that differ in case alone, or have a name of Terraform's own, are variables of their own", async (t) => {
  const claims = { plan: "a.plan" };
  const url = "https://a.example/{secrets.KEY}/{secrets.key}/{secrets.VERSION}/{secrets._X}/{secrets.PLAIN}";
  const folder = createFolder(t, { "claimsmith.json": { sources: { a: { url, token: null } }, claims } });
  assert.equal((await folder.run("export", "--to", "terraform", "--out", "out")).status, 0);
  const names = [...folder.read("out/variables.tf").matchAll(/^variable "(.*)"/gm)].map(([, name]) => name);
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 5);
  assert.ok(names.includes("plain") && names.includes("secret_version"), names.join(" "));
  for (const name of names) assert.match(name, /^[a-z]\w*$/);
});

test("no two names of Actions become one file, and none leaves the folder", () => {
  const names = [
    ...NAMES,
    "é",
    "日本",
    "日本語",
    "🎉",
    "🚀",
    "a/b",
    "a\\b",
    "a:b",
    "../../up",
    "..",
    "日".repeat(100),
  ];
  const places = new Map();
  for (const name of names) {
    const files = filesOf("deploy-cli", name);
    const [place] = Object.keys(files).flatMap(
      (file) => /^(tenant\/actions\/[^/\n]+)\/code\.js$/.exec(file)?.[1] ?? [],
    );
    assert.ok(place !== undefined && !places.has(place), `${name}: ${place}, also of ${places.get(place)}`);
    places.set(place, name);
    assert.equal(JSON.parse(files[`${place}.json`].replaceAll(/@@\w+@@/g, "null")).name, name);
    assert.ok(Object.keys(files).every((file) => path.normalize(file) === file && !file.startsWith("..")));
  }
  assert.ok(places.has("tenant/actions/é") && places.has("tenant/actions/日本"));
});

test("auth0-deploy-cli imports an Action whose name has no letter of ASCII", async (t) => {
  const { api, import: run } = await setUpImport(t, "--bind", "--name", "日本 é");
  const { status, output } = await run(environment);
  assert.equal(status, 0, output);
  const [action] = api.actions.values();
  assert.equal(action.name, "日本 é");
  assert.equal(action.code, bundleAction(CONFIG));
});

test("a name that is a keyword of auth0-deploy-cli stays text, and is told", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  const { stderr } = await folder.run("export", "--to", "deploy-cli", "--name", "@@AUTH0_CLIENT_SECRET@@");
  assert.match(stderr, /would replace @@AUTH0_CLIENT_SECRET@@/);
  const [file] = readdirSync(path.join(folder.path, "deploy-cli/tenant/actions")).filter((name) =>
    name.endsWith(".json"),
  );
  assert.match(folder.read(`deploy-cli/tenant/actions/${file}`), /"name": "@@AUTH0_CLIENT_SECRET@@"/);
});

test("a name with control characters, or with nothing in it, is wrong usage", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  for (const name of ["", "  ", "a\nb", "a\u001b[2J", "a\u009b2J", "a\u202eb", "a\u2028b"]) {
    const { status, stderr } = await folder.run("export", "--to", "terraform", "--name", name);
    assert.equal(status, 2, JSON.stringify(name));
    assertPrintable(stderr);
  }
});

test("a runtime that the tool or the engine does not take is wrong usage, and the others are named", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  const all = ["node18", "node20", "node22", "node24"];
  const accepted = { terraform: ["node18", "node22"], "deploy-cli": all, "auth0-cli": all };
  const wrong = ["node12", "node16", "node21", "node2", "NODE22", "node22 ", "toString", ""];
  for (const [tool, runtimes] of Object.entries(accepted)) {
    assert.deepEqual(TARGETS[tool].runtimes, runtimes);
    const others = all.filter((runtime) => !runtimes.includes(runtime));
    for (const runtime of [...others, ...(tool === "deploy-cli" ? wrong : []), runtimes[0]]) {
      const { status, stderr } = await folder.run("export", "--to", tool, "--force", "--runtime", runtime);
      assert.equal(status, runtimes.includes(runtime) ? 0 : 2, `${tool} ${runtime}`);
      if (status === 2) assert.ok(stderr.includes(`must be one of ${runtimes.join(", ")}`), stderr);
    }
  }
});

test("what is exported follows no link that is in the folder", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG, "outside.txt": "mine", "out/x": "" });
  symlinkSync(path.join(folder.path, "outside.txt"), path.join(folder.path, "out/main.tf"));
  const { status } = await folder.run("export", "--to", "terraform", "--out", "out", "--force");
  assert.equal(status, 0);
  assert.equal(folder.read("outside.txt"), "mine");
  assert.match(folder.read("out/main.tf"), /auth0_action/);
});

test("wrong usage ends with 2", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  for (const args of [[], ["--to", "pulumi"], ["--to", "terraform", "--trigger", "x"]]) {
    assert.equal((await folder.run("export", ...args)).status, 2);
  }
});
