// An Action in Rust from nothing: an empty folder outside of the repository, the two packages as npm packs them, rustup,
// and the crates by their path. What `init --rust` prints at its end is run as it is printed.
//
// Compiling the standard library takes minutes the first time; what is compiled stays in target/rust-start.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const KEPT = path.join(ROOT, "target/rust-start");
// Paths are a part of the compiler's flags: in a folder of another name all would be compiled anew.
const PROJECT = path.join(
  tmpdir(),
  `claimsmith-rust-${createHash("sha256").update(ROOT).digest("hex").slice(0, 8)}`,
);

const environment = {
  ...process.env,
  NO_COLOR: "1",
  CARGO_TERM_QUIET: "true",
  CARGO_TARGET_DIR: path.join(KEPT, "target"),
  CLAIMSMITH_CACHE: path.join(KEPT, "cache"),
  PATH: [path.join(PROJECT, "node_modules/.bin"), path.join(ROOT, ".tools/bin"), process.env.PATH].join(
    path.delimiter,
  ),
};

before(() => {
  rmSync(PROJECT, { recursive: true, force: true });
  mkdirSync(PROJECT);
  writeFileSync(path.join(PROJECT, "package.json"), '{ "name": "empty", "private": true }');
  const tarballs = ["js-shim", "cli"].map((folder) => {
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", PROJECT];
    const packed = JSON.parse(execFileSync("npm", args, { cwd: path.join(ROOT, folder), encoding: "utf8" }));
    const { filename } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
    return path.join(PROJECT, path.basename(filename));
  });
  const quiet = ["--no-fund", "--no-audit", "--loglevel=error"];
  execFileSync("npm", ["install", ...tarballs, ...quiet], { cwd: PROJECT, stdio: "pipe" });
});
after(() => rmSync(PROJECT, { recursive: true }));

/** Runs a line as a shell does, and tells of it; it must end with 0 where nothing else is said. */
function run(line, cwd, expected = 0) {
  const { status, stdout, stderr } = spawnSync(line, {
    cwd,
    env: environment,
    shell: true,
    encoding: "utf8",
  });
  console.log(
    [`$ ${line}`, stdout, stderr]
      .map((text) => text.trimEnd())
      .filter(Boolean)
      .join("\n"),
  );
  assert.equal(status, expected, `${line}\n${stderr}`);
  return stdout;
}

test("five commands: a crate is begun, tested, bundled, its file tested, and a login of it simulated", () => {
  const claimsmith = path.join(ROOT, "crates/claimsmith");
  const begun = run(`claimsmith init --rust shop --path ${JSON.stringify(claimsmith)}`, PROJECT);
  const [, next] = /\nNext:\n([\s\S]*?)\n\n/.exec(begun) ?? [];
  const [change, ...commands] = next.split("\n").map((line) => line.trim().split(/ {2,}/)[0]);
  assert.equal(change, "cd shop");
  assert.equal(commands.length, 4);
  const shop = path.join(PROJECT, "shop");
  const [tested, bundled, ran, simulated] = commands.map((line) => run(line, shop));

  assert.match(tested, /test result: ok\. 3 passed/);
  assert.match(bundled, /^shop\.js: [\d,]+ of 100,000 bytes, [\d,]+ left of Auth0's limit\n/);
  assert.match(ran, /^tests\/first\.json {2}2 of 2 passed\n/);
  assert.match(simulated, /^enriched in /);
  assert.match(simulated, /\+ https:\/\/example\.com\/plan +"gold"/);

  const code = readFileSync(path.join(shop, "shop.js"), "latin1");
  for (const place of [PROJECT, ROOT]) assert.equal(code.includes(path.resolve(place)), false, place);
});

test("its tests compile for WebAssembly, as wasm-pack test does", () => {
  run("cargo check --tests --target wasm32-unknown-unknown", path.join(PROJECT, "shop"));
});

test("a fixture that expects something else fails, and --update writes what came", () => {
  const shop = path.join(PROJECT, "shop");
  const file = path.join(shop, "tests/silver.json");
  const fixture = {
    name: "silver",
    answers: { "GET /users/*": { plan: "silver" } },
    expect: { id_token: { "https://example.com/plan": "gold" } },
  };
  writeFileSync(file, JSON.stringify(fixture));
  const failed = run("claimsmith test shop.js", shop, 1);
  assert.match(
    failed,
    /2 of 2 passed[\s\S]*✗ silver[\s\S]*"gold"[\s\S]*"silver"[\s\S]*3 logins: 1 failed, 2 passed/,
  );
  run("claimsmith test shop.js --update", shop);
  assert.match(readFileSync(file, "utf8"), /"https:\/\/example\.com\/plan": ?"silver"/);
  assert.match(run("claimsmith test shop.js", shop), /3 logins: 3 passed/);
});

test("its file is verified by building it again", () => {
  const shop = path.join(PROJECT, "shop");
  assert.match(run("claimsmith verify shop.js --rust .", shop), /module +those of the crate/);
});

test("its code is as rustfmt writes it", () => {
  const shop = path.join(PROJECT, "shop");
  run("cargo fmt --check", shop);
});
