/**
 * The worker that makes the file to paste, as a function. It is started when it is needed first.
 */

/** @type {Worker | undefined} */
let worker;
let lastId = 0;
/** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
const pending = new Map();
/** @type {Promise<void> | undefined} */
let ready;

function start() {
  worker = new Worker(new URL("bundler.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    const fail = (reason) => {
      const error = new Error(`the file cannot be made: ${reason}`);
      reject(error);
      for (const call of pending.values()) call.reject(error);
      pending.clear();
      worker?.terminate();
      ready = undefined;
    };
    const current = /** @type {Worker} */ (worker);
    current.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "bundler.js cannot be loaded");
    };
    current.onmessage = ({ data: { ready: isReady, failed, id, result, error } }) => {
      if (isReady) return resolve(undefined);
      if (failed !== undefined) return fail(failed);
      const call = pending.get(id);
      pending.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error.message));
    };
  });
}

/**
 * @param {{ config: object, trigger: string, source: boolean }} what `source`: whether people can read the
 *   configuration in the file.
 * @returns {Promise<{ code: string, fingerprint: string }>}
 */
export async function bundle(what) {
  ready ??= start();
  await ready;
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve, reject });
    worker?.postMessage({ id, ...what });
  });
}
