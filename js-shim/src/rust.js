// The exports of an Action in Rust, and no more: as in pasted.js, but there is no configuration.
import { CREATORS } from "./facts.js";
import { createHandler } from "./handler.js";

for (const [create, trigger] of Object.entries(CREATORS))
  claimsmith[create] = (options) => createHandler({ trigger }, options);
