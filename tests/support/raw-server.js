// A server that writes bytes of its own to real sockets, for what no HTTP library would send.

import net from "node:net";
import tls from "node:tls";

/**
 * @typedef {object} RawRequest
 * @property {net.Socket} socket
 * @property {string} head The request line and the headers, as Latin-1.
 * @property {Buffer} body
 * @property {number} connection Which of the server's connections it came on, from 0.
 * @property {(text: string | Buffer) => void} write
 */

/**
 * Starts a server that hands over each request as it came.
 *
 * @param {import("node:test").TestContext} t
 * @param {(request: RawRequest, index: number) => void} answer
 * @param {{ tls?: { key: string, cert: string }, host?: string, port?: number }} [options]
 */
export async function startRawServer(
  t,
  answer,
  { tls: certificate, host = "127.0.0.1", port: wanted = 0 } = {},
) {
  /** @type {RawRequest[]} */
  const requests = [];
  /** @type {net.Socket[]} Every connection that was ever made. */
  const sockets = [];
  const onConnection = (socket) => {
    const connection = sockets.push(socket) - 1;
    let bytes = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let request = readRequest(bytes); request; request = readRequest(bytes)) {
        bytes = bytes.subarray(request.length);
        const write = (text) => socket.write(text, "latin1");
        const entry = { socket, connection, write, head: request.head, body: request.body };
        answer(entry, requests.push(entry) - 1);
      }
    });
  };
  const server = certificate ? tls.createServer(certificate, onConnection) : net.createServer(onConnection);
  await new Promise((resolve) => server.listen(wanted, host, () => resolve(undefined)));
  server.unref();
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return {
    port,
    url: `${certificate ? "https://localhost" : `http://${host}`}:${port}`,
    requests,
    sockets,
    open: () => sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length,
  };
}

function readRequest(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const [, announced = "0"] = /^content-length: *(\d+)/im.exec(head) ?? [];
  const length = end + 4 + Number(announced);
  return bytes.length < length ? undefined : { head, body: bytes.subarray(end + 4, length), length };
}

/** An answer as text: `text("200 OK", "{}", { etag: '"1"' })`. The length is announced unless a header says otherwise. */
export function text(status, body = "", headers = {}) {
  const bytes = Buffer.from(body);
  const all = { "content-length": bytes.length, ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`, "latin1"), bytes]);
}

/** Waits until it holds, or fails. No test relies on how long that takes. */
export async function until(holds, what = String(holds)) {
  const end = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it never came to hold: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
