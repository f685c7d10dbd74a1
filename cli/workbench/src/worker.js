/**
 * Runs the engine off the page's thread: WebAssembly compiles at once here, and typing never waits.
 *
 * The first message is `{ ready: true }`, or `{ failed }` with the reason; what is posted to the worker before that is
 * lost. Then a message is `{ id, call, args }`, an answer `{ id, result }`, `{ id, error }` or, on the way,
 * `{ id, progress }`.
 */

try {
  // Not a static import: what fails in there could not be caught here, and the page would wait for ever.
  const { CALLS } = await import("./calls.js");
  self.onmessage = async ({ data: { id, call, args } }) => {
    const post = (message) => self.postMessage({ id, ...message });
    try {
      post({ result: await CALLS[call](args, (progress) => post({ progress })) });
    } catch (error) {
      post({ error: { message: describe(error) } });
    }
  };
  self.postMessage({ ready: true });
} catch (error) {
  self.postMessage({ failed: /** @type {Error} */ (error).message });
}

/** What a person can act on. */
function describe(error) {
  if (error instanceof WebAssembly.RuntimeError)
    return "the engine has stopped in the middle: reload the page";
  return error instanceof Error ? error.message : String(error);
}
