// Who may talk to the server of the workbench, and what it writes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startDevServer } from "../../cli/src/dev/server.js";
import { createFolder } from "../cli/command.js";
import { PAGE } from "./page.js";

const COMMAND = fileURLToPath(new URL("../../cli/bin/claimsmith.js", import.meta.url));
const CONFIG = '{ "claims": {} }';

async function start(t, files = { "claimsmith.json": CONFIG }, configFile = "claimsmith.json") {
  const folder = createFolder(t, files);
  const server = await startDevServer({ configFile: path.join(folder.path, configFile), page: PAGE });
  t.after(() => server.close());
  return { folder, server, url: new URL(server.url) };
}

/** The address that `claimsmith dev` prints, once it has printed all. */
async function printedUrl(child) {
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes("Ctrl+C")) break;
  }
  const [url = ""] = /http:\S+/.exec(printed) ?? [];
  return url;
}

/** A request with whatever headers: `fetch` would not send a foreign Host. */
async function request(url, { method = "GET", headers = {}, body, rawPath } = {}) {
  const { hostname, port, pathname } = new URL(url);
  const req = http.request({ host: hostname, port, path: rawPath ?? pathname, method, headers });
  req.end(body);
  const [res] = await once(req, "response");
  return { status: res.statusCode, headers: res.headers, body: await text(res) };
}

const put = (url, name, body, headers = {}) => {
  const content = JSON.stringify(body);
  return request(`${url}files/${name}`, {
    method: "PUT",
    body: content,
    headers: { "content-length": `${Buffer.byteLength(content)}`, ...headers },
  });
};

test("the page and its files are served with headers that keep others out", async (t) => {
  const { server } = await start(t);
  const page = await request(server.url);
  assert.equal(page.status, 200);
  assert.match(page.body, /data-files="served"/);
  assert.equal(page.headers["x-frame-options"], "DENY");
  assert.equal(page.headers["referrer-policy"], "no-referrer");
  for (const name of ["main.js", "worker.js", "claimsmith.wasm", "style.css", "claimsmith.schema.json"]) {
    assert.equal((await request(server.url + name)).status, 200, name);
  }
});

test("without the token there is nothing, not even the page", async (t) => {
  const { url } = await start(t);
  const token = url.pathname.split("/")[1];
  for (const place of ["/", "/main.js", "/files", `/${token.slice(1)}/`, `/${token}x/files`]) {
    const { status, body } = await request(new URL(place, url));
    assert.equal(status, 403, place);
    assert.ok(!body.includes(token));
  }
});

test("a foreign Host or Origin is refused, and nothing is written", async (t) => {
  const { server, folder, url } = await start(t);
  const foreign = [
    { host: "evil.example" },
    { host: `evil.example:${url.port}` },
    { host: "127.0.0.1" },
    { host: url.host, origin: "https://evil.example" },
    { host: url.host, origin: "null" },
    { host: url.host, origin: `http://127.0.0.1:${Number(url.port) + 1}` },
    { host: url.host, "sec-fetch-site": "cross-site" },
    { host: url.host, "sec-fetch-site": "same-site" },
  ];
  for (const headers of foreign) {
    assert.equal((await request(server.url, { headers })).status, 403, JSON.stringify(headers));
    const { version } = JSON.parse((await request(`${server.url}files`)).body).config;
    assert.equal((await put(server.url, "config", { text: "{}", version }, headers)).status, 403);
  }
  assert.equal(folder.read("claimsmith.json"), CONFIG);
});

test("only its own files can be read, whatever the path says", async (t) => {
  const { server, url } = await start(t);
  const token = url.pathname.split("/")[1];
  for (const rawPath of [
    `/${token}/../package.json`,
    `/${token}/..%2f..%2fpackage.json`,
    `/${token}//etc/passwd`,
    `/${token}/files/config`,
  ]) {
    assert.notEqual((await request(url, { rawPath })).status, 200, rawPath);
  }
  assert.equal((await put(server.url, "../x", { text: "", version: null })).status, 404);
  assert.equal((await put(server.url, "__proto__", { text: "", version: null })).status, 404);
  assert.equal((await request(server.url, { method: "DELETE" })).status, 404);
});

test("a file is saved, and one that changed meanwhile is kept", async (t) => {
  const { server, folder } = await start(t);
  const before = JSON.parse((await request(`${server.url}files`)).body);
  assert.equal(before.config.text, CONFIG);
  assert.deepEqual(before.event, { text: null, version: null });

  const saved = await put(server.url, "config", { text: "{ }", version: before.config.version });
  assert.equal(saved.status, 200);
  assert.equal(folder.read("claimsmith.json"), "{ }");
  assert.equal((await put(server.url, "event", { text: "{}", version: null })).status, 200);
  assert.equal(folder.read("event.json"), "{}");

  writeFileSync(path.join(folder.path, "claimsmith.json"), "mine");
  const { version } = JSON.parse(saved.body);
  const conflict = await put(server.url, "config", { text: "theirs", version });
  assert.equal(conflict.status, 409);
  assert.match(conflict.body, /has changed on the disk meanwhile/);
  assert.equal(folder.read("claimsmith.json"), "mine");
});

