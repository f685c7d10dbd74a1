// What the features of the crate `claimsmith` cost in the file of an Action in Rust: one Action, written with values, with
// types, and with values of JavaScript (bench/rust-cost), bundled by `claimsmith bundle --rust`.
//
// usage: node rust-cost.js     in a shell of build.sh; writes rust-cost.json, and the passage of docs/rust.md

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const RECORD = new URL("rust-cost.json", import.meta.url);
const PAGE = new URL("../docs/rust.md", import.meta.url);

const PASSAGE = /(<!-- cost: .* -->\n)[\s\S]*?(<!-- end of cost -->)/;

/** The features, each with what it adds to the one before. @type {Record<string, string | undefined>} */
const FEATURES = { none: undefined, serde: "serde", "serde-wasm-bindgen": "serde-wasm-bindgen" };

/** @typedef {Record<string, number>} Bytes of the file, by feature. */

/** @returns {Bytes} what was measured */
export const readCost = () => JSON.parse(readFileSync(RECORD, "utf8"));

/** The page with the passage that the figures make. @param {string} page @param {Bytes} bytes */
export function withCost(page, { none, serde, "serde-wasm-bindgen": bindgen }) {
  const kB = (count) => `${(count / 1000).toFixed(1)} kB`;
  const text = `An Action that asks for a profile and sets three claims of it has ${kB(none)} with \`Value\`. The same with a type of three
members has ${kB(serde)}: \`serde\` costs ${kB(serde - none)} of it. With that type out of a value of JavaScript as well it has ${kB(bindgen)}:
\`serde-wasm-bindgen\` costs another ${kB(bindgen - serde)}.
`;
  return page.replace(PASSAGE, (_all, begin, end) => `${begin}\n${text}\n${end}`);
}

function measure() {
  const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-cost-"));
  try {
    const entries = Object.entries(FEATURES).map(([name, features]) => {
      const out = path.join(folder, `${name}.js`);
      const options = features === undefined ? [] : ["--features", features];
      const args = ["bundle", "--rust", "bench/rust-cost", "--locked", "--json", "--out", out, ...options];
      const printed = execFileSync(process.execPath, [path.join(ROOT, "cli/bin/claimsmith.js"), ...args], {
        cwd: ROOT,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      });
      return [name, JSON.parse(printed).files[0].bytes];
    });
    return Object.fromEntries(entries);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const bytes = measure();
  writeFileSync(RECORD, `${JSON.stringify(bytes, null, 2)}\n`);
  writeFileSync(PAGE, withCost(readFileSync(PAGE, "utf8"), bytes));
  console.log(bytes);
}
