// What an engine stands on: Node's sockets, clocks and signatures, or a `fetch` of the caller's in place of the sockets.

import { uuid } from "./random.js";
import { sign } from "./sign.js";
import { monotonic, sleep } from "./timer.js";
import { unfitPart } from "./tls.js";
import { connectAhead, send } from "./transport.js";

/**
 * @param {typeof globalThis.fetch} [fetch]
 * @returns {import("./engine.js").Platform}
 */
export function createPlatform(fetch) {
  const platform = { send, connectAhead, unfitPart, sign, sleep, monotonic, uuid };
  // The engine of a pasted file asks for none.
  if (IS_SMALL || !fetch) return platform;
  // What `fetch` presents is its own: with `tls` only a stand-in's comes here.
  return { ...platform, fetch, unfitPart: () => undefined, connectAhead() {} };
}
