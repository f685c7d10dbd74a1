// What a shell completes, and that each shell's script is one.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { createFolder } from "./command.js";

/** The words that are offered after these; the last line says how. */
async function offered(folder, ...words) {
  const { status, stdout } = await folder.run("complete", "--", ...words);
  assert.equal(status, 0);
  return stdout
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith(":"))
    .map((line) => line.split("\t")[0]);
}

test("commands, options and their choices are offered", async (t) => {
  const folder = createFolder(t);
  const commands = await offered(folder, "");
  for (const name of ["init", "check", "simulate", "test", "diff", "bundle", "export", "verify"]) {
    assert.ok(commands.includes(name), `${name} of ${commands}`);
  }
  assert.deepEqual(await offered(folder, "ver"), ["verify"]);
  assert.ok((await offered(folder, "simulate", "--")).includes("--fault"));
  assert.deepEqual(await offered(folder, "export", "--to", ""), ["deploy-cli", "terraform", "auth0-cli"]);
});

test("bash takes its script, which completes the command", async (t) => {
  const { status, stdout } = await createFolder(t).run("complete", "bash");
  assert.equal(status, 0);
  const registered = execFileSync("bash", ["-c", `${stdout}\ncomplete -p claimsmith`], { encoding: "utf8" });
  assert.match(registered, /claimsmith$/m);
});

test("there is a script for each shell that the page names, and no other", async (t) => {
  const folder = createFolder(t);
  for (const shell of ["zsh", "fish", "powershell"]) {
    const { status, stdout } = await folder.run("complete", shell);
    assert.equal(status, 0);
    assert.ok(stdout.includes("claimsmith"), shell);
  }
  assert.equal((await folder.run("complete", "tcsh")).status, 2);
});
