import { Explainer } from "../generated/claimsmith.js";
import { createIo, enter, pending } from "./engine.js";
import { toEnrichmentError } from "./error.js";
import { createReader } from "./event.js";
import { own } from "./own.js";
import { createPlatform } from "./platform.js";

/**
 * Makes a handler whose logins tell afterwards how each value came about. For tools: it keeps what a login saw.
 *
 * @param {object} config
 * @param {{ trigger?: import("./index.d.ts").Trigger, fetch?: typeof fetch }} [options]
 * @returns {(event: object, api: object) => Promise<import("./index.d.ts").ExplainedLogin>} rejected where the engine
 *   traps; it serves no login after that
 * @throws {import("./error.js").EnrichmentError} where the configuration is wrong
 */
export function createExplainer(config, options) {
  const { trigger = "post-login", fetch } = own(options);
  const explainer = ask(() => new Explainer(config, trigger));
  const read = createReader(explainer.reads);
  const io = createIo(createPlatform(fetch));
  return (event, api) =>
    new Promise((resolve, reject) => {
      pending.add(reject);
      /** @type {import("../generated/claimsmith.js").LoginSeen} */
      let seen;
      /** @param {[line: string, report: import("./index.d.ts").Report, refused?: unknown[]]} told */
      const done = (...[line, report]) => {
        pending.delete(reject);
        resolve({ line, report, explain: (place) => ask(() => seen.explain(place)) });
      };
      const lines = read(event, api);
      enter(() => explainer.login(lines, api, io, (what) => (seen = what), done));
    });
}

/** @template T @param {() => T} call @returns {T} */
function ask(call) {
  try {
    return enter(call);
  } catch (error) {
    throw toEnrichmentError(error);
  }
}
