// The shim's transport by itself, with a clock that stands still until a test moves it: however long a busy machine takes
// between two requests, a connection has lain idle for as long as the test says.

const realNow = performance.now.bind(performance);
let clockMs = 0;
// The transport takes the clock when it loads.
setNow(() => clockMs);
Object.assign(globalThis, { VERSION: "0.0.0", IS_SMALL: false });
const transport = await import("../../js-shim/src/transport.js");
setNow(realNow);

function setNow(value) {
  Object.defineProperty(performance, "now", { value, configurable: true, writable: true });
}

/** Moves the transport's clock; its timers go on as they were. */
export function advance(durationMs) {
  clockMs += durationMs;
}

/**
 * Sends a request, as a promise: of `{ status, headers, body }`, or rejected with an error that has a `code`.
 * @param {string} method
 * @param {string} url
 * @param {string[]} headers
 * @param {string | undefined} body
 * @param {number} maxBytes
 * @param {boolean} mayRepeat
 * @param {string} needed
 * @param {string[]} tls
 */
export function send(method, url, headers, body, maxBytes, mayRepeat, needed, tls) {
  const call = { promise: Promise.resolve(/** @type {any} */ (undefined)), sent: false, cancel: () => {} };
  call.promise = new Promise((resolve, reject) => {
    const fail = (code) => reject(Object.assign(new Error(code), { code }));
    const settle = (sent, status, words, answer) => {
      call.sent = sent;
      if (status === 0) fail(words);
      else resolve({ status, headers: words?.split("\n") ?? [], body: answer });
    };
    const giveUp = transport.send(method, url, headers, body, maxBytes, mayRepeat, needed, tls, settle);
    call.cancel = () => {
      call.sent = giveUp();
      fail("CANCELLED");
    };
  });
  return call;
}

export const { connectAhead } = transport;

/** What a test asks for, as the engine would. */
export const get = (url, headers = [], tls = []) =>
  send("GET", url, headers, undefined, 65_536, true, "2xx", tls);
export const post = (url, body = "{}", tls = []) => send("POST", url, [], body, 65_536, false, "2xx", tls);

/** The body of an answer, as text. */
export async function read({ promise }) {
  return Buffer.from((await promise).body).toString();
}
