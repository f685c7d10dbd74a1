// A token endpoint and a backend for many logins, in a process of their own. Both are as cheap as they can be,
// so that what is measured is the engine.
//
// Prints its port, and takes orders as lines of JSON: { latencyMs, faultEvery, refuseTokens, isDead }.

import http from "node:http";
import { createInterface } from "node:readline";

const orders = { latencyMs: 50, faultEvery: 0, refused: [], isDead: false };
const counts = { token: 0, backend: 0, faults: 0 };

/** What one call in `faultEvery` meets, in turn. */
const FAULTS = [
  (_req, res) => res.writeHead(503).end(),
  (req) => req.socket.resetAndDestroy(),
  (_req, res) => res.writeHead(200, { "content-type": "application/json" }).end("<html>"),
  (_req, res) => res.writeHead(429, { "retry-after": "1" }).end(),
];

const server = http.createServer((req, res) => {
  if (req.url === "/oauth/token") return issueToken(req, res);
  if (req.url === "/counts") return res.end(JSON.stringify(counts));
  const number = ++counts.backend;
  if (orders.isDead) return req.socket.resetAndDestroy();
  setTimeout(() => answer(req, res, number), orders.latencyMs);
});

function issueToken(req, res) {
  counts.token += 1;
  req.resume();
  const token = { access_token: `token-${counts.token}`, token_type: "Bearer", expires_in: 86_400 };
  setTimeout(() => res.end(JSON.stringify(token)), orders.latencyMs);
}

function answer(req, res, number) {
  if (orders.refused.includes(req.headers.authorization)) return res.writeHead(401).end();
  if (orders.faultEvery > 0 && number % orders.faultEvery === 0) {
    const fault = FAULTS[counts.faults++ % FAULTS.length];
    return fault(req, res);
  }
  const user = decodeURIComponent(req.url.split("/").at(-1));
  res.writeHead(200, { "content-type": "application/json" });
  res.end(JSON.stringify({ subscription: { plan: `plan of ${user}` }, roles: [] }));
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    Object.assign(orders, JSON.parse(line));
    console.log("done");
  })
  .on("close", () => process.exit());

server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
