// The workflows of the page on continuous integration: what they run ends well, and each format is one that there is.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createFolder } from "../cli/command.js";

const page = readFileSync(new URL("../../docs/ci.md", import.meta.url), "utf8");

const CONFIG = { claims: { "https://acme.example/plan": "event.user.app_metadata.plan" } };

/** The commands of a fenced block, each with the file that its output goes to. */
function commandsOf(block) {
  return [...block.matchAll(/npx claimsmith ([^\n>]+?)(?: > (\S+))?$/gm)].map(([, command, file]) => ({
    args: command.trim().split(" "),
    file,
  }));
}

for (const [, block] of page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)) {
  const [name] = block.split("\n");
  test(`what the workflow runs ends well: ${name}`, async (t) => {
    const fixture = { name: "no plan", expect: { id_token: {} } };
    const folder = createFolder(t, { "auth/claimsmith.json": CONFIG, "auth/tests/plan.json": fixture });
    const commands = commandsOf(block);
    assert.ok(commands.length >= 3);
    for (const { args, file } of commands) {
      const { status, stdout, stderr } = await folder.run(...args);
      assert.equal(status, 0, `${args.join(" ")}\n${stderr}`);
      if (file !== undefined) writeFileSync(path.join(folder.path, file), stdout);
    }
    // It fails where something is wrong, or likely so.
    writeFileSync(
      path.join(folder.path, "auth/claimsmith.json"),
      JSON.stringify({ claims: { "https://acme.example/plan": "event.user.id" } }),
    );
    const [{ args }] = commands;
    assert.equal((await folder.run(...args)).status, 1);
  });
}

test("the hook reads standard input", async (t) => {
  const [, args] = /npx claimsmith (check - .*)$/m.exec(page) ?? [];
  const folder = createFolder(t);
  assert.equal((await folder.pipe(JSON.stringify(CONFIG), ...args.split(" "))).status, 0);
});

test("the formats of the page are those of the commands", async (t) => {
  const folder = createFolder(t);
  const { stdout } = await folder.run("check", "--help");
  const [, choices] =
    /--format <name>[\s\S]*?choices: ([^)]*?)[,)]? *default/.exec(stdout.replaceAll(/\s+/g, " ")) ?? [];
  const formats = [...choices.matchAll(/"(\w+)"/g)].map(([, name]) => name);
  const ofCheck = [...page.matchAll(/^\| `(\w+)` \|(.*)$/gm)].filter(
    ([, , text]) => !text.includes("`test` only"),
  );
  assert.deepEqual(ofCheck.map(([, name]) => name).sort(), formats.sort());
});
