// The packages as a user gets them: packed, installed into an empty project, loaded on every Node they are for.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { loadAction } from "claimsmith-cli/host";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { packRelease } from "../support/release.js";
import { createConfig, startWorld } from "../support/world.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
const PACKAGES = { claimsmith: "js-shim", "claimsmith-cli": "cli" };

const PROJECT = mkdtempSync(path.join(tmpdir(), "claimsmith-project-"));
const tarballs = {};

before(() => {
  const release = packRelease(path.join(PROJECT, "release"));
  for (const [name, folder] of Object.entries(PACKAGES)) {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, folder, "package.json"), "utf8"));
    tarballs[name] = path.join(release, `${name}-${version}.tgz`);
  }
  writeFileSync(path.join(PROJECT, "package.json"), '{ "name": "empty", "private": true }');
  npm("install", tarballs.claimsmith);
});
after(() => rmSync(PROJECT, { recursive: true }));

function npm(...args) {
  execFileSync("npm", [...args, "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: PROJECT,
    stdio: "pipe",
  });
}

/** Every Node that the build installed, and the one that runs the tests. */
function* nodes() {
  yield ["the one that runs the tests", process.execPath];
  const tools = path.join(ROOT, ".tools");
  for (const folder of existsSync(tools) ? readdirSync(tools) : []) {
    const modules = path.join(tools, folder, "node_modules");
    if (!/^node\d+$/.test(folder) || !existsSync(modules)) continue;
    const [platform] = readdirSync(modules).filter((name) => name.startsWith("node-"));
    if (platform !== undefined) yield [folder, path.join(modules, platform, "bin/node")];
  }
}

const LOGIN = `
  const reports = [];
  const handler = createPostLogin(
    { claims: { plan: "profile.plan" }, sources: { profile: { url: "https://api.example/{event.user.user_id}" } } },
    {
      log: false,
      onReport: (report) => reports.push(report),
      fetch: async () => new Response('{"plan":"gold"}', { headers: { "content-type": "application/json" } }),
    },
  );
  const claims = {};
  const set = { setCustomClaim: (name, value) => { claims[name] = value; } };
  const event = { user: { user_id: "auth0|a" }, secrets: {}, transaction: {} };
  handler(event, { accessToken: set, idToken: set }).then(() => {
    if (claims.plan !== "gold" || reports[0].outcome !== "enriched") throw new Error(JSON.stringify(reports));
    if (evaluate("a.b", { a: { b: 7 } }) !== 7 || !checkConfig({ claims: {} }).ok) throw new Error("tools");
    console.log("enriched");
  });`;

for (const [name, node] of nodes()) {
  test(`required and imported on Node: ${name}`, () => {
    const names = "checkConfig, createPostLogin, evaluate";
    const ways = {
      "main.cjs": `const { ${names} } = require("claimsmith");${LOGIN}`,
      "main.mjs": `import { ${names} } from "claimsmith";${LOGIN}`,
      "inline.cjs": `const { ${names} } = require("claimsmith/inline");${LOGIN}`,
      "inline.mjs": `import { ${names} } from "claimsmith/inline";${LOGIN}`,
    };
    for (const [file, code] of Object.entries(ways)) {
      writeFileSync(path.join(PROJECT, file), code);
      const { status, stdout, stderr } = spawnSync(node, [file], { cwd: PROJECT, encoding: "utf8" });
      assert.deepEqual({ status, stdout }, { status: 0, stdout: "enriched\n" }, `${file}: ${stderr}`);
    }
  });
}

test("the oldest and the newest Node are among them where the build was run", (t) => {
  if (!existsSync(path.join(ROOT, ".tools"))) return t.skip("there is no .tools: run ./build.sh test");
  const names = [...nodes()].map(([name]) => name);
  for (const name of ["node18", "node22", "node24"]) assert.ok(names.includes(name), `${names}`);
});

test("it has no dependency, and holds what it names", () => {
  const folder = path.join(PROJECT, "node_modules/claimsmith");
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(
    readdirSync(path.join(PROJECT, "node_modules")).filter((name) => !name.startsWith(".")),
    ["claimsmith"],
  );
  for (const name of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "dist/THIRD-PARTY.md"])
    assert.ok(existsSync(path.join(folder, name)), name);
});

for (const module of ["node16", "bundler"]) {
  test(`its types hold, resolved as ${module}`, () => {
    const code = `
      import { checkConfig, createCredentialsExchange, createPostLogin, EnrichmentError, evaluate } from "claimsmith";
      import type { ErrorCode, Problem, Report } from "claimsmith";
      import { createPostLogin as createInline } from "claimsmith/inline";

      const handler: (event: object, api: object) => Promise<void> = createPostLogin({}, {
        log: (line: string) => line.length,
        onReport: ({ outcome, sources }: Report) => [outcome, sources.profile?.status],
      });
      export const { ok, problems }: { ok: boolean; problems: Problem[] } = checkConfig({}, { trigger: "post-login" });
      export const code: ErrorCode | undefined = problems[0]?.code;
      export const value: unknown = evaluate("a", {});
      export const isOurs = (error: unknown): error is EnrichmentError => error instanceof EnrichmentError;
      // @ts-expect-error: there is no such option
      createCredentialsExchange({}, { onRepord: () => {} });
      // @ts-expect-error: nor such a trigger
      checkConfig({}, { trigger: "pre-login" });
      export { handler };
      export const inline: typeof createPostLogin = createInline;
    `;
    const settings = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: "es2022",
        lib: ["es2022", "dom"],
        types: [],
        module: module === "bundler" ? "esnext" : module,
        moduleResolution: module,
      },
      files: ["use.mts", ...(module === "node16" ? ["use.cts"] : [])],
    };
    for (const file of settings.compilerOptions.module === "esnext" ? ["use.mts"] : ["use.mts", "use.cts"]) {
      writeFileSync(path.join(PROJECT, file), code);
    }
    writeFileSync(path.join(PROJECT, "tsconfig.json"), JSON.stringify(settings));
    const { status, stdout } = spawnSync(
      process.execPath,
      [require.resolve("typescript/bin/tsc"), "-p", PROJECT],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stdout);
  });
}

for (const [name, folder] of Object.entries(PACKAGES)) {
  test(`publint finds nothing in ${name}`, async () => {
    const { messages, pkg } = await publint({ pkgDir: path.join(ROOT, folder), strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });
}

test("the types are not wrong, whoever resolves them", async () => {
  const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(tarballs.claimsmith)));
  const { problems } = await checkPackage(tarball);
  // The old resolution of Node 10 knows no `exports`, so that it does not find the paths below the package; and what
  // is for a page is a module of the web alone.
  const known = ({ kind, resolutionKind, entrypoint }) =>
    entrypoint !== "." &&
    (resolutionKind === "node10" ? kind === "NoResolution" : kind === "CJSResolvesToESM");
  assert.deepEqual(
    problems.filter((problem) => !known(problem)),
    [],
  );
});

test("an Action requires it as a dependency", async (t) => {
  const world = await startWorld(t);
  const { version } = JSON.parse(readFileSync(path.join(ROOT, "js-shim/package.json"), "utf8"));
  const code = `
    const { createPostLogin } = require("claimsmith");
    exports.onExecutePostLogin = createPostLogin(${JSON.stringify(createConfig())}, { log: console.log });`;
  const { after: tokens } = await world.login(
    loadAction(code, { dependencies: { claimsmith: version }, root: PROJECT }),
  );
  assert.equal(tokens.accessToken["https://example.com/plan"], "gold");
});
