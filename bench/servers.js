// A token endpoint and a backend that cost next to nothing, over http and https, in a process of their own.
// Reads a certificate as JSON from standard input; prints the origins and serves until it is told to end.

import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

const PROFILE = JSON.stringify({
  subscription: { plan: "gold", since: "2024-03-01", seats: 25 },
  roles: [
    { name: "editor", active: true },
    { name: "auditor", active: false },
    { name: "owner", active: true },
  ],
});

/** How far away the last of the servers is, there and back. */
const FAR_MS = 20;

let tokenCalls = 0;
let backendCalls = 0;

function answer(req, res) {
  req.resume();
  if (req.url === "/drop") {
    // What lies idle for minutes has been closed by somebody.
    for (const server of servers) server.closeIdleConnections();
    return send(res, "{}");
  }
  if (req.url === "/counts") return send(res, JSON.stringify({ token: tokenCalls, backend: backendCalls }));
  if (req.url !== "/oauth/token") {
    backendCalls += 1;
    return send(res, PROFILE);
  }
  tokenCalls += 1;
  const token = `${"x".repeat(800)}.${tokenCalls}`;
  send(res, JSON.stringify({ access_token: token, token_type: "Bearer", expires_in: 86_400 }));
}

function send(res, body) {
  res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  res.end(body);
}

const origins = {};
const servers = [
  http.createServer(answer),
  https.createServer(JSON.parse(await text(process.stdin)), answer),
  http.createServer((req, res) => setTimeout(answer, FAR_MS, req, res)),
];
for (const [index, server] of servers.entries()) {
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const name = ["http", "https", "far"][index];
  origins[name] = name === "https" ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
}
console.log(JSON.stringify(origins));
process.on("SIGTERM", () => process.exit());
