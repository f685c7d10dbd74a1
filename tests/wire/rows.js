// What can go wrong on the wire, each row with what a login must make of it.

import { gzipSync } from "node:zlib";
import { faults } from "claimsmith-cli/tenant";
import { PLAN } from "../support/world.js";

/** Stands in every body that a fault sends; nothing of a body may be shown. */
export const PLANTED = "planted-body-7d1f";

const GOOD_TOKEN = { access_token: "planted-token-3c9a", token_type: "Bearer", expires_in: 3600 };

/** Writes to the socket what no HTTP library would, and ends as told. */
function raw(text, end = (socket) => socket.end()) {
  return (req) => {
    req.socket.write(text, "latin1", () => end(req.socket));
    return true;
  };
}

const reset = (socket) => socket.resetAndDestroy();

function body(text, headers = {}) {
  return (_req, res) => {
    res.writeHead(200, { "content-type": "application/json", ...headers });
    res.end(text);
    return true;
  };
}

function token(change) {
  return body(JSON.stringify({ ...GOOD_TOKEN, ...change }));
}

/** One byte a second: the socket is never idle for long, and the answer never there. */
function trickle(_req, res) {
  res.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => res.write(" "), 1_000);
  res.write("{");
  res.on("close", () => clearInterval(timer));
  return true;
}

const onBackend = (fault) => ({ prepare: ({ backend }) => backend.setFault(fault) });
const onToken = (fault) => ({ prepare: ({ oauthServer }) => oauthServer.setFault(fault) });

/** `expect`: what the line in the log says, calls at both servers, and whether the claim is set. */
const skipped = (error, token, backend) => ({ outcome: "skipped", error, token, backend, isSet: false });
const enriched = (token, backend, isSet = true) => ({
  outcome: "enriched",
  error: null,
  token,
  backend,
  isSet,
});

