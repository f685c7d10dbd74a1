// Fault 13: a host that hangs, in its name, its connection or its TLS, delays no other, and a slow one is reached.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { createTestCertificate } from "claimsmith-cli/tenant";
import { startRawServer, text, until } from "../support/raw-server.js";
import { get, post, read } from "../support/transport.js";

const { lookup, Resolver } = dns;
const tell = ({ write }) => write(text("200 OK", "there"));

/** Puts something in the place of what `node:dns` exports. */
function replaceDns(t, replacement) {
  Object.assign(dns, replacement);
  syncBuiltinESMExports();
  t.after(() => {
    Object.assign(dns, { lookup, Resolver });
    syncBuiltinESMExports();
  });
}

/** Names of the test's own: a list of addresses, an error's code, or null for a name that hangs. */
function useNames(t, names) {
  const calls = [];
  const hung = [];
  t.after(() => hung.forEach(clearInterval));
  replaceDns(t, {
    lookup(host, options, callback) {
      if (!(host in names)) return lookup(host, options, callback);
      calls.push(host);
      const found = names[host];
      if (Array.isArray(found)) {
        const entries = found.map((address) => ({ address, family: net.isIP(address) }));
        process.nextTick(callback, null, entries);
      } else if (found !== null) process.nextTick(callback, Object.assign(new Error(found), { code: found }));
      // As a thread that is taken does, it keeps the process.
      else hung.push(setInterval(() => {}, 1_000));
    },
  });
  return calls;
}

/** A server of names that knows one address of each. */
async function startNameServer(t, address) {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (query, { port }) => {
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split(".").map(Number)]);
    const end = query.indexOf(0, 12) + 5;
    const header = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    socket.send(Buffer.concat([header, query.subarray(12, end), answer]), port);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.unref();
  t.after(() => socket.close());
  replaceDns(t, {
    Resolver: class extends Resolver {
      constructor(options) {
        super(options);
        this.setServers([`127.0.0.1:${socket.address().port}`]);
      }
    },
  });
}

test("a name that hangs takes one thread of the process, however many ask for it", async (t) => {
  if (process.platform === "win32") return t.skip("there are no pipes with names");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "claimsmith-names-"));
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  replaceDns(t, {
    // To open a pipe that nobody writes to blocks a thread, as a name does whose servers do not answer.
    lookup(host, options, callback) {
      if (host !== "hangs.example") return lookup(host, options, callback);
      fs.open(pipe, (_error, file) => {
        fs.closeSync(file);
        callback(Object.assign(new Error(), { code: "EAI_AGAIN" }));
      });
    },
  });
  t.after(() => {
    fs.closeSync(fs.openSync(pipe, "r+"));
    fs.rmSync(folder, { recursive: true });
  });
  const server = await startRawServer(t, tell);
  const hung = Array.from({ length: 8 }, () => get("http://hangs.example:1"));
  for (let round = 0; round < 3; round++) {
    assert.equal(await read(post(`http://localhost:${server.port}`)), "there");
    for (const socket of server.sockets) socket.destroy();
  }
  for (const call of hung) {
    call.cancel();
    await assert.rejects(call.promise, { code: "CANCELLED" });
    assert.equal(call.sent, false);
  }
});

test("where all threads are taken, a name is asked of its servers", async (t) => {
  const server = await startRawServer(t, tell);
  const calls = useNames(t, { "first.example": null });
  await startNameServer(t, "127.0.0.1");
  const answers = Array.from({ length: 5 }, () => read(get(`http://first.example:${server.port}`)));
  assert.deepEqual(await Promise.all(answers), Array(5).fill("there"));
  // It hangs still, so that no other thread is taken for it.
  assert.deepEqual(calls, ["first.example"]);
});

test("where a name hangs, or its servers fail, what it led to before serves", async (t) => {
  const server = await startRawServer(t, ({ write }) =>
    write(text("200 OK", "there", { connection: "close" })),
  );
  const names = { "known.example": ["127.0.0.1"] };
  useNames(t, names);
  const url = `http://known.example:${server.port}`;
  assert.equal(await read(get(url)), "there");
  for (const state of ["EAI_AGAIN", null]) {
    names["known.example"] = state;
    assert.equal(await read(get(url)), "there");
  }
});

test("a name that there is not fails at once, and nothing was sent", async (t) => {
  useNames(t, { "nobody.example": "ENOTFOUND" });
  const call = post("http://nobody.example/");
  await assert.rejects(call.promise, { code: "ENOTFOUND" });
  assert.equal(call.sent, false);
});

