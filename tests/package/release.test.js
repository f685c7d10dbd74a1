// A release: what is in it, that it says where it is from, and that it is all that a user needs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { packRelease } from "../support/release.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = mkdtempSync(path.join(tmpdir(), "claimsmith-release-"));
const RELEASE = path.join(FOLDER, "release");
const { version } = JSON.parse(readFileSync(path.join(ROOT, "cli/package.json"), "utf8"));

before(() => packRelease(RELEASE));
after(() => rmSync(FOLDER, { recursive: true }));

const read = (name) => readFileSync(path.join(RELEASE, name));
const digest = (name) => createHash("sha256").update(read(name)).digest("hex");

test("it has the tarballs, an Action, the page, and the digests of all", () => {
  const names = readdirSync(RELEASE).sort();
  assert.deepEqual(names, [
    "SHA256SUMS",
    "action.js",
    `claimsmith-${version}.tgz`,
    `claimsmith-cli-${version}.tgz`,
    `claimsmith-page-${version}.zip`,
    "provenance.json",
  ]);
  const wanted = names.slice(1).map((name) => `${digest(name)}  ${name}\n`);
  assert.deepEqual(read("SHA256SUMS").toString(), wanted.join(""));
});

test("its provenance names the commit, and each file by its digest", () => {
  const { subject, predicateType, predicate } = JSON.parse(read("provenance.json"));
  assert.equal(predicateType, "https://slsa.dev/provenance/v1");
  for (const { name, digest: digests } of subject) assert.equal(digests.sha256, digest(name), name);
  assert.equal(subject.length, 4);
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
  const [source, ...locks] = predicate.buildDefinition.resolvedDependencies;
  assert.equal(source.digest.gitCommit, commit);
  assert.deepEqual(
    locks.map(({ name }) => name),
    ["Cargo.lock", "package-lock.json"],
  );
  // A path of this machine is nobody's business.
  assert.ok(!read("provenance.json").includes(ROOT));
});

test("the page is what is served", () => {
  const files = unzipSync(read(`claimsmith-page-${version}.zip`));
  const built = path.join(ROOT, "cli/dist/workbench");
  const names = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(built, path.join(entry.parentPath, entry.name)));
  assert.deepEqual(Object.keys(files).sort(), names.sort());
  for (const name of names)
    assert.deepEqual(Buffer.from(files[name]), readFileSync(path.join(built, name)), name);
});

test("packed again it has the same bytes", () => {
  packRelease(path.join(FOLDER, "again"));
  assert.equal(readFileSync(path.join(FOLDER, "again/SHA256SUMS"), "utf8"), read("SHA256SUMS").toString());
});

test("from an empty folder, without cargo, two commands end in enriched tokens, and what is printed runs", () => {
  const project = path.join(FOLDER, "project");
  mkdirSync(project);
  // Node and npm, and what these need of the system: no cargo.
  const bin = path.join(FOLDER, "bin");
  mkdirSync(bin);
  symlinkSync(process.execPath, path.join(bin, "node"));
  for (const name of ["npm", "npx"]) symlinkSync(which(name), path.join(bin, name));
  for (const name of ["sh", "env"]) symlinkSync(which(name), path.join(bin, name));
  const run = (command) =>
    execFileSync("/bin/sh", ["-c", command], {
      cwd: project,
      encoding: "utf8",
      env: { HOME: process.env.HOME, PATH: bin, NO_COLOR: "1", npm_config_loglevel: "error" },
    });
  assert.throws(() => run("cargo --version"));

  run(`npm install --no-fund --no-audit ${RELEASE}/claimsmith-*.tgz`);
  const printed = run(
    "npx claimsmith init --api https://api.acme.test --audience https://acme.test --namespace https://acme.test",
  );
  const commands = [...printed.matchAll(/^ {2}(npx claimsmith .*?)(?: {2,}|$)/gm)].map(
    ([, command]) => command,
  );
  assert.deepEqual(
    commands.map((command) => command.split(" ")[2]),
    ["simulate", "test", "dev", "bundle"],
  );
  const outputs = commands.filter((command) => !command.includes(" dev")).map(run);
  assert.match(outputs[0], /^enriched in /);
  assert.match(outputs[1], /1 login: 1 passed/);
  assert.match(outputs[2], /^action\.js: /);
  assert.match(run("npx claimsmith verify"), /the same as in the installed package/);
  assert.ok(existsSync(path.join(project, "node_modules/claimsmith-cli/dist/workbench/index.html")));
});

function which(name) {
  return execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}
