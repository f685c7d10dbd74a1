// The file of an Action in Rust in `simulate`, `verify` and `export`: dist/rust-action.js, as `./build.sh example` makes it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isRustFile, readRustFile, writeRustFile } from "../../cli/src/rust/file.js";
import { createPathAnswers } from "../../cli/src/simulation/path-answers.js";
import { inspectRust } from "../../cli/src/verify/inspect-rust.js";
import { createFolder } from "./command.js";

const CODE = readFileSync(new URL("../../dist/rust-action.js", import.meta.url), "utf8");
const RUST = /** @type {import("../../cli/src/rust/file.js").RustFile} */ (readRustFile(CODE));
const PLAN = "https://example.com/plan";

const ANSWERS = {
  "GET /api/users/auth0|alice": {
    subscription: { plan: "gold" },
    roles: [{ name: "editor", active: true }],
  },
  "/api/users/auth0|blocked": { blocked: true },
  "/api/users/*": { $status: 404 },
};

/** The file with one part replaced, which must be there. */
function changed(from, to, code = CODE) {
  assert.ok(code.includes(from), from);
  return code.replace(from, () => to);
}

test("a login is simulated with answers by path, and with secrets that are made up as they are read", async (t) => {
  const folder = createFolder(t, { "action.js": CODE, "answers.json": ANSWERS });
  const { status, stdout } = await folder.run("simulate", "action.js", "--json");
  assert.equal(status, 0);
  const login = JSON.parse(stdout);
  assert.equal(login.outcome, "enriched");
  assert.equal(login.deadlineMs, null);
  assert.deepEqual(
    login.tokens.map(({ after }) => after[PLAN]),
    ["gold", "gold"],
  );
  assert.deepEqual(
    login.calls.map(({ kind, method, url, status }) => [kind, method, url, status]),
    [
      ["token", "POST", "{secrets.TOKEN_URL}", 200],
      ["source", "GET", "https://api-url.example/api/users/auth0%7Calice", 200],
    ],
  );
  assert.deepEqual(login.secrets, ["API_URL", "CLIENT_ID", "CLIENT_SECRET", "TOKEN_URL"]);
  const text = await folder.run("simulate", "action.js");
  assert.match(text.stdout, /^enriched in [\d.]+ m?s\n/);
  assert.match(text.stdout, /Secrets that were read\n {2}API_URL, CLIENT_ID, CLIENT_SECRET, TOKEN_URL/);
});

test("an event, a denial, and what nothing answers", async (t) => {
  const folder = createFolder(t, {
    "action.js": CODE,
    "answers.json": ANSWERS,
    "blocked.json": { user: { user_id: "auth0|blocked" } },
    "none.json": {},
  });
  const denied = await folder.run("simulate", "action.js", "--event", "blocked.json");
  assert.equal(denied.status, 0);
  assert.match(denied.stdout, /The user reads: Your account is blocked\./);
  const unanswered = await folder.run("simulate", "action.js", "--answers", "none.json");
  assert.match(unanswered.stderr, /no answer is written for `GET \/api\/users\/auth0\|alice`/);
});

test("faults befall all calls, the token or api.cache", async (t) => {
  const folder = createFolder(t, { "action.js": CODE, "answers.json": ANSWERS });
  const run = async (fault) => {
    const { status, stdout, stderr } = await folder.run("simulate", "action.js", "--fault", fault);
    return `${status} ${stdout.split("\n").slice(0, 2).join(" ")}${stderr}`;
  };
  assert.match(await run("answers-500"), /^0 skipped .* source_status profile/);
  assert.match(await run("token:sends-html"), /^0 skipped .* token_/);
  assert.match(
    await run("profile:answers-500"),
    /^1 error: .*there is no `profile`\nhint: .*source, token, cache/,
  );
});

