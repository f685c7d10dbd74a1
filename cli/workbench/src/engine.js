/**
 * The worker that runs the engine, as functions.
 */

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const pending = new Map();
let lastId = 0;

worker.onmessage = ({ data: { id, result, error, progress } }) => {
  const call = pending.get(id);
  if (call === undefined) return;
  if (progress !== undefined) return call.onProgress(progress);
  pending.delete(id);
  if (error === undefined) call.resolve(result);
  else call.reject(new Error(error.message));
};

/** @returns {Promise<any>} */
function ask(call, args, onProgress = () => {}) {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve, reject, onProgress });
    worker.postMessage({ id, call, args });
  });
}

/**
 * @typedef {{ config: string, event: string, answers: string, faults: Record<string, string>, trigger: string }} Inputs
 */

/** @param {{ text: string, trigger: string }} what */
export const check = (what) => ask("check", what);

/** @param {{ inputs: Inputs, restart?: boolean, clear?: boolean }} what */
export const login = (what) => ask("login", what);

/** @param {{ inputs: Inputs, logins: number, users: number, concurrency: number }} what */
export const storm = (what, onProgress) => ask("storm", what, onProgress);

/** @param {{ expression: string, data: unknown }} what */
export const evaluate = (what) => ask("evaluate", what);
