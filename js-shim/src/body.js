// The body of an answer, as its content codings (RFC 9110 §8.4) have wrapped it.

import { zlib } from "./later.js";

/** The codings that are asked for. */
export const CODINGS = "gzip, deflate, br";

/** More than this no server applies; each costs the time of another body. */
const MAX_CODINGS = 5;

/** The engine tells a body that is too large from a connection that broke by this code. */
export const TOO_LARGE = "RESPONSE_TOO_LARGE";

/** Most bodies have none. @type {string[]} */
const NONE = [];

/**
 * The codings of a body, in the order in which they were applied.
 * @param {string | undefined} header `content-encoding`
 */
export function readCodings(header) {
  if (!header) return NONE;
  const names = header.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "" && name !== "identity");
}

/**
 * Unwraps a body. At once and on this thread, since it is small: the process's other threads may all be taken.
 *
 * @param {Buffer} bytes
 * @param {string[]} codings
 * @param {number} maxBytes what any step may give at most
 */
export function decode(bytes, codings, maxBytes) {
  if (codings.length > MAX_CODINGS) throw coded("TOO_MANY_CODINGS");
  const options = { maxOutputLength: maxBytes };
  return codings.reduceRight((body, coding) => {
    // Where there is nothing, nothing was wrapped.
    if (body.length === 0) return body;
    try {
      return decoderOf(coding, body[0])(body, options);
    } catch (/** @type {any} */ error) {
      throw error.code === "ERR_BUFFER_TOO_LARGE" ? coded(TOO_LARGE) : error;
    }
  }, bytes);
}

/**
 * @param {string} coding
 * @param {number} first the body's first byte
 */
function decoderOf(coding, first) {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return zlib().gunzipSync;
    case "br":
      return zlib().brotliDecompressSync;
    case "deflate":
      // By the RFC with a zlib header, by some servers without (RFC 9110 §8.4.1.2).
      return (first & 15) === 8 ? zlib().inflateSync : zlib().inflateRawSync;
    default:
      throw coded("UNKNOWN_CODING");
  }
}

/** An error by whose code the engine tells what happened. */
export function coded(code) {
  return Object.assign(new Error(code), { code });
}
