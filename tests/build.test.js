// What build.sh promises of a build: which compiler, which packages, and what is left after `clean`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (file) => readFileSync(path.join(ROOT, file), "utf8");
const [, COMPILER] = /^channel = "(.*)"$/m.exec(read("rust-toolchain.toml")) ?? [];

const LOCK = {
  packages: {
    "": { workspaces: ["a"] },
    "node_modules/x": { version: "1.0.0", integrity: "sha512-x" },
    "node_modules/elsewhere": { version: "2.0.0", optional: true },
  },
};
const { "": _root, "node_modules/elsewhere": _optional, ...INSTALLED } = LOCK.packages;

/**
 * A folder with build.sh, and commands that write down how they are called and do nothing.
 *
 * @param {import("node:test").TestContext} t
 */
function setUp(t, { rustc = COMPILER } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-build-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of ["build.sh", "rust-toolchain.toml", "tools/installed.mjs"]) {
    cpSync(path.join(ROOT, file), path.join(folder, file));
  }
  // There is no source to check.
  writeFileSync(path.join(folder, "tools/arrows.mjs"), "");
  writeFileSync(path.join(folder, "tools/surface.mjs"), "");
  mkdirSync(path.join(folder, "bin"));
  const command = (name, body) => {
    writeFileSync(path.join(folder, name), `#!/bin/sh\necho "$0 $*" >>"${folder}/calls"\n${body}\n`);
    chmodSync(path.join(folder, name), 0o755);
  };
  command("bin/cargo", "exit 0");
  command("bin/npm", "exit 0");
  command("bin/rustc", `echo "rustc ${rustc} (0123456 2026-01-01)"`);
  command("bin/rustup", "[ $1 = target ] && echo wasm32-unknown-unknown; exit 0");
  mkdirSync(path.join(folder, "node_modules/.bin"), { recursive: true });
  command("node_modules/.bin/biome", "exit 0");
  const write = (file, value) => writeFileSync(path.join(folder, file), JSON.stringify(value));
  write("package-lock.json", LOCK);
  write("node_modules/.package-lock.json", { packages: INSTALLED });
  return {
    folder,
    write,
    /** How npm was called by the step. */
    run(step) {
      writeFileSync(path.join(folder, "calls"), "");
      const { status, stdout, stderr } = spawnSync(path.join(folder, "build.sh"), [step], {
        env: {
          ...process.env,
          NO_COLOR: "1",
          PATH: `${folder}/bin:${path.dirname(process.execPath)}:/usr/bin:/bin`,
        },
        encoding: "utf8",
      });
      assert.equal(status, 0, stdout + stderr);
      const calls = readFileSync(path.join(folder, "calls"), "utf8");
      return { stderr, npm: calls.split("\n").filter((line) => line.includes("bin/npm")) };
    },
  };
}

const skip = process.platform === "win32" ? "build.sh needs a shell" : false;

test("the compiler is named to the last digit, in one place", { skip }, () => {
  assert.match(COMPILER, /^\d+\.\d+\.\d+$/);
  assert.ok(!read("build.sh").includes(COMPILER));
});

test("another compiler is told loudly, with both versions", { skip }, (t) => {
  assert.equal(setUp(t).run("lint").stderr, "");
  const { stderr } = setUp(t, { rustc: "1.88.0" }).run("lint");
  assert.match(
    stderr,
    /^WARNING: the compiler is Rust 1\.88\.0, not \d+\.\d+\.\d+ of rust-toolchain\.toml: sizes/m,
  );
});

test("npm ci runs where the content of the lock differs, whatever the times of the files are", {
  skip,
}, (t) => {
  const { folder, write, run } = setUp(t);
  assert.deepEqual(run("lint").npm, []);
  const late = new Date(Date.now() + 3_600_000);
  utimesSync(path.join(folder, "package-lock.json"), late, late);
  assert.deepEqual(run("lint").npm, []);

  const others = {
    "another version": { ...INSTALLED, "node_modules/x": { version: "1.0.1", integrity: "sha512-x" } },
    "other content": { ...INSTALLED, "node_modules/x": { version: "1.0.0", integrity: "sha512-y" } },
    "one too few": {},
    "one too many": { ...INSTALLED, "node_modules/y": { version: "1.0.0" } },
  };
  for (const [what, packages] of Object.entries(others)) {
    write("node_modules/.package-lock.json", { packages });
    utimesSync(path.join(folder, "node_modules/.package-lock.json"), late, late);
    const { npm } = run("lint");
    assert.equal(npm.length, 1, what);
    assert.match(npm[0], / ci /);
  }
  rmSync(path.join(folder, "node_modules/.package-lock.json"));
  assert.equal(run("lint").npm.length, 1);
});

test("clean leaves nothing that was built, and all that was installed", { skip }, (t) => {
  const { folder, run } = setUp(t);
  const built = [...read(".gitignore").matchAll(/^\/?(.*?)\/?$/gm)].map(([, place]) => place);
  const installed = ["node_modules", ".tools"];
  const places = [...built.filter((place) => place !== ""), "fuzz/target", ...installed];
  for (const place of places) {
    mkdirSync(path.join(folder, place), { recursive: true });
    writeFileSync(path.join(folder, place, "file"), "");
  }
  run("clean");
  assert.deepEqual(
    places.filter((place) => existsSync(path.join(folder, place))).sort(),
    places.filter((place) => installed.includes(place)).sort(),
  );
});

test("each fuzz target has a corpus, and all of them together are a few hundred files", () => {
  const count = (target) => readdirSync(path.join(ROOT, "fuzz/corpus", target)).length;
  const targets = readdirSync(path.join(ROOT, "fuzz/fuzz_targets")).map((file) => path.basename(file, ".rs"));
  assert.deepEqual(readdirSync(path.join(ROOT, "fuzz/corpus")).sort(), targets.sort());
  assert.ok(targets.every((target) => count(target) > 0));
  const files = targets.reduce((sum, target) => sum + count(target), 0);
  assert.ok(files <= 500, `${files} files: minimise them, as CONTRIBUTING.md says`);
});

test("no package is imported by a path of its own folder", () => {
  const isPrivate = /(?:from|import\()\s*"((?:@[^/"]+\/)?(?!\.|node:)[^/"]+\/(?:lib|src|dist)\/[^"]+)"/g;
  for (const folder of ["cli/src", "cli/bin", "cli/workbench/src", "js-shim/src"]) {
    for (const file of readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })) {
      if (!/\.jsx?$/.test(file)) continue;
      const found = [...read(path.join(folder, file)).matchAll(isPrivate)].map(([, name]) => name);
      assert.deepEqual(found, [], file);
    }
  }
});
