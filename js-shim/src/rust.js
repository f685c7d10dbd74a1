// The exports of an Action in Rust, and no more: as in pasted.js, but there is no configuration.
import { TRIGGERS } from "./facts.js";
import { createHandler } from "./handler.js";

for (const { name, create } of TRIGGERS)
  claimsmith[create] = (options) => createHandler({ trigger: name }, options);
