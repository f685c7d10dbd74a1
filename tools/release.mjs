// What a release consists of, in dist/release: both npm tarballs, the example's action.js, the page, what each side is
// made of, the digests of all, and which commit they were made from.
//
// usage: node tools/release.mjs [--out FOLDER] [--without-sbom]
//
// It packs what ./build.sh bundle and ./build.sh sbom have made; `./build.sh release` runs all three.
//
// The same commit gives the same bytes: nothing of it has a time or a place.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { zipSync } from "fflate";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: "string", default: path.join(ROOT, "dist/release") },
    "without-sbom": { type: "boolean", default: false },
  },
});
const OUT = path.resolve(values.out);
const PACKAGES = ["js-shim", "cli"];
const { version } = JSON.parse(readFileSync(path.join(ROOT, "cli/package.json"), "utf8"));

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
for (const folder of PACKAGES)
  run("npm", ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", OUT], folder);
copyFileSync(path.join(ROOT, "dist/action.js"), path.join(OUT, "action.js"));
writeFileSync(path.join(OUT, `claimsmith-page-${version}.zip`), zip(path.join(ROOT, "cli/dist/workbench")));
for (const name of values["without-sbom"] ? [] : ["engine", "command"]) {
  copyFileSync(path.join(ROOT, `dist/sbom/${name}.cdx.json`), path.join(OUT, `${name}.cdx.json`));
}

const subjects = readdirSync(OUT).sort();
const digests = Object.fromEntries(subjects.map((name) => [name, digest(path.join(OUT, name))]));
writeFileSync(path.join(OUT, "provenance.json"), `${JSON.stringify(provenance(digests), null, 2)}\n`);
digests["provenance.json"] = digest(path.join(OUT, "provenance.json"));
const sums = Object.entries(digests)
  .sort()
  .map(([name, sum]) => `${sum}  ${name}\n`);
writeFileSync(path.join(OUT, "SHA256SUMS"), sums.join(""));
process.stdout.write(sums.join(""));

/** The files of a folder, in the order of their names, without times. */
function zip(folder) {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  const files = names.map((name) => [
    name.replaceAll(path.sep, "/"),
    // A ZIP has the local time; the earliest that it can write.
    [readFileSync(path.join(folder, name)), { mtime: new Date(1980, 0, 1) }],
  ]);
  return zipSync(Object.fromEntries(files), { level: 9 });
}

function digest(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** A statement of in-toto with the predicate of SLSA 1.0: https://slsa.dev/spec/v1.0/provenance */
function provenance(digests) {
  const commit = git("rev-parse", "HEAD");
  const isModified = git("status", "--porcelain") !== "";
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: Object.entries(digests).map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "build.sh release",
        externalParameters: { version },
        // A build of anything but a commit says so.
        internalParameters: { modified: isModified },
        resolvedDependencies: [
          { name: "claimsmith", digest: { gitCommit: commit } },
          ...["Cargo.lock", "package-lock.json"].map((name) => ({
            name,
            digest: { sha256: digest(path.join(ROOT, name)) },
          })),
        ],
      },
      runDetails: {
        builder: {
          id: "build.sh",
          version: {
            rustc: run("rustc", ["--version"]).trim(),
            node: process.version,
            npm: run("npm", ["--version"]).trim(),
          },
        },
      },
    },
  };
}

function git(...args) {
  return run("git", args).trim();
}

function run(command, args, folder = ".") {
  return execFileSync(command, args, {
    cwd: path.join(ROOT, folder),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}