test("with a file of secrets it has those and no others", async (t) => {
  const folder = createFolder(t, {
    "action.js": CODE,
    "answers.json": ANSWERS,
    "secrets.env": "API_URL=https://api.acme.example\nTOKEN_URL=https://acme.example/oauth/token\n",
  });
  const { status, stdout } = await folder.run("simulate", "action.js", "--secrets", "secrets.env");
  assert.equal(status, 1);
  assert.match(stdout, /secret_missing .*CLIENT_ID/);
});

test("many logins at once", async (t) => {
  const folder = createFolder(t, { "action.js": CODE, "answers.json": ANSWERS });
  const { status, stdout } = await folder.run("simulate", "action.js", "--logins", "30", "--json");
  const { outcomes, tokenCalls, sourceCalls } = JSON.parse(stdout);
  assert.deepEqual([status, outcomes, tokenCalls, sourceCalls], [0, { enriched: 30 }, 1, 30]);
});

test("answers are found as the crate's own tests find them", () => {
  const url = "https://api.example.com/users/auth0%7Cann?a=b%26c";
  for (const key of [
    "GET /users/auth0|ann",
    "/users/auth0%7Cann",
    "/users/*",
    "/users/*?a=b&c",
    "GET https://api.example.com/users/*",
  ]) {
    assert.ok(createPathAnswers({ [key]: 1 }).find("GET", url), key);
  }
  for (const key of [
    "/users",
    "/users/auth0|ann/x",
    "/*",
    "/users/*?a=b",
    "https://other.example/users/*",
    "POST /users/*",
  ]) {
    assert.equal(createPathAnswers({ [key]: 1 }).find("GET", url), undefined, key);
  }
  assert.ok(createPathAnswers({ "/*": 1 }).find("GET", "https://api.example.com/a%2Fb"));
  const first = createPathAnswers({ "/a": { $status: 404 }, "/*": 1, __proto__: null });
  assert.equal(first.find("GET", "https://h.example/a")?.status, 404);
  assert.equal(first.find("GET", "https://h.example/b")?.status, 200);
});

test("an answer or a path that cannot be read is told with the file", async (t) => {
  const folder = createFolder(t, {
    "action.js": CODE,
    "a.json": { profile: {} },
    "b.json": { "FETCH /a": {} },
    "c.json": { "/a": { $status: 7 } },
  });
  for (const [file, expected] of /** @type {[string, RegExp][]} */ ([
    ["a.json", /a\.json: `profile` is no method and path, such as `GET \/users\/\*`/],
    ["b.json", /b\.json: `FETCH \/a` is no method and path/],
    ["c.json", /c\.json: the answer of `\/a`: `\$status` must be/],
  ])) {
    const { status, stderr } = await folder.run("simulate", "action.js", "--answers", file);
    assert.equal(status, 1);
    assert.match(stderr, expected);
  }
});

test("verify says what can be told of the file, and ends with 2 where the crate is not named", async (t) => {
  const folder = createFolder(t, { "action.js": CODE });
  const { status, stdout } = await folder.run("verify", "action.js", "--json");
  assert.equal(status, 2);
  const { shim, is_complete: isComplete, problems, wasm, requires, trigger } = JSON.parse(stdout);
  assert.deepEqual([shim, isComplete, problems, trigger], [{ is_installed: true }, false, [], "post-login"]);
  assert.equal(wasm.sha256, createHash("sha256").update(RUST.packed.wasm).digest("hex"));
  assert.ok(requires.includes("node:https"));
  const text = await folder.run("verify", "action.js");
  assert.match(text.stdout, /module +not compared: what runs stands in the crate/);
  assert.match(text.stderr, /name the crate by --rust/);
});

