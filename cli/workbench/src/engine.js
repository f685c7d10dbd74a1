/**
 * The worker that runs the engine, as functions.
 */

/**
 * The time that loading may take before the page reports a delay. The engine is still used when it comes
 * later.
 */
const SLOW_MS = 15_000;

/** @typedef {{ state: "loading" | "slow" | "ready" | "failed", message: string }} EngineStatus */

/** @type {EngineStatus} */
let status = { state: "loading", message: "" };
const listeners = new Set();

const pending = new Map();
let lastId = 0;
/** Messages from before the worker listens: the port of a module worker drops what comes while it still loads. */
const waiting = [];

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const slow = setTimeout(() => become({ state: "slow", message: "" }), SLOW_MS);

worker.onmessage = ({ data: { ready, failed, id, result, error, progress } }) => {
  if (ready) return onReady();
  if (failed !== undefined) return onFailed(failed);
  const call = pending.get(id);
  if (call === undefined) return;
  if (progress !== undefined) return call.onProgress(progress);
  pending.delete(id);
  if (error === undefined) call.resolve(result);
  else call.reject(new Error(error.message));
};
// A script that cannot be loaded has no message, and one that ended in the middle answers nothing any more.
worker.onerror = (event) => {
  event.preventDefault();
  onFailed(event.message || "worker.js cannot be loaded");
};
worker.onmessageerror = () => onFailed("a message of the engine cannot be read");

function onReady() {
  clearTimeout(slow);
  become({ state: "ready", message: "" });
  for (const message of waiting.splice(0)) worker.postMessage(message);
}

function onFailed(reason) {
  clearTimeout(slow);
  become({ state: "failed", message: reason });
  waiting.length = 0;
  for (const { reject } of pending.values()) reject(new Error(reason));
  pending.clear();
}

/** @param {EngineStatus} next */
function become(next) {
  status = next;
  for (const listener of listeners) listener(next);
}

/**
 * Tells the listener how the engine is now, and each time that changes.
 *
 * @param {(status: EngineStatus) => void} listener
 * @returns {() => void} ends that
 */
export function watchStatus(listener) {
  listeners.add(listener);
  listener(status);
  return () => listeners.delete(listener);
}

/** @returns {Promise<any>} */
function ask(call, args, onProgress = () => {}) {
  if (status.state === "failed") return Promise.reject(new Error(status.message));
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve, reject, onProgress });
    const message = { id, call, args };
    if (status.state === "ready") worker.postMessage(message);
    else waiting.push(message);
  });
}

/**
 * @typedef {{ config: string, event: string, answers: string, faults: Record<string, string>, trigger: string }} Inputs
 */

/** @param {{ texts: Record<string, string>, trigger: string }} what */
export const check = (what) => ask("check", what);

/** @param {{ inputs: Inputs, restart?: boolean, clear?: boolean }} what */
export const login = (what) => ask("login", what);

/** @param {{ inputs: Inputs, logins: number, users: number, concurrency: number }} what */
export const storm = (what, onProgress) => ask("storm", what, onProgress);

/** @param {{ inputs: Inputs, rows: import("./state/workspace.js").Row[] }} what */
export const logins = (what) => ask("logins", what);

/** @param {{ ms: number }} what */
export const advance = (what) => ask("advance", what);

/** @param {{ expression: string }} what On what the login saw. */
export const evaluate = (what) => ask("evaluate", what);

/** @param {{ path: (string | number)[] }} what Within what the login saw. */
export const children = (what) => ask("children", what);

/** @param {{ inputs: Inputs, place: string }} what The name of a claim, or a path as `check` writes it. */
export const explain = (what) => ask("explain", what);
