/**
 * The Action host: what Auth0 puts around an Action, on a laptop. The loader, the `api` and `api.cache` with
 * Auth0's limits, sample events, and the rules by which Auth0 drops claims.
 *
 * The cases Auth0 does not document are decided in the stricter way, so that what passes here passes there.
 *
 * @module claimsmith-cli/host
 */

export { createApi } from "./api.js";
export { CACHE_LIMITS, createCache } from "./cache.js";
export { droppedClaims, issuedClaims, MAX_CLAIM_BYTES, RESERVED_CLAIMS } from "./claims.js";
export { createCredentialsExchangeEvent, createEvent } from "./event.js";
export { LoadedAction, loadAction, MAX_CODE_BYTES, MAX_LOG_CHARACTERS, MAX_MODULE_BYTES } from "./loader.js";
