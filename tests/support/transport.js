// The shim's transport by itself, with a clock that a test moves.

const realNow = performance.now.bind(performance);
let ahead = 0;
// The transport takes the clock when it loads.
setNow(() => realNow() + ahead);
/** @type {any} */ (globalThis).VERSION = "0.0.0";
const { send } = await import("../../js-shim/src/transport.js");
setNow(realNow);

export { send };

function setNow(value) {
  Object.defineProperty(performance, "now", { value, configurable: true, writable: true });
}

/** Moves the transport's clock; its timers go on as they were. */
export function advance(durationMs) {
  ahead += durationMs;
}

/** What a test asks for, as the engine would. */
export const get = (url, headers = [], tls = []) =>
  send("GET", url, headers, undefined, 65_536, true, "2xx", tls);
export const post = (url, body = "{}", tls = []) => send("POST", url, [], body, 65_536, false, "2xx", tls);

/** The body of an answer, as text. */
export async function read({ promise }) {
  return Buffer.from((await promise).body).toString();
}
