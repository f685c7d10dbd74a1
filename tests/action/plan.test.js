// The pasted file runs its plan: what is edited above it is ignored and told, what is live is taken over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { checkConfig, checkLive, compilePlan, createPostLogin } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createEvent, loadAction } from "claimsmith-cli/host";
import { createConfig, PLAN, requirePackage, startWorld } from "../support/world.js";

const { fingerprint } = compilePlan(createConfig());

/** The file with one part replaced, which must be there. */
function changed(code, from, to) {
  assert.ok(code.includes(from), from);
  return code.replace(from, () => to);
}

const withLive = (live, config = createConfig()) =>
  loadAction(changed(bundleAction(config), "const live = {};", `const live = ${live};`));

test("each log line names the configuration, in the pasted file and in the package", async (t) => {
  const world = await startWorld(t);
  for (const action of [loadAction(bundleAction(createConfig())), requirePackage(createConfig())]) {
    const { logs } = await world.login(action);
    assert.equal(logs.length, 1);
    assert.match(logs[0], new RegExp(` config=${fingerprint} id=`));
  }
});

test("an edit of the configuration that people read changes nothing, and is told", async (t) => {
  const world = await startWorld(t);
  const code = bundleAction(createConfig());
  for (const edited of [
    changed(code, '"profile.subscription.plan"', '"profile.subscription.plna"'),
    changed(code, '"deadline_ms": 15000', '"deadline_ms": 0'),
    changed(code, '"claims": {', '"claimz": {'),
    code.replace(/const config = [\s\S]*?;\n\n/, "const config = 'gone';\n\n"),
    code.replace(/const config = [\s\S]*?;\n\n/, "const config = null;\n\n"),
  ]) {
    const action = loadAction(edited);
    const { logs, after } = await world.login(action);
    assert.equal(after.accessToken[PLAN], "gold");
    assert.match(logs[0], new RegExp(` config=${fingerprint} edited=ignored id=`));
    assert.match(logs[1], /^claimsmith warning: the configuration in this file was edited and is ignored/);
    assert.equal((await world.login(action)).logs.length, 1, "it is told once an instance");
  }
});

test("an edit that says the same is none", async (t) => {
  const world = await startWorld(t);
  const { claims, ...rest } = createConfig();
  const code = bundleAction(createConfig());
  const reordered = code.replace(
    /const config = [\s\S]*?;\n\n/,
    () => `const config = ${JSON.stringify({ $schema: "./s.json", claims, ...rest }, null, 4)};\n\n`,
  );
  assert.notEqual(reordered, code);
  const { logs } = await world.login(loadAction(reordered));
  assert.doesNotMatch(logs[0], /edited/);
});

test("the mode is live: in shadow nothing is set, and the line says so", async (t) => {
  const world = await startWorld(t);
  const { logs, after } = await world.login(withLive('{ mode: "shadow" }'));
  assert.equal(after.accessToken[PLAN], undefined);
  assert.match(logs[0], new RegExp(`^claimsmith shadow .* config=${fingerprint}\\+live id=`));
  assert.equal(logs.length, 1);
});

test("the deadline is live", async (t) => {
  const world = await startWorld(t);
  world.backend.setFault((_req, res) => {
    setTimeout(() => res.destroy(), 5_000).unref();
    return true;
  });
  const { logs } = await world.login(withLive("{ deadline_ms: 300 }"));
  assert.match(logs[0], /^claimsmith partial \d+ms deadline_exceeded@/);
  assert.match(logs[0], /\+live/);
});