/** A folder beside the one that is served, which nothing may change. */
function withOutside(folder) {
  const outside = path.join(folder.path, "outside");
  mkdirSync(outside);
  writeFileSync(path.join(outside, "precious.json"), '{"mine":1}');
  return {
    place: outside,
    check: () => {
      assert.deepEqual(readdirSync(outside), ["precious.json"]);
      assert.equal(folder.read("outside/precious.json"), '{"mine":1}');
    },
  };
}

const FILE_NAMES = { config: "claimsmith.json", event: "event.json", answers: "answers.json" };

for (const [name, file] of Object.entries(FILE_NAMES)) {
  for (const target of ["precious.json", "new.json"]) {
    test(`nothing is written through a link: ${file}, to ${target}`, async (t) => {
      const { server, folder } = await start(t, { "shop/x": "" }, "shop/claimsmith.json");
      const outside = withOutside(folder);
      symlinkSync(path.join(outside.place, target), path.join(folder.path, "shop", file));
      const { version } = JSON.parse((await request(`${server.url}files`)).body)[name];
      for (const given of [version, null, "of-something-else"]) {
        const { status, body } = await put(server.url, name, { text: "{}", version: given });
        assert.equal(status, 403);
        assert.match(body, /is a link, and nothing is written through one/);
      }
      outside.check();
    });
  }
}

test("nothing is written into a folder that a link leads to, be it there from the start or later", async (t) => {
  for (const when of ["before", "after"]) {
    const folder = createFolder(t, { "shop/precious.json": CONFIG });
    const outside = withOutside(folder);
    const shop = path.join(folder.path, "shop");
    const link = () => {
      renameSync(shop, `${shop}.away`);
      symlinkSync(outside.place, shop);
    };
    if (when === "before") link();
    const server = await startDevServer({ configFile: path.join(shop, "precious.json"), page: PAGE });
    t.after(() => server.close());
    if (when === "after") link();
    const { config } = JSON.parse((await request(`${server.url}files`)).body);
    for (const [name, version] of Object.entries({ config: config.version, event: null })) {
      const { status, body } = await put(server.url, name, { text: "{}", version });
      assert.equal(status, 403, when);
      assert.match(body, /a link leads to it/);
    }
    outside.check();
  }
});

test("a link within the path below the working folder is refused too", async (t) => {
  const folder = createFolder(t, { "here/x": "", "outside/shop/claimsmith.json": CONFIG });
  symlinkSync(path.join(folder.path, "outside"), path.join(folder.path, "here/link"));
  const child = spawn(process.execPath, [COMMAND, "dev", "link/shop/claimsmith.json", "--no-open"], {
    cwd: path.join(folder.path, "here"),
    env: { ...process.env, NO_COLOR: "1" },
  });
  t.after(() => child.kill());
  const url = await printedUrl(child);
  const { version } = JSON.parse((await request(`${url}files`)).body).config;
  assert.equal((await put(url, "config", { text: "{}", version })).status, 403);
  assert.equal(folder.read("outside/shop/claimsmith.json"), CONFIG);
});

/** Another process, so that it comes between any two calls of the server: the file is now a link, now a file. */
const SWAP = `
  const { renameSync, symlinkSync, writeFileSync } = require("node:fs");
  const [file, target, text] = process.argv.slice(1);
  for (let turn = 0; ; turn++) {
    if (turn % 2) symlinkSync(target, file + ".new");
    else writeFileSync(file + ".new", text);
    renameSync(file + ".new", file);
    if (turn === 0) console.log("begun");
  }`;

