// Fault 3: bytes that nobody asked for must answer no request, least of all another user's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { startRawServer, text, until } from "../support/raw-server.js";
import { get, post, read } from "../support/transport.js";

const SECOND = String(text("200 OK", "another user's"));
const UNASKED = {
  "a second answer": SECOND,
  "a late 408": String(text("408 Request Timeout", "", { connection: "close" })),
  "the first half of an answer": SECOND.slice(0, 20),
  "an empty line": "\r\n",
  "an informational answer": "HTTP/1.1 103 Early Hints\r\n\r\n",
};

/** A server on another thread, with a way to let it write while this thread stands still. */
async function startUnaskedServer(t, unasked) {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("unasked-server.js", import.meta.url), {
    workerData: { unasked, signal },
  });
  t.after(() => worker.terminate());
  const [port] = await once(worker, "message");
  const writeWhileBlocked = () => {
    Atomics.store(signal, 0, 1);
    Atomics.wait(signal, 0, 1);
  };
  return { url: `http://127.0.0.1:${port}`, writeWhileBlocked };
}

for (const [what, unasked] of Object.entries(UNASKED)) {
  for (const [method, call] of Object.entries({ GET: get, POST: post })) {
    test(`${what} that comes while the loop is blocked answers no ${method}`, async (t) => {
      const server = await startUnaskedServer(t, unasked);
      assert.equal(await read(get(server.url)), "answer 0");
      await turn();
      server.writeWhileBlocked();
      assert.equal(await read(call(server.url)), "answer 1");
    });
  }

  test(`${what} that comes while the loop is blocked within a poll answers no request`, async (t) => {
    const server = await startUnaskedServer(t, unasked);
    const other = await startRawServer(t, ({ write }) => write(text("200 OK")));
    await read(get(server.url));
    await turn();
    // What a socket's own callback starts belongs to a poll whose events have been collected already.
    const body = await new Promise((resolve, reject) => {
      get(other.url).promise.then(() => {
        server.writeWhileBlocked();
        read(get(server.url)).then(resolve, reject);
      }, reject);
    });
    assert.equal(body, "answer 1");
  });

  test(`${what} on an idle connection ends the connection`, async (t) => {
    const server = await startRawServer(t, ({ write }) => write(text("200 OK", "asked for")));
    await read(get(server.url));
    await turn();
    server.sockets[0].write(unasked, "latin1");
    await until(() => server.open() === 0);
    assert.equal(await read(get(server.url)), "asked for");
    assert.equal(server.sockets.length, 2);
  });

  test(`${what} right behind an answer ends the connection`, async (t) => {
    const server = await startRawServer(t, ({ write }, index) =>
      write(Buffer.concat([text("200 OK", "asked for"), Buffer.from(index === 0 ? unasked : "", "latin1")])),
    );
    assert.equal(await read(get(server.url)), "asked for");
    assert.equal(await read(post(server.url)), "asked for");
  });
}

test("a second answer that comes while the process is frozen answers no request", async (t) => {
  const FROZEN_MS = 3_000;
  const server = await startRawServer(t, ({ write }, index) => write(text("200 OK", `answer ${index}`)));
  const file = fileURLToPath(new URL("pool-child.js", import.meta.url));
  const child = spawn(process.execPath, [file, "twice", server.url, String(FROZEN_MS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  assert.deepEqual(await once(lines, "line"), ["answer 0"]);
  child.kill("SIGSTOP");
  server.sockets[0].write(SECOND);
  // The child's timer is due before it runs again.
  await sleep(FROZEN_MS + 200);
  assert.equal(server.requests.length, 1, "the process was frozen too late");
  const answer = once(lines, "line");
  child.kill("SIGCONT");
  assert.deepEqual(await answer, ["answer 1"]);
});