/** @type {Record<string, Record<string, any>>} by the part that fails, and what it does */
export const ROWS = {
  backend: {
    "refuses connections": {
      event: { secrets: { API_DOMAIN: "127.0.0.1:1" } },
      expect: skipped("transport_failed", 1, 0),
    },
    "resets before the headers": {
      ...onBackend(raw("", reset)),
      expect: skipped("transport_failed", 1, 3),
    },
    "resets within the headers": {
      ...onBackend(raw("HTTP/1.1 200 OK\r\ncontent-ty", reset)),
      expect: skipped("transport_failed", 1, 3),
    },
    "resets within the body": {
      ...onBackend(raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":', reset)),
      expect: skipped("transport_failed", 1, 3),
    },
    "is silent": { ...onBackend(faults.silent), expect: skipped("timeout", 1, 3) },
    "sends one byte a second": { ...onBackend(trickle), expect: skipped("timeout", 1, 3) },
    "has a certificate nobody vouches for": { tls: "untrusted", expect: skipped("transport_failed", 1, 0) },
    "has another host's certificate": { tls: "otherHost", expect: skipped("transport_failed", 1, 0) },
    "has an expired certificate": { tls: "expired", expect: skipped("transport_failed", 1, 0) },
    "redirects to another host": {
      prepare: ({ backend, oauthServer }) => backend.setFault(faults.redirect(`${oauthServer.url}/x`)),
      expect: skipped("redirect_refused", 1, 1),
    },
    "redirects to plain http, 301": {
      ...onBackend(faults.redirect("http://api.example/", 301)),
      expect: skipped("redirect_refused", 1, 1),
    },
    "answers 401 once": {
      prepare: ({ backend }) => backend.setFault(faults.times(1, faults.status(401))),
      expect: enriched(2, 2),
    },
    "answers 401 always": { ...onBackend(faults.status(401)), expect: skipped("source_status", 2, 2) },
    "answers 403": { ...onBackend(faults.status(403)), expect: skipped("source_status", 1, 1) },
    "answers 404": { ...onBackend(faults.status(404)), expect: enriched(1, 1, false) },
    "answers 429, wait a second": {
      prepare: ({ backend }) =>
        backend.setFault(faults.times(1, faults.status(429, { headers: { "retry-after": "1" } }))),
      expect: enriched(1, 2),
    },
    "answers 429, wait until a date": {
      prepare: ({ backend }) => {
        const date = new Date(Date.now() + 1_000).toUTCString();
        backend.setFault(faults.times(1, faults.status(429, { headers: { "retry-after": date } })));
      },
      expect: enriched(1, 2),
    },
    "answers 429, wait an hour": {
      ...onBackend(faults.status(429, { headers: { "retry-after": "3600" } })),
      expect: skipped("source_status", 1, 1),
    },
    "answers 500": { ...onBackend(faults.status(500)), expect: skipped("source_status", 1, 1) },
    "answers 502 twice, then well": {
      prepare: ({ backend }) => backend.setFault(faults.times(2, faults.status(502))),
      expect: enriched(1, 3),
    },
    "answers 503 always": { ...onBackend(faults.status(503)), expect: skipped("source_status", 1, 3) },
    "answers 204": {
      ...onBackend((_req, res) => {
        res.writeHead(204).end();
        return true;
      }),
      expect: enriched(1, 1, false),
    },
    "sends an empty body": { ...onBackend(body("")), expect: skipped("response_not_json", 1, 1) },
    "sends HTML": { ...onBackend(faults.html), expect: skipped("response_not_json", 1, 1) },
    "sends JSON that is cut off": {
      ...onBackend(body(`{"subscription":{"plan":"${PLANTED}`)),
      expect: skipped("response_not_json", 1, 1),
    },
    "sends JSON of the wrong shape": {
      ...onBackend(body(`[{"plan":"${PLANTED}"}]`)),
      expect: enriched(1, 1, false),
    },
    "sends a value of the wrong type": {
      ...onBackend(body(`{"subscription":{"plan":{"name":"${PLANTED}"}}}`)),
      expect: skipped("claim_type_mismatch", 1, 1),
    },
    "sends an integer that JavaScript would round": {
      ...onBackend(body('{"subscription":{"plan":9007199254740993}}')),
      config: ({ claims }) => {
        claims[PLAN].type = "integer";
      },
      expect: skipped("unsafe_integer", 1, 1),
    },
    "sends 10 MB": { ...onBackend(faults.large(10_000_000)), expect: skipped("response_too_large", 1, 1) },
    "announces 10 MB": {
      ...onBackend(faults.large(10_000_000, { contentLength: true })),
      expect: skipped("response_too_large", 1, 1),
    },
    "sends 10 MB of zeros, packed": {
      ...onBackend(body(gzipSync(Buffer.alloc(10_000_000)), { "content-encoding": "gzip" })),
      expect: skipped("response_too_large", 1, 1),
    },
    "sends what is no gzip as gzip": {
      ...onBackend(body(PLANTED, { "content-encoding": "gzip" })),
      expect: skipped("transport_failed", 1, 3),
    },
    "nests 10,000 deep": {
      ...onBackend(body("[".repeat(10_000) + "]".repeat(10_000))),
      expect: skipped("response_not_json", 1, 1),
    },
    "sends bytes that are no UTF-8": {
      ...onBackend(body(Buffer.from([0x22, 0xff, 0xfe, 0x22]))),
      expect: skipped("response_not_json", 1, 1),
    },
    "announces more than it sends": {
      ...onBackend(raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}")),
      expect: skipped("transport_failed", 1, 3),
    },
    "announces less than it sends": {
      ...onBackend(raw(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{"a":"${PLANTED}"}`)),
      expect: skipped("response_not_json", 1, 1),
    },
    "sends 1 MB of headers": {
      ...onBackend(raw(`HTTP/1.1 200 OK\r\n${"x-bomb: 0123456789abcdef\r\n".repeat(40_000)}\r\n{}`)),
      expect: skipped("transport_failed", 1, 3),
    },
    "sends no HTTP": {
      ...onBackend(raw(`SSH-2.0-${PLANTED}\r\n`)),
      expect: skipped("transport_failed", 1, 3),
    },
  },
  "token endpoint": {
    "refuses connections": {
      event: { secrets: { AUTH0_DOMAIN: "127.0.0.1:1" } },
      expect: skipped("transport_failed", 0, 0),
    },
    "resets before the headers": {
      ...onToken(raw("", reset)),
      expect: skipped("transport_failed", 3, 0),
    },
    "is silent": { ...onToken(faults.silent), expect: skipped("timeout", 3, 0) },
    redirects: {
      prepare: ({ backend, oauthServer }) => oauthServer.setFault(faults.redirect(backend.url)),
      expect: skipped("redirect_refused", 1, 0),
    },
    "answers 429, wait an hour": {
      ...onToken(faults.status(429, { headers: { "retry-after": "3600" } })),
      expect: skipped("token_refused", 1, 0),
    },
    "answers 503 once, then well": {
      prepare: ({ oauthServer }) => oauthServer.setFault(faults.times(1, faults.status(503))),
      expect: enriched(2, 1),
    },
    "answers 503 always": { ...onToken(faults.status(503)), expect: skipped("token_refused", 3, 0) },
    "answers an error of RFC 6749 §5.2": {
      ...onToken(faults.status(400, { body: { error: "invalid_scope", error_description: PLANTED } })),
      expect: skipped("token_refused", 1, 0),
    },
    "refuses the client": {
      event: { secrets: { CLIENT_SECRET: "wrong-secret-7f3a" } },
      expect: skipped("token_refused", 1, 0),
    },
    "sends HTML": { ...onToken(faults.html), expect: skipped("token_response_invalid", 1, 0) },
    "sends a token of another type": {
      ...onToken(token({ token_type: "DPoP" })),
      expect: skipped("token_response_invalid", 1, 0),
    },
    "sends 10 MB": { ...onToken(faults.large(10_000_000)), expect: skipped("response_too_large", 1, 0) },
    "sends no expires_in": {
      ...onToken(token({ expires_in: undefined })),
      accepts: true,
      logins: 2,
      expect: enriched(2, 2),
    },
    "sends a negative expires_in": {
      ...onToken(token({ expires_in: -1 })),
      accepts: true,
      logins: 2,
      expect: enriched(2, 2),
    },
    "sends an expires_in of ten thousand years": {
      ...onToken(token({ expires_in: 315_360_000_000 })),
      accepts: true,
      logins: 2,
      expect: enriched(1, 2),
    },
    "sends a token of 6 kB, which api.cache refuses": {
      ...onToken(token({ access_token: "t".repeat(6_000) })),
      accepts: true,
      logins: 2,
      expect: enriched(1, 2),
    },
  },
  "api.cache": {
    "is missing": { cache: () => null, logins: 2, expect: enriched(1, 2) },
    throws: {
      cache: () => {
        const fail = () => {
          throw new Error(PLANTED);
        };
        return { get: fail, set: fail, delete: fail };
      },
      logins: 2,
      expect: enriched(1, 2),
    },
    "answers with errors": {
      cache: () => {
        const refuse = () => ({ type: "error", code: "CacheSizeExceeded" });
        return { get: () => undefined, set: refuse, delete: refuse };
      },
      logins: 2,
      expect: enriched(1, 2),
    },
    "loses every entry": {
      cache: () => ({ get: () => undefined, set: () => ({ type: "success" }), delete: () => {} }),
      logins: 2,
      isFresh: true,
      expect: enriched(2, 2),
    },
    "holds garbage": {
      cache: () => ({
        get: () => ({ value: `{"token":${PLANTED}`, expires_at: Date.now() + 1e6 }),
        set: () => ({ type: "success" }),
        delete: () => {},
      }),
      expect: enriched(1, 1),
    },
    "holds what is no text": {
      cache: () => ({
        get: () => ({ value: { token: PLANTED } }),
        set: () => undefined,
        delete: () => undefined,
      }),
      expect: enriched(1, 1),
    },
  },
  clock: {
    "jumps two days ahead": { logins: 2, jumpMs: 2 * 86_400_000, expect: enriched(2, 2) },
    "is set back two days": { logins: 2, jumpMs: -2 * 86_400_000, expect: enriched(1, 2) },
  },
};
