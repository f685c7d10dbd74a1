/**
 * Makes the file to paste, in a worker of its own: it takes seconds, and logins go on meanwhile.
 *
 * The code is that of `claimsmith bundle`, with stand-ins for the modules of Node (see `node/`). The first message is
 * `{ ready: true }` or `{ failed }`, as of `worker.js`.
 */

try {
  const { compilePlan } = await import("claimsmith");
  const { bundleAction } = await import("../../src/bundle.js");
  self.onmessage = ({ data: { id, config, trigger, source } }) => {
    try {
      const code = bundleAction(config, { trigger, source });
      const { fingerprint } = compilePlan(config, { trigger });
      self.postMessage({ id, result: { code, fingerprint } });
    } catch (error) {
      self.postMessage({ id, error: { message: /** @type {Error} */ (error).message } });
    }
  };
  self.postMessage({ ready: true });
} catch (error) {
  self.postMessage({ failed: /** @type {Error} */ (error).message });
}
