// Kept connections: how long, for which requests, and what becomes of those that are dead, hung, or talk unasked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import net from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startRawServer, text, until } from "../support/raw-server.js";
import { advance, get, post, read } from "../support/transport.js";

const run = promisify(execFile);

/** Tells which request this is, and on which connection. */
const tell = ({ write, connection }, index) => write(text("200 OK", `${index} on ${connection}`));

/** Makes so many connections that then lie idle. */
async function keep(server, connections) {
  const answers = await Promise.all(Array.from({ length: connections }, () => read(get(server.url))));
  assert.equal(server.sockets.length, connections);
  await turn();
  return answers;
}

test("a connection serves one request after the other", async (t) => {
  const server = await startRawServer(t, tell);
  assert.equal(await read(get(server.url)), "0 on 0");
  assert.equal(await read(post(server.url)), "1 on 0");
  assert.equal(await read(get(server.url)), "2 on 0");
});

test("a server that answers without reading the request to its end leaves no connection open", async (t) => {
  const server = await startRawServer(t, () => {});
  const sockets = [];
  const { connect } = net.Socket.prototype;
  t.mock.method(net.Socket.prototype, "connect", function (...given) {
    sockets.push(this);
    return connect.apply(this, given);
  });
  // More than the system takes for a server that reads nothing.
  const call = post(server.url, "x".repeat(32 * 1024 * 1024));
  await until(() => server.sockets.length === 1);
  server.sockets[0].pause().write(text("413 Content Too Large", "early"));
  assert.equal((await call.promise).status, 413);
  await turn();
  assert.deepEqual(
    sockets.map(({ destroyed }) => destroyed),
    [true],
  );
});

test("of several connections the one that was used last serves first", async (t) => {
  const server = await startRawServer(t, tell);
  await keep(server, 3);
  const first = await read(get(server.url));
  const second = await read(get(server.url));
  assert.equal(first.split(" on ")[1], second.split(" on ")[1]);
});

for (const [header, keptMs] of Object.entries({
  "timeout=5": 4_000,
  "timeout=120": 119_000,
  "max=100, timeout=7": 6_000,
  "Timeout = 9; max=3": 8_000,
  "max=100": 60_000,
  "": 60_000,
})) {
  test(`a server that says "Keep-Alive: ${header}" finds its connection in use for ${keptMs} ms`, async (t) => {
    const server = await startRawServer(t, ({ write, connection }) =>
      write(text("200 OK", String(connection), { "keep-alive": header })),
    );
    await read(get(server.url));
    await turn();
    advance(keptMs - 100);
    assert.equal(await read(get(server.url)), "0");
    await turn();
    advance(keptMs + 1);
    assert.equal(await read(get(server.url)), "1");
    await until(() => server.open() === 1);
  });
}

for (const header of ["timeout=0", "timeout=1"]) {
  test(`a server that says "Keep-Alive: ${header}" has its connection closed at once`, async (t) => {
    const server = await startRawServer(t, ({ write }) =>
      write(text("200 OK", "", { "keep-alive": header })),
    );
    await read(get(server.url));
    await until(() => server.open() === 0);
  });
}

test("a connection that lies idle is closed in time, though nobody asks for it", async (t) => {
  const server = await startRawServer(t, ({ write }) =>
    write(text("200 OK", "", { "keep-alive": "timeout=2" })),
  );
  await read(get(server.url));
  await until(() => server.open() === 0);
});

test("a request that must not be sent twice takes a connection that lay idle for under 4 s, or a new one", async (t) => {
  const server = await startRawServer(t, tell);
  await read(post(server.url));
  await turn();
  advance(3_900);
  assert.equal(await read(post(server.url)), "1 on 0");
  await turn();
  advance(4_100);
  assert.equal(await read(post(server.url)), "2 on 1");
});

