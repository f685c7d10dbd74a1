// Requests through node:http: kept connections, a byte limit while reading, no redirects.
//
// Against global fetch this takes 0.4 of the time for the first call, 0.7 for the next, and half the
// memory.

import { request as openRequest } from "node:http";
import { createConnection } from "node:net";
import { CODINGS, coded, decode, readCodings, TOO_LARGE } from "./body.js";
import { RESPONSE_HEADERS } from "./facts.js";
import { https } from "./later.js";
import { acquire, prepare, purge } from "./pool.js";
import { after, afterPoll } from "./timer.js";
import { presenting } from "./tls.js";

/** A connection that has lain idle for longer may be dead without a sign: its peer, or a gateway, forgot it. */
const FRESH_MS = 4_000;

/** The time that such a connection has for the first byte of an answer. */
const PROBE_MS = 500;

/** The time to wait for a body that is not needed. Its status is known, and counts more. */
const ERROR_BODY_MS = 500;

/** The bytes that codings may add to a body that does not compress. */
const CODING_BYTES = 1_024;

/** The longest idle time of a connection for a request that must not be sent twice. */
const ONLY_NEW = -1;

/**
 * What requests to an origin share.
 * @typedef {object} Target
 * @property {string} protocol
 * @property {string[]} headers those that are the same in each
 * @property {import("./connect.js").Origin} destination
 */

/** By the URL up to its path. @type {Map<string, Target>} */
const targets = new Map();

/** Node's own agent connects, and keeps TLS sessions. @type {any} */
let agent;

const openSecure = (/** @type {object} */ options) => {
  agent ??= new (https().Agent)();
  return agent.createConnection(options);
};

/** @param {URL} url @returns {Target} */
function createTarget({ protocol, hostname, host, port, origin }) {
  const isSecure = protocol === "https:";
  return {
    protocol,
    headers: ["accept-encoding", CODINGS, "user-agent", `claimsmith/${VERSION}`, "host", host],
    destination: {
      id: origin,
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port || (isSecure ? "443" : "80"),
      isSecure,
      open: isSecure ? openSecure : createConnection,
    },
  };
}

/** A URL of plain characters, up to its path and from there: a parser would make nothing else of it. */
const PLAIN = /^(https?:\/\/[\w.:[\]-]+)(?!.*\/(\.|%2e))(\/[\w~!$&()*+,;=:@%?/.-]*(?<!\?))$/i;

/** The target of a URL, and its path. @returns {[Target, string]} */
function locate(url) {
  // In the file that is pasted, bytes count for more than microseconds.
  if (!IS_SMALL) {
    const [, start, , path] = PLAIN.exec(url) ?? [];
    const known = targets.get(start);
    if (known) return [known, path];
    // The hosts are a configuration's, hence few.
    if (start) targets.set(start, createTarget(new URL(start)));
  }
  const parsed = new URL(url);
  return [createTarget(parsed), parsed.pathname + parsed.search];
}

/**
 * Begins to connect to where a request will go, beside one to another place whose answer it waits for. Sends nothing, and
 * tells nothing.
 *
 * @param {string} url
 * @param {string[]} tls what the connection presents and trusts: name, PEM, name, PEM …
 * @param {string} besides the other request's URL: a connection that comes back from there serves this one as well
 */
export function connectAhead(url, tls, besides) {
  try {
    const [{ destination }] = locate(url);
    if (destination.id !== locate(besides)[0].destination.id) {
      prepare(tls.length > 0 ? presenting(destination, tls) : destination);
    }
  } catch {
    // The request itself will tell.
  }
}

/**
 * Sends one request, and calls `settle` once it is answered or has failed, never before this returns: with whether the
 * first byte of the request may have left, and with the status, the headers as lines of names and values, and the body; or
 * with 0 and the code of an error. Returns what gives it up: the socket is closed, and nobody is told.
 *
 * @param {string} method
 * @param {string} url
 * @param {string[]} headers name, value, name, value …; a value has a character for each byte
 * @param {string | undefined} body
 * @param {number} maxBytes
 * @param {boolean} mayRepeat whether it may be sent again although it may have arrived
 * @param {string} needed the statuses that are nothing without their body, such as `2xx 409`
 * @param {string[]} tls what the connection presents and trusts: name, PEM, name, PEM …
 * @param {(sent: boolean, status: number, words: string | undefined, body?: Uint8Array) => void} settle
 * @returns {() => boolean} gives it up; whether the first byte may have left
 */
