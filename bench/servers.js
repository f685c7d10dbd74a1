// A token endpoint and a backend that cost next to nothing, over http, https and https from far away, in a process of
// their own. Reads a certificate as JSON from standard input; prints the origins and serves until it is told to end.

import http from "node:http";
import https from "node:https";
import net from "node:net";
import { text } from "node:stream/consumers";

const PROFILE = JSON.stringify({
  subscription: { plan: "gold", since: "2024-03-01", seats: 25 },
  roles: [
    { name: "editor", active: true },
    { name: "auditor", active: false },
    { name: "owner", active: true },
  ],
});

/** How long the way to the far ones takes, there and back. */
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

/** A server on a port of its own. */
async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

/** The same as a server of this machine, with so much between as light and routers need: half of it each way. */
function far(port) {
  const slowly = (write) => (chunk) => setTimeout(write, FAR_MS / 2, chunk);
  return net.createServer({ noDelay: true }, (near) => {
    const away = net.connect({ port, host: "127.0.0.1", noDelay: true });
    for (const [from, to] of [
      [near, away],
      [away, near],
    ]) {
      from.on(
        "data",
        slowly((chunk) => to.write(chunk)),
      );
      from.on(
        "end",
        slowly(() => to.end()),
      );
      from.on("error", () => to.destroy());
    }
  });
}

const certificate = JSON.parse(await text(process.stdin));
const servers = [];
const origins = {};
// Auth0 and a backend are two hosts.
for (const place of ["token", "api"]) {
  const plain = http.createServer(answer);
  const secure = https.createServer(certificate, answer);
  for (const server of [plain, secure]) server.keepAliveTimeout = 120_000;
  servers.push(plain, secure);
  const port = await listen(secure);
  const entries = {
    http: `http://127.0.0.1:${await listen(plain)}`,
    https: `https://localhost:${port}`,
    far: `https://localhost:${await listen(far(port))}`,
  };
  for (const [name, origin] of Object.entries(entries)) origins[name] = { ...origins[name], [place]: origin };
}
console.log(JSON.stringify(origins));
process.on("SIGTERM", () => process.exit());