for (const [what, end] of Object.entries({
  "closes it": (socket) => socket.destroy(),
  "resets it": (socket) => socket.resetAndDestroy(),
  "ends it": (socket) => socket.end(),
})) {
  test(`fault 11: a server that reads a POST on a kept connection and ${what} does so once`, async (t) => {
    const posts = [];
    const server = await startRawServer(t, (request, index) => {
      if (!request.head.startsWith("POST")) return tell(request, index);
      posts.push(request.body.toString());
      end(request.socket);
    });
    await keep(server, 4);
    const call = post(server.url, '{"pay":7}');
    await assert.rejects(call.promise, { code: "ECONNRESET" });
    assert.equal(call.sent, true);
    assert.deepEqual(posts, ['{"pay":7}']);
  });

  test(`a server that reads a GET on a kept connection and ${what} gets it again on a new one, once`, async (t) => {
    let ends = 1;
    const server = await startRawServer(t, (request, index) => {
      if (index < 3 || ends-- <= 0) return tell(request, index);
      end(request.socket);
    });
    await keep(server, 3);
    assert.equal(await read(get(server.url)), "4 on 3");
    ends = Infinity;
    const failing = get(server.url);
    await assert.rejects(failing.promise, { code: "ECONNRESET" });
    assert.equal(server.requests.length, 7);
  });
}

test("a GET whose answer had begun on a kept connection is not sent again", async (t) => {
  const server = await startRawServer(t, (request, index) => {
    if (index === 0) return tell(request, index);
    request.socket.write("HTTP/1.1 200 O", () => request.socket.destroy());
  });
  await keep(server, 1);
  await assert.rejects(get(server.url).promise);
  assert.equal(server.requests.length, 2);
});

test("fault 12: a dozen kept connections that hang cost one GET half a second, and the next one nothing", async (t) => {
  const hung = 12;
  const server = await startRawServer(t, (request, index) => {
    if (index < hung || request.connection >= hung) tell(request, index);
  });
  await keep(server, hung);
  advance(4_100);
  const call = get(server.url);
  assert.equal(await read(call), `${hung + 1} on ${hung}`);
  assert.equal(call.sent, true);
  await turn();
  assert.equal(await read(get(server.url)), `${hung + 2} on ${hung}`);
  await until(() => server.open() === 1);
});

test("fault 12: where nothing answers at all, a GET is sent twice and no more", async (t) => {
  const server = await startRawServer(t, (request, index) => {
    if (index === 0) tell(request, index);
  });
  await keep(server, 1);
  advance(4_100);
  const call = get(server.url);
  await until(() => server.requests.length === 3);
  call.cancel();
  await assert.rejects(call.promise, { code: "CANCELLED" });
  assert.equal(server.requests.length, 3);
});

test("fault 12: an answer that comes late on the connection given up reaches nobody", async (t) => {
  const server = await startRawServer(t, (request, index) => {
    if (index !== 1) return tell(request, index);
    request.socket.once("close", () => request.write(text("200 OK", "late")));
  });
  await keep(server, 1);
  advance(5_000);
  assert.equal(await read(get(server.url)), "2 on 1");
  await turn();
  assert.equal(await read(get(server.url)), "3 on 1");
});

test("fault 12: after a timeout on a kept connection the host's idle ones are closed, and no other host's", async (t) => {
  const server = await startRawServer(t, (request, index) => {
    if (index < 5) tell(request, index);
  });
  const other = await startRawServer(t, tell);
  await keep(server, 5);
  await keep(other, 2);
  const call = post(server.url);
  await until(() => server.requests.length === 6);
  call.cancel();
  await assert.rejects(call.promise, { code: "CANCELLED" });
  await until(() => server.open() === 0);
  assert.equal(other.open(), 2);
});

test("a call given up on a new connection leaves the kept ones alone", async (t) => {
  const server = await startRawServer(t, (request, index) => {
    if (index < 2) tell(request, index);
  });
  await keep(server, 2);
  advance(4_100);
  const call = post(server.url);
  await until(() => server.requests.length === 3);
  call.cancel();
  await assert.rejects(call.promise, { code: "CANCELLED" });
  await until(() => server.open() === 2);
});

test("connections that lie idle keep no process alive", async (t) => {
  const server = await startRawServer(t, tell);
  const child = fileURLToPath(new URL("pool-child.js", import.meta.url));
  const { stdout } = await run(process.execPath, [child, "once", server.url]);
  assert.equal(stdout, "0 on 0\n");
});
