// A server on a thread of its own, which goes on while the loop of the process is blocked.
//
// Answers each request with its number. When it is told to, it writes what nobody asked for on the first connection.

import net from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { unasked, signal } = workerData;
let requests = 0;
let first;

const server = net.createServer((socket) => {
  first ??= socket;
  socket.on("error", () => {});
  socket.on("data", () => {
    const body = `answer ${requests++}`;
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
});

const timer = setInterval(() => {
  if (Atomics.load(signal, 0) !== 1) return;
  clearInterval(timer);
  first.write(unasked, "latin1", () => {
    Atomics.store(signal, 0, 2);
    Atomics.notify(signal, 0);
  });
}, 1);

server.listen(0, "127.0.0.1", () => {
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  parentPort?.postMessage(port);
});