test("settings are live, each of the type that it has", async (t) => {
  const world = await startWorld(t);
  const config = createConfig((config) => {
    config.settings = {
      level: "złoty",
      most: { value: "{secrets.MOST}", type: "number" },
      teams: { value: "{secrets.TEAMS}", type: "list" },
    };
    config.claims["https://example.com/settings"] = "settings";
  });
  const set = async (live, secrets) => {
    const { logs, after } = await world.login(withLive(live, config), { secrets });
    return { logs, settings: after.accessToken["https://example.com/settings"] };
  };
  const plain = await set("{ settings: { level: null } }", { MOST: "3", TEAMS: "a, ż" });
  assert.deepEqual(plain.settings, { level: "złoty", most: 3, teams: ["a", "ż"] });
  assert.doesNotMatch(plain.logs[0], /\+live/);
  const turned = await set('{ settings: { level: "gold", most: 7, teams: [] } }', { MOST: "3" });
  assert.deepEqual(turned.settings, { level: "gold", most: 7, teams: [] });
  assert.match(turned.logs[0], /\+live/);
  for (const live of ["{ level: 1 }", '{ most: "7" }', '{ teams: "a" }', '{ other: "x" }', '"level"']) {
    const { logs, settings } = await set(`{ settings: ${live} }`, { MOST: "3" });
    assert.deepEqual(settings, { level: "złoty", most: 3, teams: null }, live);
    assert.match(logs[1], /^claimsmith warning: a value of `live` is ignored: /, live);
  }
  const { changes } = checkLive(config, { settings: { level: "gold", most: 7 } });
  assert.deepEqual(changes, {
    "settings.level": { from: '"złoty"', to: '"gold"' },
    "settings.most": { from: "{secrets.MOST}", to: "7" },
  });
});

test("what equals the plan is no difference, and what does not fit is ignored and told", async (t) => {
  const world = await startWorld(t);
  const { logs } = await world.login(withLive('{ mode: "enforce", deadline_ms: 15000 }'));
  assert.doesNotMatch(logs[0], /\+live/);
  for (const live of [
    '{ mode: "off" }',
    "{ mode: null, deadline_ms: 15001 }",
    "{ deadline_ms: 1500.5 }",
    '{ deadline_ms: "3000" }',
    "{ claims: {} }",
    '["shadow"]',
    "0n",
  ]) {
    const told = await world.login(withLive(live));
    assert.equal(told.after.accessToken[PLAN], "gold", live);
    assert.doesNotMatch(told.logs[0], /\+live/);
    assert.match(told.logs[1], /^claimsmith warning: a value of `live` is ignored: /, live);
  }
});

test("a file without the readable configuration runs the same", async (t) => {
  const world = await startWorld(t);
  const { logs, after } = await world.login(loadAction(bundleAction(createConfig(), { source: false })));
  assert.equal(after.accessToken[PLAN], "gold");
  assert.match(logs[0], new RegExp(` config=${fingerprint} id=`));
  assert.equal(logs.length, 1);
});

test("a plan of another trigger, of another version, or damaged does not load, and says why", async (t) => {
  const world = await startWorld(t);
  const code = bundleAction(createConfig());
  const [, plan] = /const plan = "([^"]*)"/.exec(code);
  const bytes = brotliDecompressSync(Buffer.from(plan, "base64"));
  const compressed = (changed) => brotliCompressSync(changed).toString("base64");
  const older = Buffer.from(bytes);
  older[1] += 1;
  const files = [
    [code.replace("createPostLogin(plan", "createCredentialsExchange(plan"), /another trigger/],
    [
      code.replace(plan, () => compressed(older)),
      /the plan was made by claimsmith 1\.1\.0, and this engine is 0\.1\.0/,
    ],
    ...[
      "",
      "AAAA",
      "no base64!",
      compressed(bytes.subarray(0, -1)),
      compressed(Buffer.concat([bytes, bytes])),
    ].map((damaged) => [code.replace(plan, () => damaged), /the plan is damaged/]),
  ];
  for (const [file, expected] of files) {
    await assert.rejects(world.login(loadAction(file)), ({ cause }) => {
      assert.equal(cause.code, "config_invalid");
      assert.match(cause.message, expected);
      return true;
    });
  }
  assert.deepEqual(world.calls(), { token: 0, backend: 0 });
});

test("the package's report has the fingerprint, and its check tells secrets and hosts", async () => {
  const reports = [];
  const handler = createPostLogin(createConfig(), { log: false, onReport: (report) => reports.push(report) });
  const event = createEvent({ secrets: {} });
  await handler(event, createApi(event).api);
  assert.equal(reports[0].fingerprint, fingerprint);
  const { ok, problems, warnings, secrets, hosts } = checkConfig(createConfig());
  assert.deepEqual([ok, problems, warnings], [true, [], []]);
  assert.deepEqual(secrets, ["API_DOMAIN", "AUTH0_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"]);
  assert.deepEqual(hosts, ["{secrets.API_DOMAIN}", "{secrets.AUTH0_DOMAIN}"]);
  assert.deepEqual(checkConfig({ claims: 1 }).secrets, []);
});