/** A server at 127.0.0.1 that does not answer until it is let. */
async function startSlowAddress(t) {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("slow-address-server.js", import.meta.url), { workerData: { signal } });
  const [port] = await once(worker, "message");
  const release = () => {
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const sockets = [];
  // What the queue takes; the system says of no more that they are there.
  for (let isFull = false; !isFull; ) {
    const socket = net.connect(port, "127.0.0.1");
    sockets.push(socket.on("error", () => {}));
    const timer = new Promise((resolve) => setTimeout(resolve, 500, "late"));
    isFull = (await Promise.race([once(socket, "connect"), timer])) === "late";
  }
  t.after(async () => {
    release();
    for (const socket of sockets) socket.destroy();
    await worker.terminate();
  });
  return { port, release };
}

const ONLY_LINUX = { skip: process.platform !== "linux" && "only Linux answers at all of 127.0.0.0/8" };

test(
  "an address that does not answer delays the host's next one by a quarter of a second",
  ONLY_LINUX,
  async (t) => {
    const { port } = await startSlowAddress(t);
    await startRawServer(t, tell, { host: "127.0.0.2", port });
    useNames(t, { "two.example": ["127.0.0.1", "127.0.0.2"] });
    assert.equal(await read(get(`http://two.example:${port}`)), "there");
  },
);

test(
  "an address that is slow is reached, though the host's other one has no route",
  ONLY_LINUX,
  async (t) => {
    const { port, release } = await startSlowAddress(t);
    useNames(t, { "slow.example": ["127.0.0.1", "127.0.0.2"] });
    const call = post(`http://slow.example:${port}`);
    // The other one has refused by then, and whoever gives the first one up has done so.
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(call.sent, false);
    release();
    assert.equal(await read(call), "slow");
    assert.equal(call.sent, true);
  },
);

test("of addresses of both families the first of each is tried first", async (t) => {
  const tried = [];
  const { connect } = net.Socket.prototype;
  t.mock.method(net.Socket.prototype, "connect", function (...given) {
    this.on("connectionAttempt", (address) => tried.push(address));
    return connect.apply(this, given);
  });
  useNames(t, { "many.example": ["::1", "::1", "127.0.0.1", "127.0.0.1"] });
  const call = get("http://many.example:1");
  await assert.rejects(call.promise);
  assert.equal(call.sent, false);
  // Node 18 does not tell.
  if (tried.length > 0) assert.deepEqual(tried, ["::1", "127.0.0.1", "::1", "127.0.0.1"]);
});

test("a name that leads to fewer addresses meanwhile is asked once a connection", async (t) => {
  const server = await startRawServer(t, tell);
  const calls = useNames(t, {
    get "shrinking.example"() {
      return calls.length > 1 ? ["127.0.0.2"] : ["127.0.0.2", "127.0.0.3", "127.0.0.1"];
    },
  });
  assert.equal(await read(get(`http://shrinking.example:${server.port}`)), "there");
  assert.deepEqual(calls, ["shrinking.example"]);
});

test("a host that hangs in its TLS delays no other, and has been sent nothing", async (t) => {
  const hung = net.createServer((socket) => socket.resume().on("error", () => {})).listen(0, "127.0.0.1");
  await once(hung, "listening");
  hung.unref();
  const { port } = /** @type {net.AddressInfo} */ (hung.address());
  const calls = Array.from({ length: 20 }, () => post(`https://127.0.0.1:${port}/`));
  const server = await startRawServer(t, tell);
  assert.equal(await read(get(server.url)), "there");
  for (const call of calls) {
    assert.equal(call.sent, false);
    call.cancel();
    await assert.rejects(call.promise, { code: "CANCELLED" });
  }
  await until(
    async () => (await new Promise((done) => hung.getConnections((_error, open) => done(open)))) === 0,
  );
  hung.close();
});

test("a certificate that nobody vouches for, a port that refuses: nothing was sent", async (t) => {
  const server = await startRawServer(t, tell, { tls: await createTestCertificate() });
  const untrusted = post(server.url);
  await assert.rejects(untrusted.promise, { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  assert.equal(untrusted.sent, false);
  const refused = post("http://127.0.0.1:1/");
  await assert.rejects(refused.promise, { code: "ECONNREFUSED" });
  assert.equal(refused.sent, false);
});

test("a server that takes the request and is silent may have acted on it", async (t) => {
  const server = await startRawServer(t, () => {});
  const call = post(server.url);
  await until(() => server.requests.length === 1);
  call.cancel();
  assert.equal(call.sent, true);
  await assert.rejects(call.promise, { code: "CANCELLED" });
});