export function send(method, url, headers, body, maxBytes, mayRepeat, needed, tls, settle) {
  let sent = false;
  let giveUp = () => {};
  const reject = (/** @type {any} */ error) => settle(sent, 0, `${error.code ?? ""}`);
  try {
    begin();
  } catch (error) {
    Promise.resolve(error).then(reject);
  }
  return () => {
    giveUp();
    return sent;
  };

  function begin() {
    const [target, path] = locate(url);
    let { destination } = target;
    const origin = destination.id;
    if (tls.length > 0) destination = presenting(destination, tls);
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const allHeaders = headers.concat(target.headers);
    if (bytes) allHeaders.push("content-length", String(bytes.length));

    const attempt = (/** @type {number} */ maxIdleMs) => {
      const isFirst = maxIdleMs > 0;
      /** @type {any} */
      let request;
      /** @type {import("./pool.js").Connection | undefined} */
      let connection;
      let isOver = false;
      let stopConnecting = () => {};
      let stopProbing = () => {};

      /** True where a connection that was idle has received no byte since. */
      const isSilent = () => connection?.waitedMs !== undefined && connection.isSilent;
      const end = () => {
        isOver = true;
        stopConnecting();
        stopProbing();
        request.destroy();
        if (connection) connection.socket.destroy();
        // Only a request that has been given a connection, or none, comes to its end.
        else request.onSocket?.(null);
      };
      const fail = (/** @type {Error} */ error) => {
        if (isOver) return;
        // The other side closed the connection while it lay idle. That says nothing about the backend.
        const isStale = isSilent();
        end();
        // A server that refuses the client's certificate says so when the request is on its way already, and has not
        // read it (RFC 8446 §4.4.2.4).
        if (/ALERT.*(CERT|_CA)/.test(/** @type {any} */ (error).code)) sent = false;
        if (isStale && isFirst && mayRepeat) attempt(ONLY_NEW);
        else reject(error);
      };
      giveUp = () => {
        if (isOver) return;
        // A connection that was idle for longer is no better.
        if (isSilent()) purge(origin);
        end();
      };
      const addRequest = (/** @type {any} */ added) => {
        stopConnecting = acquire(destination, maxIdleMs, (error, acquired) => {
          if (!acquired) return fail(/** @type {Error} */ (error));
          connection = acquired;
          sent = true;
          added.onSocket(acquired.socket);
          if (!mayRepeat || !(Number(acquired.waitedMs) > FRESH_MS)) return;
          const giveUpIfSilent = () => {
            if (isOver || !acquired.isSilent) return;
            giveUp();
            attempt(ONLY_NEW);
          };
          // After a blocked loop the answer may be there, unread.
          stopProbing = after(PROBE_MS, () => afterPoll(giveUpIfSilent));
        });
      };

      const { protocol } = target;
      // In place of an agent, the pool: Node's own agents cannot keep what is promised here of kept connections.
      const pool = /** @type {any} */ ({ protocol, keepAlive: true, addRequest });
      request = openRequest({ protocol, method, path, headers: allHeaders, agent: pool });
      request.on("error", (/** @type {Error} */ error) => {
        const response = connection?.response;
        if (!response) fail(error);
        // Errors after a complete response are ignored.
        else if (!response.complete) response.destroy(error);
      });
      request.on("upgrade", () => fail(coded("UNEXPECTED_UPGRADE")));
      request.on("response", (/** @type {import("node:http").IncomingMessage} */ response) => {
        const found = readHeaders(response.rawHeaders);
        if (connection) {
          connection.response = response;
          connection.saysOfKeeping = found["keep-alive"];
        }
        read(response, found, maxBytes, needed, fail, (status, answerBody) => {
          if (isOver) return;
          isOver = true;
          stopProbing();
          // A server that has answered reads no more of the request, and the rest would never be sent.
          if (!request.writableFinished) connection?.socket.destroy();
          // Node frees the connection at the end of this turn, and what is sent next may be for the same host.
          Promise.resolve().then(() => settle(sent, status, named(found), answerBody));
        });
      });
      request.end(bytes);
    };
    attempt(mayRepeat ? Infinity : FRESH_MS);
  }
}

/**
 * Reads an answer. Where its status says all, that is told whatever becomes of the body.
 *
 * @param {import("node:http").IncomingMessage} response
 * @param {Record<string, string | undefined>} headers
 * @param {number} maxBytes
 * @param {string} needed
 * @param {(error: Error) => void} fail
 * @param {(status: number, body: Uint8Array) => void} succeed
 */
function read(response, headers, maxBytes, needed, fail, succeed) {
  const status = response.statusCode ?? 0;
  if (status < 200) return fail(coded("UNEXPECTED_UPGRADE"));
  // 204 has no body, whatever its headers say (RFC 9112 §6.3); Node 18 waits for one.
  const needsBody = status !== 204 && needed.includes(status < 300 ? "2xx" : String(status));
  const codings = readCodings(headers["content-encoding"]);
  const maxRawBytes = maxBytes + (codings.length && CODING_BYTES);
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;

  const finish = (/** @type {any} */ error = undefined) => {
    stop();
    /** @type {Uint8Array} */
    let body = new Uint8Array();
    if (!error) {
      try {
        body = decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), codings, maxBytes);
      } catch (problem) {
        error = problem;
      }
    }
    if (error && needsBody) fail(error);
    else succeed(status, body);
  };
  const closeIfCut = () => response.complete || close(coded("ETIMEDOUT"));
  // After a blocked loop the rest may be there, unread.
  const stop = needsBody ? () => {} : after(ERROR_BODY_MS, () => afterPoll(closeIfCut));
  const close = (/** @type {Error} */ error) => {
    finish(error);
    response.destroy();
  };

  // A redirect is not followed, so there is nothing to read.
  if (status >= 300 && status < 400 && status !== 304) return close(coded("REDIRECT"));
  response.on("data", (chunk) => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > maxRawBytes) close(coded(TOO_LARGE));
  });
  response.on("end", () => finish());
  response.on("error", finish);
}

/** Headers of which all count that come. What the engine reads comes once. */
const SEVERAL = /^(content-encoding|keep-alive)$/;

/**
 * The headers that are read, by name.
 * @param {string[]} raw name, value, name, value …
 * @returns {Record<string, string | undefined>}
 */
function readHeaders(raw) {
  const found = Object.create(null);
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at].toLowerCase();
    const value = raw[at + 1];
    if (SEVERAL.test(name)) found[name] = name in found ? `${found[name]}, ${value}` : value;
    else if (RESPONSE_HEADERS.includes(name)) found[name] ??= value;
  }
  return found;
}

/** The headers that the engine reads, in lines: name, value, name, value …; nothing where there are none. */
function named(headers) {
  const lines = RESPONSE_HEADERS.flatMap((name) => (name in headers ? [name, headers[name]] : []));
  // Node reads a character for each byte.
  return lines.length > 0 ? Buffer.from(lines.join("\n"), "latin1").toString() : undefined;
}
