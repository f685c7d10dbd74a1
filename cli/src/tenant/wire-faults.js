/**
 * The faults of the reliability suite, by the name that `docs/reliability.md` has for each. What a fault counts it
 * counts from when it was made, so each is made anew for whoever injects it.
 */

import { deflateRawSync, gzipSync } from "node:zlib";
import { faults } from "./faults.js";

/** Stands in the bodies that a fault sends; nothing of a body may be shown anywhere. */
export const PLANTED_BODY = "planted-body-7d1f";

export const PLANTED_TOKEN = "planted-token-3c9a";

/** A good answer, where a fault is in how it is sent. */
const GOLD = '{"subscription":{"plan":"gold"}}';

/** @typedef {import("./faults.js").Fault} Fault */

/** @typedef {{ now?: () => number }} Time The clock by which a fault names a time; the machine's where left out. */

/** @type {Record<string, (time?: Time) => Fault>} */
export const sourceFaults = Object.freeze({
  "resets before the headers": () => raw("", reset),
  "resets within the headers": () => raw("HTTP/1.1 200 OK\r\ncontent-ty", reset),
  "resets within the body": () => raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":', reset),
  "is silent": () => faults.silent,
  "sends one byte a second": () => trickle,
  "redirects to another host": () => faults.redirect("https://other.example/x"),
  "redirects to plain http, 301": () => faults.redirect("http://api.example/", 301),
  "answers 401 once": () => faults.times(1, faults.status(401)),
  "answers 401 always": () => faults.status(401),
  "answers 403": () => faults.status(403),
  "answers 404": () => faults.status(404),
  "answers 404 without a body, but with a coding": () => bare(404),
  "answers 404 with a body that never ends": () =>
    raw("HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n", stay),
  "answers 401 once, without a body, but with a coding": () => faults.times(1, bare(401)),
  "answers 429, wait a second": () =>
    faults.times(1, faults.status(429, { headers: { "retry-after": "1" } })),
  "answers 429, wait until a date": ({ now = Date.now } = {}) => {
    const date = new Date(now() + 1_000).toUTCString();
    return faults.times(1, faults.status(429, { headers: { "retry-after": date } }));
  },
  "answers 429, wait a second, with a body that breaks": () =>
    faults.times(1, raw("HTTP/1.1 429 Too Many\r\nretry-after: 1\r\ncontent-length: 9\r\n\r\n{", reset)),
  "answers 429, wait an hour": () => faults.status(429, { headers: { "retry-after": "3600" } }),
  "answers 500": () => faults.status(500),
  "answers 502 twice, then well": () => faults.times(2, faults.status(502)),
  "answers 503 always": () => faults.status(503),
  "answers 204": () => (_req, res) => {
    res.writeHead(204).end();
    return true;
  },
  "answers 101": () =>
    raw("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", stay),
  "sends an empty body": () => body(""),
  "sends HTML": () => faults.html,
  "sends JSON that is cut off": () => body(`{"subscription":{"plan":"${PLANTED_BODY}`),
  "sends JSON of the wrong shape": () => body(`[{"plan":"${PLANTED_BODY}"}]`),
  "sends a value of the wrong type": () => body(`{"subscription":{"plan":{"name":"${PLANTED_BODY}"}}}`),
  "sends an integer that JavaScript would round": () => body('{"subscription":{"plan":9007199254740993}}'),
  "sends 10 MB": () => faults.large(10_000_000),
  "announces 10 MB": () => faults.large(10_000_000, { contentLength: true }),
  "sends 10 MB of zeros, packed": () =>
    body(gzipSync(Buffer.alloc(10_000_000)), { "content-encoding": "gzip" }),
  "sends gzip under its old name": () => body(gzipSync(GOLD), { "content-encoding": "X-GZIP" }),
  "sends deflate without its header": () => body(deflateRawSync(GOLD), { "content-encoding": "deflate" }),
  "sends gzip within gzip": () => body(gzipSync(gzipSync(GOLD)), { "content-encoding": "gzip, gzip" }),
  "sends what is no gzip as gzip": () => body(PLANTED_BODY, { "content-encoding": "gzip" }),
  "nests 10,000 deep": () => body("[".repeat(10_000) + "]".repeat(10_000)),
  "sends bytes that are no UTF-8": () => body(Buffer.from([0x22, 0xff, 0xfe, 0x22])),
  "announces more than it sends": () => raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}"),
  "announces less than it sends": () =>
    raw(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{"a":"${PLANTED_BODY}"}`),
  "sends a second answer right behind the first": () => {
    const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${GOLD.length}\r\n\r\n${GOLD}`;
    return raw(answer + answer, stay);
  },
  "sends 1 MB of headers": () =>
    raw(`HTTP/1.1 200 OK\r\n${"x-bomb: 0123456789abcdef\r\n".repeat(40_000)}\r\n{}`),
  "sends no HTTP": () => raw(`SSH-2.0-${PLANTED_BODY}\r\n`),
});

