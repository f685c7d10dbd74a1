/**
 * Ways in which a server answers wrongly, late or not at all. Each is what `setFault` takes: a function that answers
 * the request and returns true, or returns false to let the server answer.
 */

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** @typedef {(req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse)
 *   => boolean | Promise<boolean>} Fault */

const CHUNK_BYTES = 64 * 1024;

export const faults = Object.freeze({
  /**
   * An error page of a proxy: HTML with status 200.
   * @type {Fault}
   */
  html(_req, res) {
    res.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    res.end("<!doctype html><title>Service</title><h1>We will be right back</h1>");
    return true;
  },

  /**
   * Destroys the connection without a word.
   * @type {Fault}
   */
  down(req) {
    req.socket.destroy();
    return true;
  },

  /**
   * Takes the request and never answers.
   * @type {Fault}
   */
  silent() {
    return true;
  },

  /**
   * A JSON answer of exactly that many bytes. Its length is announced only where asked for, so that a reader that
   * trusts the header alone is found out.
   *
   * @param {number} bytes At least 14.
   * @param {{ contentLength?: boolean }} [options]
   * @returns {Fault}
   */
  large(bytes, { contentLength = false } = {}) {
    return (_req, res) => {
      res.writeHead(200, {
        "content-type": "application/json",
        ...(contentLength ? { "content-length": bytes } : {}),
      });
      void writeLargeJson(res, bytes);
      return true;
    };
  },

  /**
   * @param {string} url
   * @param {number} [status]
   * @returns {Fault}
   */
  redirect(url, status = 302) {
    return (_req, res) => {
      res.writeHead(status, { location: url });
      res.end();
      return true;
    };
  },

  /**
   * A JSON error with that status.
   *
   * @param {number} code
   * @param {{ headers?: Record<string, string>, body?: unknown }} [options]
   * @returns {Fault}
   */
  status(code, { headers = {}, body = { error: "fault", status: code } } = {}) {
    return (_req, res) => {
      res.writeHead(code, { "content-type": "application/json", ...headers });
      res.end(JSON.stringify(body));
      return true;
    };
  },

  /**
   * The right answer, late.
   *
   * @param {number} durationMs
   * @returns {Fault}
   */
  delay(durationMs) {
    return async () => {
      await sleep(durationMs);
      return false;
    };
  },

  /**
   * That fault for the next so many requests, the right answers afterwards.
   *
   * @param {number} count
   * @param {Fault} fault
   * @returns {Fault}
   */
  times(count, fault) {
    let left = count;
    return (req, res) => left-- > 0 && fault(req, res);
  },
});

async function writeLargeJson(res, bytes) {
  const head = '{"padding":"';
  const tail = '"}';
  res.write(head);
  for (let left = bytes - head.length - tail.length; left > 0; left -= CHUNK_BYTES) {
    const written = res.write("x".repeat(Math.min(left, CHUNK_BYTES)));
    // A reader that has had enough hangs up, and nothing drains then.
    if (!written && !(await drained(res))) return;
  }
  res.end(tail);
}

/** @returns {Promise<boolean>} false where the connection was closed */
async function drained(res) {
  if (res.destroyed) return false;
  const cancel = new AbortController();
  const closed = once(res, "close", { signal: cancel.signal }).then(() => false);
  const drain = once(res, "drain", { signal: cancel.signal }).then(() => true);
  try {
    return await Promise.race([closed, drain]);
  } finally {
    cancel.abort();
    await Promise.allSettled([closed, drain]);
  }
}
