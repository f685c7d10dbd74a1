// What the command prints of what others wrote: nothing that a terminal acts on.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { visible } from "../../cli/src/terminal.js";
import { assertPrintable, createFolder } from "./command.js";

/** One of each kind: clears the screen, a CSI of one byte, turns the direction, separates lines, says nothing at all. */
const EVIL = "x\u001b[2J\u0007\r\u007f\u009b1A\u202egpj\u2066\u200b\u2028\u2029\ufeff\u{e0041}y";
const FILE = `a\u001b[8m\u202e.json`;

/** A configuration all of whose names are evil. */
const CONFIG = {
  sources: { s: { url: "https://api.example/{event.user.user_id}", token: null } },
  claims: {
    [`https://acme.example/${EVIL}`]: "s.plan",
    [`meta${EVIL}`]: { value: "s.plan", to: ["app_metadata"] },
    [`other${EVIL}`]: "s.missing",
  },
  scopes: [{ add: "read:x" }],
};

const ANSWERS = { s: { plan: EVIL, [EVIL]: EVIL } };

test("every character that a terminal acts on is shown by its number, and JSON stays the same JSON", () => {
  const shown = visible(EVIL);
  assertPrintable(shown);
  assert.equal(JSON.parse(`"${shown}"`), EVIL);
  assert.equal(JSON.parse(visible(JSON.stringify({ [EVIL]: EVIL })))[EVIL], EVIL);
  assert.equal(visible("Żółć 日本 🎉 `a` $b"), "Żółć 日本 🎉 `a` $b");
});

async function runs(t, files, commands) {
  const folder = createFolder(t, files);
  for (const args of commands) {
    const { status, stdout, stderr } = await folder.run(...args);
    assertPrintable(stdout + stderr);
    const text = stdout + stderr;
    assert.match(text, /\\u001b/, `${args.join(" ")} shows the name: ${text}`);
    assert.ok(status !== null && status <= 2, text);
  }
}

test("check shows names, keys, lines and files as escapes, with the mark below its place", async (t) => {
  const wrong = `{ "cl${EVIL}aims": 1,\n  "claims": { "${EVIL}": "event..x" } }`;
  const keys = { claims: { [EVIL]: "event..x", [`z${EVIL}`]: { vaule: 1 } }, [EVIL]: 1 };
  await runs(
    t,
    { "w.json": wrong, "keys.json": keys, [FILE]: CONFIG, "dup.json": `{"${EVIL}":1,"${EVIL}":2}` },
    [
      ["check", "w.json"],
      ["check", "keys.json"],
      ["check", "keys.json", "--json"],
      ["check", "dup.json"],
      ["check", FILE],
      ["check", `${EVIL}.json`],
      ["check", "--trigger", EVIL],
      [EVIL],
    ],
  );
  const key = "tab\u202e\u2066";
  const folder = createFolder(t, { "claimsmith.json": `{ "claims": { "${key}": "event..x" } }` });
  const { stderr } = await folder.run("check");
  const [line, mark] = stderr.split("\n").slice(-4);
  assert.equal(line.indexOf("..x") + 1, mark.indexOf("^"), stderr);
});

test("simulate shows claims, values, addresses, logs and files as escapes", async (t) => {
  const files = { "claimsmith.json": CONFIG, "answers.json": ANSWERS, [FILE]: "{}", "broken.json": "{" };
  const event = { user: { user_id: `auth0|${EVIL}`, nickname: EVIL } };
  await runs(t, { ...files, "event.json": event }, [
    ["simulate"],
    ["simulate", "--answers", `${FILE}/x`],
    ["simulate", "--event", EVIL],
    ["simulate", "--fault", EVIL],
    ["simulate", "--fault", `s:${EVIL}`],
  ]);
  const denied = { ...CONFIG, deny: [{ when: "`true`", reason: EVIL }] };
  await runs(t, { ...files, "claimsmith.json": denied }, [["simulate"]]);
  const dropped = {
    ...CONFIG,
    mode: "shadow",
    claims: { [EVIL]: { value: "sort(s.plan)", required: true } },
  };
  await runs(t, { ...files, "claimsmith.json": dropped }, [["simulate"], ["simulate", "--json"]]);
});

test("verify shows what a file says of itself as escapes", async (t) => {
  const right = bundleAction({ claims: { [`https://acme.example/${EVIL}`]: "event.x" } });
  const code = right.replace('"event.x"', '"event..x"');
  const file = {
    "action.js": code,
    "other.js": code.replace(/claimsmith \S+ sha256/, `claimsmith 0.\u001b[2J\u202e1 sha256`),
  };
  await runs(t, file, [
    ["verify", "action.js"],
    ["verify", "other.js"],
    ["verify", `${EVIL}.js`],
  ]);
});

test("init, export, bundle and dev show the places that they name as escapes", async (t) => {
  const answers = ["--api", "https://a.example", "--audience", "x", "--namespace", "https://n.example"];
  await runs(t, { "claimsmith.json": { claims: { a: "event.user.name" } } }, [
    ["init", EVIL, ...answers],
    ["init", EVIL, ...answers],
    ["init", "x", "--api", EVIL, "--audience", "x", "--namespace", "https://n.example"],
    ["export", "--to", "terraform", "--out", EVIL],
    ["export", "--to", "terraform", "--out", EVIL],
    ["export", "--to", "terraform", "--runtime", EVIL],
    ["bundle", "--out", `${EVIL}.js`],
    ["bundle", "--format", "module", "--module-name", EVIL],
    ["dev", "--port", EVIL],
  ]);
});

test("init writes through no link, be it one that leads nowhere", async (t) => {
  const folder = createFolder(t, { "inside/x": "", "precious.json": "mine" });
  const answers = ["--api", "https://a.example", "--audience", "x", "--namespace", "https://n.example"];
  for (const [file, target] of Object.entries({
    "event.json": "precious.json",
    "answers.json": "new.json",
  })) {
    symlinkSync(path.join(folder.path, target), path.join(folder.path, "inside", file));
  }
  assert.equal((await folder.runIn("inside", "init", ...answers)).status, 1);
  assert.equal((await folder.runIn("inside", "init", ...answers, "--force")).status, 0);
  assert.equal(folder.read("precious.json"), "mine");
  assert.throws(() => folder.read("new.json"), { code: "ENOENT" });
});

test("the name of a module is a name, and is asked for where it counts", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": { claims: { a: "event.user.name" } } });
  for (const name of ["../up", "it's", 'a"b', "", "a b", "a\nb"]) {
    const { status } = await folder.run("bundle", "--format", "module", "--module-name", name);
    assert.equal(status, 2, name);
  }
  const { status, stderr } = await folder.run("bundle", "--module-name", "shared");
  assert.equal(status, 2);
  assert.match(stderr, /--module-name is for --format module/);
  assert.equal((await folder.run("bundle", "--format", "module", "--module-name", "my_mod-1")).status, 0);
});

test("no command prints past the one place that shows what is printed", () => {
  for (const name of ["commands", "config", "dev", "simulation", "verify"]) {
    const folder = new URL(`../../cli/src/${name}/`, import.meta.url);
    for (const file of readdirSync(folder)) {
      const code = readFileSync(new URL(file, folder), "utf8");
      // The schema is this package's own.
      assert.doesNotMatch(code, /\bconsole\.|process\.std(out|err)\.write\((?!readFileSync)/, file);
    }
  }
});
