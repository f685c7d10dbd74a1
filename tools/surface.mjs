// The public surface of the crate `claimsmith`, as rustdoc sees it: what users rely on, one item a line.
//
// usage: node tools/surface.mjs [--check]     writes crates/claimsmith/surface.txt, or says what differs from it
//
// A line that goes is a break, one that comes is not: whoever changes the file looks at which it is. What the crate
// re-exports of others is followed to where it stands.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOT = new URL("..", import.meta.url).pathname;
const RECORD = path.join(ROOT, "crates/claimsmith/surface.txt");
/** The crate, and those that it re-exports from. */
const CRATES = { claimsmith: "serde", "claimsmith-core": "serde", "claimsmith-expression": "serde" };
/** Traits that say nothing to users. */
const INTERNAL = new Set(["StructuralPartialEq", "Plain", "Word"]);

const docs = Object.fromEntries(
  Object.entries(CRATES).map(([crate, features]) => [crate.replaceAll("-", "_"), document(crate, features)]),
);
const lines = new Set();
walk(docs.claimsmith, docs.claimsmith.root, "claimsmith");
const found = `${[...lines].sort().join("\n")}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(RECORD, found);
} else {
  const recorded = new Set(readFileSync(RECORD, "utf8").trim().split("\n"));
  const gone = [...recorded].filter((line) => !lines.has(line));
  const come = [...lines].filter((line) => !recorded.has(line));
  for (const line of gone) console.error(`surface: gone: ${line}`);
  for (const line of come) console.error(`surface: new: ${line}`);
  if (gone.length + come.length > 0) {
    console.error("surface: where that is meant, run node tools/surface.mjs, and say it in CHANGELOG.md");
    process.exit(1);
  }
}

function document(crate, features) {
  const rustdoc = ["rustdoc", "--quiet", "--locked", "--lib", "-p", crate, "--features", features];
  execFileSync("cargo", [...rustdoc, "--", "-Zunstable-options", "--output-format", "json"], {
    cwd: ROOT,
    env: { ...process.env, RUSTC_BOOTSTRAP: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const target = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
  return JSON.parse(readFileSync(path.join(target, "doc", `${crate.replaceAll("-", "_")}.json`), "utf8"));
}

/** Writes an item under a path, and what is below it. */
function walk(doc, id, place) {
  const item = doc.index[id];
  if (item === undefined) return;
  const [[kind, inner]] = Object.entries(item.inner);
  if (isHidden(item)) return;
  if (kind === "module") {
    for (const child of inner.items) {
      const { visibility, name, inner: below } = doc.index[child] ?? {};
      if (visibility !== "public") continue;
      walk(doc, child, below.use === undefined ? `${place}::${name}` : place);
    }
    return;
  }
  if (kind === "use") {
    follow(doc, inner, place);
    return;
  }
  lines.add(`${place}: ${isOpen(item) ? "non_exhaustive " : ""}${signature(item)}`);
  if (kind === "struct") {
    for (const field of inner.kind.plain?.fields ?? []) part(doc, field, place);
  }
  if (kind === "enum") for (const variant of inner.variants) part(doc, variant, place, true);
  if (kind === "trait") for (const one of inner.items) part(doc, one, place, true);
  for (const one of inner.impls ?? []) {
    const { impl } = doc.index[one]?.inner ?? {};
    if (impl === undefined || impl.is_synthetic || impl.blanket_impl) continue;
    if (impl.trait === null) for (const method of impl.items) part(doc, method, place);
    else if (!INTERNAL.has(impl.trait.path))
      lines.add(`${place}: impl ${impl.trait.path}${argumentsOf(impl.trait.args)}`);
  }
}

/** Follows a re-export to the crate that has the item. */
function follow(doc, use, place) {
  const name = `${place}::${use.name}`;
  if (place.endsWith("::prelude")) {
    lines.add(`${name}: use`);
    return;
  }
  if (doc.index[use.id] !== undefined) {
    walk(doc, use.id, use.is_glob ? place : name);
    return;
  }
  const target = doc.paths[use.id];
  const other = docs[target?.path[0]];
  const [id] = Object.entries(other?.paths ?? {}).find(([, known]) => isSame(known, target)) ?? [];
  if (id === undefined) lines.add(`${name}: use ${use.source}`);
  else walk(other, id, name);
}

function has(item, word) {
  return item.attrs.some((attribute) => JSON.stringify(attribute).includes(word));
}

function isHidden(item) {
  return has(item, "hidden");
}

/** Whether it may grow without a break. */
function isOpen(item) {
  return has(item, "non_exhaustive");
}

function isSame(one, other) {
  return one.kind === other.kind && one.path.join("::") === other.path.join("::");
}

function part(doc, id, place, isPublic = false) {
  const item = doc.index[id];
  if (item !== undefined && !isHidden(item) && (isPublic || item.visibility === "public")) {
    lines.add(`${place}::${item.name}: ${signature(item)}`);
  }
}

/** The arguments of a trait, as far as they tell implementations apart. */
function argumentsOf(args) {
  const types = args?.angle_bracketed?.args ?? [];
  return types.length === 0 ? "" : `<${types.map((one) => nameOf(one.type)).join(", ")}>`;
}

function nameOf(type) {
  return (
    type?.resolved_path?.path ??
    type?.primitive ??
    (type?.borrowed_ref ? `&${nameOf(type.borrowed_ref.type)}` : "_")
  );
}

/** The text of an item in its source, to where its body begins. */
function signature({ span, name, inner }) {
  if (span === null || span === undefined) return name ?? "";
  const source = readFileSync(path.join(ROOT, span.filename), "utf8").split("\n");
  const text = source.slice(span.begin[0] - 1, span.end[0]);
  text[0] = text[0].slice(Math.max(span.begin[1] - 1, 0));
  const [kind] = Object.keys(inner);
  if (kind === "macro" || text[0].startsWith("words!")) return kind;
  if (kind === "struct_field" || kind === "variant") return flat(text.join(" "));
  // Attributes and comments of what a macro declared stand before it.
  const [head] = text
    .filter((line) => !/^\s*(\/\/|#\[)/.test(line))
    .join(" ")
    .split(/\{|;$/);
  return flat(head);
}

function flat(text) {
  return text
    .replaceAll(/\s*\/\/.*?(?= pub | fn |$)/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
