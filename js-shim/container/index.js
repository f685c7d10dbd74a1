// What `claimsmith bundle` and `verify` use of the container: the package carries it as dist/container.mjs.

export { isPartOf, leaveOut } from "./leave-out.js";
export { pack } from "./pack.js";
