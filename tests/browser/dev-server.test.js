// Who may talk to the server of the workbench, and what it writes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
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

async function start(t, files = { "claimsmith.json": CONFIG }) {
  const folder = createFolder(t, files);
  const server = await startDevServer({ configFile: path.join(folder.path, "claimsmith.json"), page: PAGE });
  t.after(() => server.close());
  return { folder, server, url: new URL(server.url) };
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

test("`claimsmith dev` prints its address and ends with 0 by Ctrl+C", async (t) => {
  const folder = createFolder(t, { "claimsmith.json": CONFIG });
  const child = spawn(process.execPath, [COMMAND, "dev", "--no-open"], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: "1" },
  });
  t.after(() => child.kill());
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes("Ctrl+C")) break;
  }
  const [url] = /http:\S+/.exec(printed) ?? [];
  assert.equal((await request(url)).status, 200);
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});
