// The site's pages, mirrored from the repository: each Markdown file that the README leads to, at its own path, and what
// these link to. Nothing is written twice: the site has no text of its own.
//
// usage: node prepare.mjs [FOLDER]       pages/ where left out

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { toLink, toShared } from "../cli/workbench/src/state/share.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = path.resolve(process.argv[2] ?? fileURLToPath(new URL("pages", import.meta.url)));
const WORKBENCH = path.join(ROOT, "cli/dist/workbench");

rmSync(PAGES, { recursive: true, force: true });
const known = new Set();
const waiting = ["README.md"];
while (waiting.length > 0) take(waiting.pop());
await addWorkbenches("docs/recipes.md");
if (!existsSync(WORKBENCH)) throw new Error("there is no cli/dist/workbench: run ./build.sh build before");
cpSync(WORKBENCH, path.join(PAGES, "public/workbench"), { recursive: true });
console.log(`${known.size} files`);

/** Copies a file, and follows the links of a page. */
function take(file) {
  if (known.has(file)) return;
  known.add(file);
  if (!file.endsWith(".md")) {
    copy(file, path.join(PAGES, isImage(file) ? "" : "public", file));
    return;
  }
  const text = readFileSync(path.join(ROOT, file), "utf8");
  const target = path.join(PAGES, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(
    target,
    text.replaceAll(/\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)/g, (link, words, to, anchor = "") =>
      /^[a-z]+:/i.test(to) ? link : follow(file, { link, words, to, anchor }),
    ),
  );
}

/** A link within the repository, as the site has it. */
function follow(file, { link, words, to, anchor }) {
  const linked = path.normalize(path.join(path.dirname(file), to));
  if (linked.startsWith("..") || !existsSync(path.join(ROOT, linked))) {
    throw new Error(`${file} links to ${to}, which is not there`);
  }
  if (statSync(path.join(ROOT, linked)).isDirectory()) {
    const page = path.join(linked, "README.md");
    // A folder without a page is nothing that a site can show.
    if (!existsSync(path.join(ROOT, page))) return words;
    waiting.push(page);
    return `[${words}](${path.join(to, "README.md")}${anchor})`;
  }
  waiting.push(linked);
  // A file that is no page is served as it is, from the root.
  return linked.endsWith(".md") || isImage(linked)
    ? link
    : `<a href="/${linked}" target="_blank">${words}</a>`;
}

function copy(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(path.join(ROOT, from), to);
}

function isImage(file) {
  return /\.(png|svg|jpe?g|webp)$/.test(file);
}

/** Puts what opens a recipe in the workbench behind each recipe: each has its blocks in a section of its own. */
async function addWorkbenches(file) {
  const target = path.join(PAGES, file);
  const [start, ...recipes] = readFileSync(target, "utf8").split(/^(?=## )/m);
  const opened = await Promise.all(
    recipes.map(async (recipe) => `${recipe.trimEnd()}\n\n${await workbench(recipe)}\n\n`),
  );
  writeFileSync(target, start + opened.join(""));
}

async function workbench(recipe) {
  const [, name] = /^## (.*)$/m.exec(recipe) ?? [];
  const blocks = [...recipe.matchAll(/^```json (\w+) ?(\S*)\n([\s\S]*?)^```$/gm)];
  const block = (kind) => blocks.find(([, found]) => found === kind);
  const config = block("config");
  if (config === undefined) return "";
  const texts = {
    config: config[3],
    event: block("event")?.[3] ?? "{}",
    answers: block("answers")?.[3] ?? "{}",
  };
  const { value } = toShared({ texts, trigger: config[2] || "post-login", faults: {}, rows: [] });
  const { hash } = new URL(await toLink(value, "https://workbench.example/"));
  return `<TryIt name=${JSON.stringify(name)} fragment="${hash}" />`;
}
