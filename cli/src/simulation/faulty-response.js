/**
 * The faults of the wire without a wire: what a fault sends is read as `fetch` would read it. For Node.
 */

import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** Bytes of headers that Node reads. */
const MAX_HEADER_BYTES = 16_384;

const CHUNK_BYTES = 65_536;

/** The low four bits of the first byte of a zlib header (RFC 1950 §2.2). Deflate without it begins otherwise. */
const ZLIB_METHOD = 8;

const NULL_BODY = [204, 205, 304];

/**
 * @typedef {object} Sent What a server has sent, and then did with the connection.
 * @property {number} status
 * @property {Record<string, any>} headers
 * @property {Buffer} body
 * @property {"whole" | "broken" | "open"} end
 */

/**
 * Lets a fault answer a request.
 *
 * @param {import("../tenant/faults.js").Fault} fault
 * @param {AbortSignal} signal The client's.
 * @returns {Promise<Response | undefined>} undefined where the fault lets the server answer; rejected or never settled
 *   where the client would get no answer
 */
export async function faultyResponse(fault, signal) {
  const connection = createConnection(signal);
  if (!(await fault(connection.req, connection.res))) return undefined;
  const sent = connection.read();
  // Interim and unknown answers end a `fetch`.
  if (sent === "broken" || (sent !== "open" && sent.status < 200)) throw failed("fetch failed");
  if (sent === "open") return whenAborted(signal);
  const headers = Object.entries(sent.headers).map(([name, value]) => [name, String(value)]);
  const hasBody = !NULL_BODY.includes(sent.status);
  return new Response(hasBody ? createBody(sent, signal) : null, {
    status: sent.status,
    headers: /** @type {[string, string][]} */ (headers),
  });
}

/** A request and a response of Node's as far as faults use them, which write nowhere. */
function createConnection(signal) {
  const state = { status: 200, headers: {}, hasHead: false, end: "open" };
  const chunks = [];
  const raw = [];
  const end = (how) => {
    if (state.end === "open") state.end = how;
  };
  const res = {
    writeHead(status, headers = {}) {
      Object.assign(state, { status, headers, hasHead: true });
      return res;
    },
    write(chunk) {
      state.hasHead = true;
      chunks.push(Buffer.from(chunk));
      return true;
    },
    end(chunk) {
      if (chunk !== undefined) res.write(chunk);
      state.hasHead = true;
      end("whole");
      return res;
    },
    on(event, listener) {
      // Whoever trickles stops then.
      if (event === "close") signal.addEventListener("abort", listener, { once: true });
      return res;
    },
    destroy: () => end("broken"),
  };
  const socket = {
    write(bytes, encoding, done) {
      raw.push(Buffer.from(bytes, encoding));
      done?.();
      return true;
    },
    end: () => end("whole"),
    destroy: () => end("broken"),
    resetAndDestroy: () => end("broken"),
  };
  return {
    req: /** @type {any} */ ({ socket }),
    res: /** @type {any} */ (res),
    /** @returns {Sent | "open" | "broken"} the last two where not even the headers came */
    read() {
      if (raw.length > 0) return parseResponse(Buffer.concat(raw), state.end);
      if (!state.hasHead) return /** @type {"open" | "broken"} */ (state.end === "open" ? "open" : "broken");
      return withLength({ ...state, body: Buffer.concat(chunks) });
    },
  };
}

/** A response as it is written on a socket (RFC 9112 §4 and §5). */
function parseResponse(bytes, end) {
  const text = bytes.toString("latin1");
  const headEnd = text.indexOf("\r\n\r\n");
  const head = text.slice(0, headEnd < 0 ? undefined : headEnd);
  const [, status] = /^HTTP\/1\.1 (\d{3})[^\r]*(?:\r\n|$)/.exec(head) ?? [];
  if (status === undefined || head.length > MAX_HEADER_BYTES) return "broken";
  if (headEnd < 0) return end === "open" ? "open" : "broken";
  const headers = Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );
  return withLength({ status: Number(status), headers, body: bytes.subarray(headEnd + 4), end });
}

/** What is behind the announced length is not of this response, and what is missing is missed. */
function withLength({ status, headers, body, end }) {
  const length = headers["content-length"];
  if (length === undefined) return { status, headers, body, end };
  const isWhole = body.length >= Number(length);
  return {
    status,
    headers,
    body: body.subarray(0, Number(length)),
    end: isWhole ? "whole" : end === "open" ? "open" : "broken",
  };
}

/** The decoded body, in pieces. */
function createBody({ headers, body, end }, signal) {
  const decoded = decode(body, headers["content-encoding"]);
  let offset = 0;
  return new ReadableStream({
    start(controller) {
      signal.addEventListener("abort", () => controller.error(signal.reason), { once: true });
    },
    pull(controller) {
      if (decoded === undefined) return controller.error(failed("terminated"));
      if (offset < decoded.length) {
        controller.enqueue(new Uint8Array(decoded.subarray(offset, offset + CHUNK_BYTES)));
        offset += CHUNK_BYTES;
      } else if (end === "whole") controller.close();
      else if (end === "broken") controller.error(failed("terminated"));
      else return whenAborted(signal).catch(() => {});
    },
  });
}

const DECODERS = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: (body) => ((body[0] & 0x0f) === ZLIB_METHOD ? inflateSync(body) : inflateRawSync(body)),
  br: brotliDecompressSync,
};

/** @returns {Buffer | undefined} undefined where it does not decode */
function decode(body, codings = "") {
  if (body.length === 0) return body;
  // The last one that was applied comes off first.
  const names = codings
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .reverse();
  try {
    return names.reduce((bytes, name) => (DECODERS[name] ?? ((same) => same))(bytes), body);
  } catch {
    return undefined;
  }
}

function failed(message) {
  return new TypeError(message, { cause: { code: "UND_ERR_SOCKET" } });
}

/** @returns {Promise<never>} */
function whenAborted(signal) {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