/** @type {Record<string, (time?: Time) => Fault>} */
export const tokenFaults = Object.freeze({
  "resets before the headers": () => raw("", reset),
  "is silent": () => faults.silent,
  redirects: () => faults.redirect("https://other.example/x"),
  "answers 429, wait an hour": () => faults.status(429, { headers: { "retry-after": "3600" } }),
  "answers 503 once, then well": () => faults.times(1, faults.status(503)),
  "answers 503 always": () => faults.status(503),
  "answers an error of RFC 6749 §5.2": () =>
    faults.status(400, { body: { error: "invalid_scope", error_description: PLANTED_BODY } }),
  "sends HTML": () => faults.html,
  "sends a token of another type": () => token({ token_type: "DPoP" }),
  "sends 10 MB": () => faults.large(10_000_000),
  "sends no expires_in": () => token({ expires_in: undefined }),
  "sends a negative expires_in": () => token({ expires_in: -1 }),
  "sends an expires_in of ten thousand years": () => token({ expires_in: 315_360_000_000 }),
  "sends a token of 6 kB, which api.cache refuses": () => token({ access_token: "t".repeat(6_000) }),
});

/** Replacements of `api.cache`; `calls` counts the calls. @type {Record<string, (time?: Time) => any>} */
export const cacheFaults = Object.freeze({
  "is missing": () => null,
  throws: () => {
    const fail = () => {
      throw new Error(PLANTED_BODY);
    };
    return cache(fail, fail);
  },
  "answers with errors": () =>
    cache(
      () => undefined,
      () => ({ type: "error", code: "CacheSizeExceeded" }),
    ),
  "loses every entry": () =>
    cache(
      () => undefined,
      () => ({ type: "success" }),
    ),
  "holds garbage": ({ now = Date.now } = {}) =>
    cache(
      () => ({ value: `{"token":${PLANTED_BODY}`, expires_at: now() + 1e6 }),
      () => ({ type: "success" }),
    ),
  "holds what is no text": () =>
    cache(
      () => ({ value: { token: PLANTED_BODY } }),
      () => undefined,
    ),
});

/** A cache that answers so when it is read, and so when it is written or an entry is deleted. */
function cache(read, write) {
  let calls = 0;
  const counted = (answer) => () => {
    calls += 1;
    return answer();
  };
  return {
    get: counted(read),
    set: counted(write),
    delete: counted(write),
    entries: () => [],
    get calls() {
      return calls;
    },
  };
}

/**
 * Writes to the socket what no HTTP library would, and ends as told.
 * @returns {Fault}
 */
function raw(text, end = (socket) => socket.end()) {
  return (req) => {
    req.socket.write(text, "latin1", () => end(req.socket));
    return true;
  };
}

/** Leaves the connection open. */
function stay() {}

/**
 * An error that names a coding for the body that it does not have.
 * @returns {Fault}
 */
function bare(status) {
  return (_req, res) => {
    res.writeHead(status, { "content-encoding": "gzip" }).end();
    return true;
  };
}

function reset(socket) {
  // A TLS socket can only be torn down; both reach the client as a connection that broke.
  if (socket.encrypted) socket.destroy();
  else socket.resetAndDestroy();
}

/** @returns {Fault} */
function body(text, headers = {}) {
  return (_req, res) => {
    res.writeHead(200, { "content-type": "application/json", ...headers });
    res.end(text);
    return true;
  };
}

/** @returns {Fault} */
function token(change) {
  return body(
    JSON.stringify({ access_token: PLANTED_TOKEN, token_type: "Bearer", expires_in: 3600, ...change }),
  );
}

/**
 * One byte a second: the socket is never idle for long, and the answer never there.
 * @type {Fault}
 */
function trickle(_req, res) {
  res.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => res.write(" "), 1_000);
  res.write("{");
  res.on("close", () => clearInterval(timer));
  return true;
}
