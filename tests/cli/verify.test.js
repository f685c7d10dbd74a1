// `claimsmith verify`, on files that are as they were bundled and on others.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { compilePlan } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { engineOf } from "../../cli/src/pasted-engine.js";
import { inspect } from "../../cli/src/verify/inspect.js";
import { readPastedFile } from "../../cli/src/verify/pasted-file.js";
import { createConfig } from "../support/world.js";
import { createFolder } from "./command.js";

const CONFIG = JSON.parse(JSON.stringify(createConfig()).replaceAll("http://{", "https://{"));
const CODE = bundleAction(CONFIG);
const INSTALLED = JSON.parse(
  readFileSync(new URL("../../js-shim/dist/pasted.json", import.meta.url), "utf8"),
);

/** The file with one part replaced, which must be there. */
function changed(from, to, code = CODE) {
  assert.ok(code.includes(from), from);
  return code.replace(from, () => to);
}

/** @returns {string[] | undefined} what is wrong with a file; undefined where it is none any more */
function problemsOf(code) {
  const pasted = readPastedFile(code);
  return pasted && inspect(code, pasted).problems;
}

test("a file as it was bundled is what its configuration says, with all that it may do", async (t) => {
  const folder = createFolder(t, { "action.js": CODE });
  const { status, stdout } = await folder.run("verify", "--json");
  const { version, trigger, engine, wasm, requires, imports, problems, ...rest } = JSON.parse(stdout);
  assert.deepEqual(problems, []);
  assert.equal(status, 0);
  assert.equal(trigger, "post-login");
  assert.equal(version, INSTALLED.version);
  const own = /** @type {any} */ (readPastedFile(CODE));
  assert.deepEqual(engine, { sha256: own.sha256, isInstalled: true });
  assert.match(CODE, new RegExp(`^// claimsmith ${version} sha256:${own.sha256}$`, "m"));
  assert.equal(wasm.sha256, createHash("sha256").update(own.packed.wasm).digest("hex"));
  assert.deepEqual(requires, [
    "node:crypto",
    "node:dns",
    "node:http",
    "node:https",
    "node:net",
    "node:timers",
    "node:zlib",
  ]);
  assert.deepEqual(imports, Object.values(INSTALLED.imports).sort());
  assert.deepEqual(rest.config, CONFIG);
  assert.match(rest.fingerprint, /^[0-9a-f]{16}$/);
  assert.deepEqual(rest.hosts, ["{secrets.API_DOMAIN}", "{secrets.AUTH0_DOMAIN}"]);
  assert.deepEqual(rest.secrets, ["API_DOMAIN", "AUTH0_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"]);
  assert.deepEqual(rest.live, {});
  const text = await folder.run("verify");
  assert.equal(text.status, 0);
  assert.match(text.stdout, /engine +the same as in the installed package/);
  assert.match(text.stdout, /live +changes nothing/);
  assert.match(text.stdout, /"deadline_ms": 15000/);
});

test("one changed letter of the configuration, of the plan or of the engine is found, wherever it is", () => {
  const { config, live } = /** @type {any} */ (readPastedFile(CODE));
  const liveStart = CODE.indexOf("const live = ") + "const live = ".length;
  const plan = CODE.indexOf("const plan = ");
  const engine = CODE.indexOf("// The engine");
  const parts = {
    configuration: [CODE.indexOf("const config = "), config.length],
    plan: [plan, engine - plan],
    engine: [engine, CODE.length - engine],
  };
  for (const [part, [start, length]] of Object.entries(parts)) {
    for (let step = 0; step < 25; step++) {
      const at = start + Math.floor((length * (step + 0.5)) / 25);
      assert.ok(at < liveStart || at >= liveStart + live.length);
      const other = CODE[at] === "e" ? "a" : "e";
      const problems = problemsOf(CODE.slice(0, at) + other + CODE.slice(at + 1));
      // A file that cannot be taken apart any more is told as that.
      assert.ok(problems === undefined || problems.length > 0, `${part}, letter ${at}`);
    }
  }
});