test("one changed letter is found, wherever it is", () => {
  for (let step = 0; step < 60; step++) {
    const at =
      CODE.indexOf("// The crate's bindings") + Math.floor(((CODE.length - 700) * (step + 0.5)) / 60);
    const code = CODE.slice(0, at) + (CODE[at] === "e" ? "a" : "e") + CODE.slice(at + 1);
    const rust = readRustFile(code);
    // A file that cannot be taken apart any more is told as that.
    assert.ok(rust === undefined || inspectRust(code, rust).problems.length > 0, `letter ${at}`);
    assert.ok(isRustFile(code));
  }
});

/** A file whose line fits what was changed. */
function fitted(code) {
  const { sha256 } = /** @type {any} */ (readRustFile(code));
  return code.replace(/sha256:[0-9a-f]{64}/, `sha256:${sha256}`);
}

test("another shim is told though the file's line fits it; another ending is no such file", async (t) => {
  const other = fitted(changed("the engine trapped", "the engine tripped"));
  const { status, stderr } = await createFolder(t, { "action.js": other }).run("verify", "action.js");
  assert.equal(status, 1);
  assert.match(stderr, /the shim is not the one of claimsmith \d/);
  const ending = changed("= createPostLogin();", "= createPostLogin({ onReport: globalThis.tell });");
  assert.equal(readRustFile(ending), undefined);
  const told = await createFolder(t, { "action.js": ending }).run("verify", "action.js");
  assert.equal(told.status, 1);
  assert.match(told.stderr, /was changed/);
});

test("what the crate makes is compared whole", () => {
  const crate = { name: RUST.name, version: RUST.crateVersion };
  const again = (parts) =>
    writeRustFile({
      crate,
      builtBy: RUST.builtBy,
      glue: RUST.glue,
      wasm: RUST.packed.wasm,
      trigger: RUST.trigger,
      packed: RUST.packed,
      ...parts,
    });
  assert.equal(again({}), CODE);
  const problems = (parts) => inspectRust(CODE, RUST, again(parts)).problems;
  assert.deepEqual(problems({}), []);
  assert.match(String(problems({ glue: "/*other*/" })), /the bindings are others/);
  const wasm = Buffer.from(RUST.packed.wasm);
  wasm[wasm.length - 1] ^= 1;
  assert.match(String(problems({ wasm })), /the module is another/);
  assert.match(
    String(problems({ crate: { ...crate, version: "9.9.9" } })),
    /the crate is rust-action 9\.9\.9/,
  );
  assert.match(String(problems({ trigger: "credentials-exchange" })), /not the one that the crate makes/);
});

test("export takes its trigger and the names of secrets from the files, and writes no value", async (t) => {
  const folder = createFolder(t, { "action.js": CODE, "secrets.env": "API_URL=hunter2\nCLIENT_ID=7\n" });
  for (const to of ["terraform", "deploy-cli", "auth0-cli"]) {
    const { status, stdout, stderr } = await folder.run(
      "export",
      "action.js",
      "--to",
      to,
      "--secrets",
      "secrets.env",
    );
    assert.equal(status, 0, stderr);
    const files = [...stdout.matchAll(/^wrote (.*)$/gm)].map(([, file]) => folder.read(file));
    assert.ok(files.includes(CODE));
    assert.ok(files.some((text) => text.includes("API_URL")));
    assert.ok(files.every((text) => !text.includes("hunter2")));
  }
  const unnamed = await folder.run("export", "action.js", "--to", "terraform", "--out", "other");
  assert.equal(unnamed.status, 0);
  assert.match(unnamed.stderr, /which secrets an Action in Rust reads stands in its code/);
  const wrong = await folder.run(
    "export",
    "action.js",
    "--to",
    "terraform",
    "--trigger",
    "credentials-exchange",
  );
  assert.equal(wrong.status, 2);
});

test("code of another kind is told as that", async (t) => {
  const folder = createFolder(t, { "action.js": "exports.onExecutePostLogin = async () => {};" });
  const { status, stderr } = await folder.run("simulate", "action.js");
  assert.equal(status, 1);
  assert.match(stderr, /is no configuration, and no file of `claimsmith bundle --rust`/);
});
