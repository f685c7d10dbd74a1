// The commands of the pages that show any, run in order; what they print is what the page shows.
//
// WRITE_DOCS=1 writes what they printed into the pages.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createFolder } from "../cli/command.js";

const PAGES = ["commands.md", "quick-start.md"];

const WRONG = `{
  "claims": {
    "https://acme.example/plan": { "value": "profile..plan", "to": ["id-token"] }
  },
  "sorces": {}
}
`;

const WARNED = `{
  "claims": { "https://acme.example/org": "event.organisation.id" }
}
`;

for (const name of PAGES) {
  test(`what the commands print is what docs/${name} shows`, async (t) => {
    const folder = createFolder(t, { "shop/wrong.json": WRONG, "shop/warned.json": WARNED });
    const file = new URL(`../../docs/${name}`, import.meta.url);
    const page = readFileSync(file, "utf8");
    let cwd = ".";
    const written = await replaceBlocks(page, async (block) => {
      const outputs = [];
      for (const line of block.split("\n").filter((text) => text.startsWith("$ "))) {
        const [command, ...args] = line.slice(2).replace(/^npx /, "").split(" ");
        outputs.push(line);
        if (command === "cd") {
          cwd = path.join(cwd, args[0]);
          continue;
        }
        assert.equal(command, "claimsmith");
        const { stdout, stderr } = await folder.runIn(cwd, ...args);
        outputs.push(stdout + stderr);
      }
      return `${outputs.map((text) => text.trimEnd()).join("\n")}\n`;
    });
    if (process.env.WRITE_DOCS) writeFileSync(file, written);
    else assert.equal(comparable(page), comparable(written));
  });
}

async function replaceBlocks(page, replace) {
  // In a list a block is indented, and so is what comes into it.
  const parts = page.split(/(^ *```console\n[\s\S]*?^ *```$)/m);
  for (const [index, part] of parts.entries()) {
    const [, indent] = /^( *)```console/.exec(part) ?? [];
    if (indent === undefined) continue;
    const lines = part.split("\n").map((line) => line.slice(indent.length));
    const block = `\`\`\`console\n${await replace(lines.slice(1, -1).join("\n"))}\`\`\``;
    parts[index] = block.replaceAll(/^(?=.)/gm, indent);
  }
  return parts.join("");
}

/** Without what is different at each run: times, sizes of what is built, keys, and the bars that show them. */
function comparable(page) {
  return (
    page
      .replaceAll(/^ +< .*\n/gm, "")
      .replaceAll(/[█▏▎▍▌▋▊▉·━]+/g, "")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UUID")
      .replaceAll(/\b[0-9a-f]{64}\b/g, "SHA256")
      .replaceAll(/claimsmith\.token\.\S+/g, "KEY")
      .replaceAll(/[\d.,]+/g, "N")
      // Milliseconds are seconds on a slow machine, be there a comma behind them or not.
      .replaceAll(/N ?m?s(?![a-z])/g, "TIME")
      .replaceAll(/ +/g, " ")
      .replaceAll(/ $/gm, "")
  );
}