test("a file in whose place links are put all the while is written nowhere else", async (t) => {
  const { server, folder } = await start(t, { "shop/claimsmith.json": CONFIG }, "shop/claimsmith.json");
  const outside = withOutside(folder);
  const [file, target] = ["shop/claimsmith.json", "outside/precious.json"].map((name) =>
    path.join(folder.path, name),
  );
  const child = spawn(process.execPath, ["-e", SWAP, file, target, CONFIG]);
  try {
    await once(child.stdout, "data");
    const versions = [CONFIG, folder.read("outside/precious.json")].map((text) =>
      createHash("sha256").update(text).digest("base64url"),
    );
    for (let turn = 0; turn < 300; turn++) {
      const { status } = await put(server.url, "config", { text: "{ }", version: versions[turn % 2] });
      assert.ok([200, 403, 409].includes(status), `${status}`);
    }
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  outside.check();
});

test("what is no JSON, no text or too large is refused, and the server lives on", async (t) => {
  const { server } = await start(t);
  assert.equal((await put(server.url, "config", { version: null })).status, 400);
  assert.equal((await put(server.url, "config", { text: "x".repeat(2_100_000), version: null })).status, 413);
  const broken = await request(`${server.url}files/config`, {
    method: "PUT",
    body: "{",
    headers: { "content-length": "1" },
  });
  assert.equal(broken.status, 400);
  assert.equal((await request(server.url)).status, 200);
});

/** The first events of the stream of changes. */
async function* changesOf(url) {
  const req = http.request(new URL("changes", url));
  req.end();
  const [res] = await once(req, "response");
  assert.equal(res.statusCode, 200);
  let buffered = "";
  try {
    for await (const chunk of res) {
      buffered += chunk;
      const events = buffered.split("\n\n");
      buffered = events.pop() ?? "";
      for (const event of events) yield JSON.parse(event.replace(/^data: /, ""));
    }
  } finally {
    req.destroy();
  }
}

test("whoever changes a file, each page is told, with both texts that came meanwhile", async (t) => {
  const { server, folder } = await start(t);
  const [first, second] = [changesOf(server.url), changesOf(server.url)];
  assert.equal((await first.next()).value.config.text, CONFIG);
  assert.equal((await second.next()).value.config.text, CONFIG);
  // As editors do it: another file takes its place.
  writeFileSync(path.join(folder.path, "new"), '{ "claims": { "a": "b" } }');
  renameSync(path.join(folder.path, "new"), path.join(folder.path, "claimsmith.json"));
  for (const page of [first, second]) {
    assert.equal((await page.next()).value.config.text, '{ "claims": { "a": "b" } }');
  }
  writeFileSync(path.join(folder.path, "answers.json"), "{}");
  assert.equal((await first.next()).value.answers.text, "{}");
  await first.return();
  await second.return();
});

test("changes and fixtures are for the page alone", async (t) => {
  const { server, url } = await start(t);
  for (const name of ["changes", "fixtures", "fixtures/x"]) {
    for (const method of ["GET", "POST", "PUT"]) {
      const headers = { host: url.host, origin: "https://evil.example" };
      assert.equal((await request(server.url + name, { method, headers })).status, 403, `${method} ${name}`);
    }
    assert.equal((await request(new URL(`/${name}`, url))).status, 403);
  }
  assert.equal((await request(`${server.url}changes`, { method: "POST" })).status, 404);
});

test("a folder has a port of its own, and a second server of it another one", async (t) => {
  const { folder, url } = await start(t);
  const configFile = path.join(folder.path, "claimsmith.json");
  const second = await startDevServer({ configFile, page: PAGE });
  assert.notEqual(new URL(second.url).port, url.port);
  await second.close();
});

test("a file that is a folder is told in words", async (t) => {
  const { server, folder } = await start(t);
  mkdirSync(path.join(folder.path, "event.json"));
  const { status, body } = await request(`${server.url}files`);
  assert.equal(status, 500);
  assert.match(body, /event\.json cannot be read: a folder has its name/);
  const { body: refused } = await put(server.url, "event", { text: "{}", version: "x" });
  assert.match(refused, /event\.json cannot be written: a folder has its name/);
});

test("where the disk is full, what was there stays, and a new file is not begun", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  // No file may have more than a block.
  const dev = ["-c", 'ulimit -f 1 && exec "$0" "$@"', process.execPath, COMMAND, "dev", "--no-open"];
  const child = spawn("sh", dev, { cwd: folder.path, env: { ...process.env, NO_COLOR: "1" } });
  t.after(() => child.kill());
  const url = await printedUrl(child);
  const { config, event } = JSON.parse((await request(`${url}files`)).body);
  const long = JSON.stringify({ claims: {}, $schema: "x".repeat(3000) });
  for (const [name, { version }] of Object.entries({ config, event })) {
    const { status, body } = await put(url, name, { text: long, version });
    assert.equal(status, 403);
    assert.match(body, /json cannot be written: it would be larger than a file may be here/);
  }
  assert.equal(folder.read("claimsmith.json"), CONFIG);
  assert.deepEqual(readdirSync(folder.path), ["claimsmith.json"]);
  // What fits is saved.
  assert.equal((await put(url, "event", { text: "{}", version: event.version })).status, 200);
  assert.equal((await put(url, "config", { text: '{"claims":{}}', version: config.version })).status, 200);
});

test("`claimsmith dev` prints its address and ends with 0 by Ctrl+C", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  const child = spawn(process.execPath, [COMMAND, "dev", "--no-open"], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: "1" },
  });
  t.after(() => child.kill());
  const url = await printedUrl(child);
  assert.equal((await request(url)).status, 200);
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});
