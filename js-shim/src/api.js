// The calls of `api` that the engine makes by way of the shim. None of them throws but `call`.

/** What a function gives; undefined where it throws. */
export function attempt(call) {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** `api.cache`, where the trigger has one. */
const cacheOf = (api) => attempt(() => api.cache);

/** The text under a key. A cache that keeps something else has nothing. */
export function cacheGet(api, key) {
  const value = attempt(() => cacheOf(api)?.get(key)?.value);
  return typeof value === "string" ? value : undefined;
}

/** Whether the cache took the text; without a cache there is nothing that a user could mend. */
export function cacheSet(api, key, value, ttl) {
  return attempt(() => !isError(cacheOf(api)?.set(key, value, { ttl }))) ?? false;
}

/** Removes a key, or leaves it where the cache will not: a missing one is the usual case. */
export const cacheDelete = (api, key) => attempt(() => cacheOf(api)?.delete(key));

/** Whether a call returned an error: for some limits `api` throws, for others it returns one. */
export const isError = (returned) => attempt(() => returned?.type === "error") ?? false;

/** Calls a method, with its arguments as JSON. */
export const call = (api, owner, method, json) => api[owner][method](...JSON.parse(json));
