// The exports of the npm package: what runs Actions, and what tools need besides.

import { createHandler } from "./handler.js";
import { own } from "./own.js";

export { createExplainer } from "./explain.js";
export { WARNINGS } from "./facts.js";
export * from "./index.js";

/**
 * Makes the handler of a configuration that is compiled already. For tools, which make many of one.
 *
 * @param {Uint8Array} plan Of `compilePlan` of this version, for that trigger.
 * @param {import("./handler.js").Options & { trigger?: import("./index.d.ts").Trigger }} [options]
 * @returns {(event: object, api: object) => Promise<void>}
 */
export function createFromPlan(plan, options) {
  const { trigger = "post-login" } = own(options);
  return createHandler({ trigger, plan }, options);
}
