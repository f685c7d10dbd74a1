// A server whose address does not answer: its queue of connections is full, and nobody accepts them until it is told
// to. What connects then gets an answer.

import http from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const server = http.createServer((_req, res) => res.end("slow"));
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  parentPort?.postMessage(port);
  setImmediate(() => Atomics.wait(workerData.signal, 0, 0));
});