test("a configuration that was edited is told with both fingerprints", async (t) => {
  const edited = changed('"deadline_ms": 15000', '"deadline_ms": 14000');
  const { status, stderr } = await createFolder(t, { "action.js": edited }).run("verify");
  assert.equal(status, 1);
  const { fingerprint } = /** @type {any} */ (readPastedFile(CODE));
  const other = /** @type {any} */ (readPastedFile(bundleAction({ ...CONFIG, deadline_ms: 14_000 })))
    .fingerprint;
  assert.notEqual(fingerprint, other);
  assert.match(
    stderr,
    new RegExp(
      `the plan is not that of the configuration: the file says ${fingerprint}, the configuration makes ${other}`,
    ),
  );
});

test("a configuration that is wrong, or no JSON any more, is told as that", async (t) => {
  const wrong = await createFolder(t, {
    "action.js": changed('"deadline_ms": 15000', '"deadline_ms": 50000'),
  }).run("verify");
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /problem: deadline_ms: .* \(config_invalid\)/);
  const code = changed('"deadline_ms": 15000', '"deadline_ms": 10 * 1500');
  const { status, stderr } = await createFolder(t, { "action.js": code }).run("verify");
  assert.equal(status, 1);
  assert.match(stderr, /the configuration is not JSON/);
});

test("a plan, an ending or a line of its own beside an honest configuration is told", () => {
  const other = /** @type {any} */ (readPastedFile(bundleAction({ ...CONFIG, deadline_ms: 14_000 })));
  const honest = /** @type {any} */ (readPastedFile(CODE));
  assert.match(
    String(problemsOf(changed(honest.plan, other.plan))),
    /the plan is not that of the configuration/,
  );
  assert.match(
    String(problemsOf(changed("{ config, live });", "{ config, live, onReport: globalThis.tell });"))),
    /line \d+ is: exports\.onExecutePostLogin = .*onReport/,
  );
  assert.match(String(problemsOf(`${CODE}fetch("https://evil.example");\n`)), /it should not be there/);
});

test("what operators turn is told, and is no difference", async (t) => {
  const code = changed("const live = {};", "const live = { mode: 'shadow', deadline_ms: 3000 };");
  const folder = createFolder(t, { "action.js": code });
  const { status, stdout } = await folder.run("verify", "--json");
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout).live, {
    mode: { from: "enforce", to: "shadow" },
    deadline_ms: { from: "15000", to: "3000" },
  });
  assert.match(
    (await folder.run("verify")).stdout,
    /live +deadline_ms: 15000 to 3000, mode: enforce to shadow/,
  );
});

test("values of `live` that do not fit, and code in their place, are told", () => {
  for (const [live, expected] of [
    ["{ mode: 'off' }", /`mode` must be/],
    ["{ deadline_ms: 99 }", /`deadline_ms` must be a whole number from 100 to 15000/],
    ["{ claims: {} }", /`claims` cannot be changed there/],
    ["7", /it must be an object/],
    ["(() => ({ mode: 'shadow' }))()", /no plain literal/],
    ["{ mode: process.env.MODE }", /no plain literal/],
  ]) {
    assert.match(
      String(problemsOf(changed("const live = {};", `const live = ${live};`))),
      /** @type {RegExp} */ (expected),
    );
  }
});

test("an engine that was changed is told", async (t) => {
  const code = changed("onReport", "onRep0rt");
  const one = await createFolder(t, { "action.js": code }).run("verify");
  assert.equal(one.status, 1);
  assert.match(one.stderr, /the engine was changed: it is not the one that its own line names/);

  // With its line changed to fit, it still is not the package's.
  const engine = code.slice(
    code.indexOf("\n", code.indexOf("// claimsmith ")) + 1,
    code.lastIndexOf("\nexports.") + 1,
  );
  const sha256 = createHash("sha256").update(engine).digest("hex");
  const fitted = code.replace(/sha256:[0-9a-f]{64}/, `sha256:${sha256}`);
  const other = await createFolder(t, { "action.js": fitted }).run("verify");
  assert.equal(other.status, 1);
  assert.match(other.stderr, /the engine is not the one of claimsmith \d/);
});

