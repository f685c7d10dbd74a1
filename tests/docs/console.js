// The pages' blocks of commands, run in order in one folder, and what they print.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";

/** Whoever commits in a page. */
const GIT = ["-c", "user.name=docs", "-c", "user.email=docs@example.com", "-c", "init.defaultBranch=main"];

/**
 * Runs the blocks of a page.
 *
 * @param {string} page
 * @param {ReturnType<typeof import("../cli/command.js").createFolder>} folder
 * @param {(language: string, name: string, content: string, cwd: string) => void} [onBlock] Is told of each other block
 *   with a name behind its language, before the commands that follow it.
 * @returns {Promise<string>} the page with what was printed
 */
export async function runPage(page, folder, onBlock = () => {}) {
  let cwd = ".";
  return replaceBlocks(page, async (language, name, content) => {
    if (language !== "console") {
      if (name !== "") onBlock(language, name, content, cwd);
      return content;
    }
    const outputs = [];
    for (const line of content.split("\n").filter((text) => text.startsWith("$ "))) {
      const [command, ...args] = line.slice(2).replace(/^npx /, "").split(" ");
      outputs.push(line);
      if (command === "cd") cwd = path.join(cwd, args[0]);
      else if (command === "git")
        execFileSync("git", [...GIT, ...args], { cwd: path.join(folder.path, cwd) });
      else {
        assert.equal(command, "claimsmith");
        const { stdout, stderr } = await folder.runIn(cwd, ...args);
        outputs.push(stdout + stderr);
      }
    }
    return outputs.map((text) => text.trimEnd()).join("\n");
  });
}

async function replaceBlocks(page, replace) {
  // In a list a block is indented, and so is what comes into it.
  const parts = page.split(/(^ *```\w+[^\n]*\n[\s\S]*?^ *```$)/m);
  for (const [index, part] of parts.entries()) {
    const [, indent, language, name] = /^( *)```(\w+) ?([^\n]*)\n/.exec(part) ?? [];
    if (indent === undefined) continue;
    const lines = part.split("\n").map((line) => line.slice(indent.length));
    const content = lines.slice(1, -1).join("\n");
    const replaced = await replace(language, name, content);
    // What others wrote stays as it is, its indent too.
    if (replaced === content) continue;
    const block = `${lines[0]}\n${replaced}\n\`\`\``;
    parts[index] = block.replaceAll(/^(?=.)/gm, indent);
  }
  return parts.join("");
}

/** Without what is different at each run: times, sizes of what is built, keys, and the bars that show them. */
export function comparable(page) {
  return (
    page
      .replaceAll(/^ +< .*\n/gm, "")
      .replaceAll(/[█▏▎▍▌▋▊▉·━]+/g, "")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UUID")
      .replaceAll(/\b[0-9a-f]{64}\b/g, "SHA256")
      .replaceAll(/\b[0-9a-f]{16}\b/g, "FINGERPRINT")
      .replaceAll(/(?<=, now )".*"/g, "DISGUISED")
      .replaceAll(/claimsmith\.token\.\S+/g, "KEY")
      .replaceAll(/[\d.,]+/g, "N")
      // Milliseconds are seconds on a slow machine, be there a comma behind them or not.
      .replaceAll(/N ?m?s(?![a-z])/g, "TIME")
      .replaceAll(/ +/g, " ")
      .replaceAll(/ $/gm, "")
  );
}
