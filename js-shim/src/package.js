// The exports of the npm package: what runs Actions, and what tools need besides.

export { createExplainer } from "./explain.js";
export { WARNINGS } from "./facts.js";
export * from "./index.js";