/** A file with another engine, whose line fits it. */
function withEngine(engine) {
  const { engine: own } = /** @type {any} */ (readPastedFile(CODE));
  return changed(own, engine.code).replace(/sha256:[0-9a-f]{64}/, `sha256:${engine.sha256}`);
}

test("an engine with more parts than the plan needs, or fewer, is told", () => {
  const { parts } = compilePlan(CONFIG);
  assert.deepEqual(problemsOf(withEngine(engineOf([...parts, "written"]))), []);
  for (const others of [[...parts, "written", "hmac", "mfa"], parts.slice(1), []]) {
    assert.deepEqual(problemsOf(withEngine(engineOf(others))), [
      "the engine is another than the plan needs: parts of it are missing, changed, or left over",
    ]);
  }
});

test("the same module, compressed in another way, is the same engine", () => {
  // As another release of Node may do it.
  const other = engineOf([...compilePlan(CONFIG).parts, "written"], { isFast: true });
  assert.notEqual(withEngine(other), CODE);
  assert.deepEqual(problemsOf(withEngine(other)), []);
});

test("the same plan, compressed in another way, is the same plan; with bytes behind it, it is not", () => {
  const { plan } = compilePlan(CONFIG);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 4 };
  const other = brotliCompressSync(plan, { params });
  const withPlan = (bytes) => changed(readPastedFile(CODE)?.plan, bytes.toString("base64"));
  assert.notEqual(withPlan(other), CODE);
  assert.deepEqual(problemsOf(withPlan(other)), []);
  for (const bytes of [Buffer.concat([other, Buffer.from([1])]), other.subarray(1)]) {
    assert.match(String(problemsOf(withPlan(bytes))), /with another plan/);
  }
});

test("no bytes are hidden behind the module", () => {
  const { engine, packed } = /** @type {any} */ (readPastedFile(CODE));
  const longer = `${packed.text}!!!!!!!!`;
  for (const length of [packed.length, packed.length + 5]) {
    const code = engine.replace(`"${packed.text}",${packed.length})`, () => `"${longer}",${length})`);
    assert.equal(problemsOf(withEngine({ code, sha256: "0".repeat(64) })), undefined, `${length}`);
  }
});

test("a file without its configuration is verified with the one beside it", async (t) => {
  const code = bundleAction(CONFIG, { source: false });
  assert.equal(code.includes("const config"), false);
  const folder = createFolder(t, { "action.js": code, "claimsmith.json": CONFIG });
  const { status, stderr } = await folder.run("verify");
  assert.equal(status, 2);
  assert.match(stderr, /was bundled without its configuration/);
  assert.equal((await folder.run("verify", "--config", "claimsmith.json")).status, 0);
  const other = createFolder(t, { "action.js": code, "claimsmith.json": { ...CONFIG, mode: "shadow" } });
  const { status: differs, stderr: difference } = await other.run("verify", "--config", "claimsmith.json");
  assert.equal(differs, 1);
  assert.match(difference, /the plan is not that of the configuration/);
});

test("a file of another version ends with 2, and names what verifies it", async (t) => {
  const code = CODE.replaceAll(INSTALLED.version, "9.8.7");
  const { status, stderr } = await createFolder(t, { "action.js": code }).run("verify");
  assert.equal(status, 2);
  assert.match(stderr, /npx claimsmith-cli@9\.8\.7 verify action\.js/);
});

test("a file whose line ends were changed is the same file", async (t) => {
  const folder = createFolder(t, { "action.js": CODE.replaceAll("\n", "\r\n") });
  assert.equal((await folder.run("verify")).status, 0);
});

test("what is no pasted file is told", async (t) => {
  const folder = createFolder(t, { "action.js": "exports.onExecutePostLogin = async () => {};" });
  const { status, stderr } = await folder.run("verify");
  assert.equal(status, 1);
  assert.match(stderr, /action\.js is no pasted file of `claimsmith bundle`/);
  assert.equal((await folder.run("verify", "missing.js")).status, 1);
});
