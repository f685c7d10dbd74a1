// Writes THIRD-PARTY.md: what others wrote of all that users carry, with its licence. What is compiled into the
// engine, and what is bundled into the workbench's page; dependencies that npm installs carry their own.
//
// usage: node third-party.mjs [--check]     with --check it writes nothing, and fails where the file is not current

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import satisfies from "spdx-satisfies";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FILE = path.join(ROOT, "THIRD-PARTY.md");

/** Licences that ask for no more than their notice. One of an alternative is enough. */
const ALLOWED = [
  "MIT",
  "Apache-2.0",
  "Unlicense",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "Zlib",
  "0BSD",
  "Unicode-3.0",
];

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const parts = {
  "Compiled into the engine": crates(),
  "Bundled into the workbench's page": packages(),
};
for (const part of Object.values(parts).flat()) checkLicence(part);
const text = format(parts);
if (!values.check) writeFileSync(FILE, text);
else if (!existsSync(FILE) || readFileSync(FILE, "utf8") !== text) {
  console.error("THIRD-PARTY.md is not current: run ./build.sh licences");
  process.exit(1);
}

/** @typedef {{ name: string, version: string, license: string, notice: string }} Part */

/**
 * The crates whose code is in the module: not those that only run while it is compiled.
 * @returns {Part[]}
 */
function crates() {
  const args = ["metadata", "--format-version=1", "--locked", "--filter-platform=wasm32-unknown-unknown"];
  const features = [
    "--no-default-features",
    "--features=claimsmith-action/allocator,claimsmith-action/plan,claimsmith-action/compile,claimsmith-action/fetch",
  ];
  const output = execFileSync("cargo", [...args, ...features], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const { packages: all, resolve } = JSON.parse(output);
  const byId = new Map(all.map((crate) => [crate.id, crate]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (crate) => crate.targets.some(({ kind }) => kind.includes("proc-macro"));

  const found = new Set();
  const visit = (id) => {
    const crate = byId.get(id);
    if (found.has(crate) || isMacro(crate)) return;
    found.add(crate);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) {
      if (kinds.some(({ kind }) => kind === null)) visit(pkg);
    }
  };
  visit(all.find(({ name }) => name === "claimsmith-action").id);
  return [...found]
    .filter(({ source }) => source !== null)
    .map(({ name, version, license, manifest_path: manifest }) => ({
      name,
      version,
      license,
      notice: readNotice(path.dirname(manifest)),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** @returns {Part[]} */
function packages() {
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-"));
  const metafile = path.join(folder, "meta.json");
  const build = path.join(ROOT, "cli/workbench/build.js");
  execFileSync(process.execPath, [build, "--out", path.join(folder, "page"), "--metafile", metafile], {
    cwd: ROOT,
  });
  const { inputs } = JSON.parse(readFileSync(metafile, "utf8"));
  rmSync(folder, { recursive: true });
  // One that another version is hoisted beside lies in the folder of the workspace.
  const places = Object.keys(inputs).flatMap(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? [],
  );
  return [...new Set(places)]
    .map((place) => {
      const folder = path.join(ROOT, place);
      const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
      return { name, version, license, notice: readNotice(folder) };
    })
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** The licence's text as its author ships it: that of MIT where there are several, since it is the shortest. */
function readNotice(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|unlicense)/i.test(name));
  const [best] = files.sort(
    (one, other) => Number(/mit/i.test(other)) - Number(/mit/i.test(one)) || one.localeCompare(other),
  );
  return best === undefined ? "" : readFileSync(path.join(folder, best), "utf8").replaceAll("\r", "").trim();
}

/** @param {Part} part */
function checkLicence({ name, license }) {
  // Some crates still write the alternative in the old way.
  if (satisfies(license.replaceAll("/", " OR "), ALLOWED)) return;
  throw new Error(`${name} is under ${license}, which is not among ${ALLOWED.join(", ")}`);
}

/** Each notice once: many crates share one. */
function format(all) {
  const lines = [
    "# Third parties",
    "",
    "What others wrote of all that users carry. `./build.sh licences` writes this page.",
    "",
  ];
  const notices = new Map();
  for (const [title, found] of Object.entries(all)) {
    lines.push(`## ${title}`, "", "| name | version | licence | notice |", "|---|---|---|---|");
    for (const { name, version, license, notice } of found) {
      if (notice !== "" && !notices.has(notice)) notices.set(notice, notices.size + 1);
      const link = notice === "" ? "" : `[${notices.get(notice)}](#notice-${notices.get(notice)})`;
      lines.push(`| ${name} | ${version} | ${license} | ${link} |`);
    }
    lines.push("");
  }
  for (const [notice, number] of notices) lines.push(`## Notice ${number}`, "", "```text", notice, "```", "");
  return `${lines.join("\n").trimEnd()}\n`;
}
