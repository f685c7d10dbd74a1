/**
 * `api.cache` as an Action sees it: synchronous, small, and refusing what passes a limit by RETURNING an error.
 */

import { utf8Bytes } from "./utf8.js";

/** The limits of one trigger's cache. Sizes are in bytes of UTF-8, lifetimes in milliseconds. */
export const CACHE_LIMITS = Object.freeze({
  maxEntries: 20,
  maxKeyBytes: 64,
  maxValueBytes: 4096,
  maxTotalBytes: 8192,
  maxTtlMs: 24 * 60 * 60 * 1000,
  defaultTtlMs: 15 * 60 * 1000,
});

/**
 * @typedef {{ value: string, expires_at: number }} CacheRecord `expires_at` is in ms since the epoch.
 * @typedef {{ type: "success", record: CacheRecord } | { type: "error", code: string }} CacheWriteResult
 * @typedef {{ type: "success" } | { type: "error", code: string }} CacheDeleteResult
 * @typedef {object} Cache
 * @property {(key: string) => CacheRecord | undefined} get
 * @property {(key: string, value: string, options?: { ttl?: number, expires_at?: number }) => CacheWriteResult} set
 * @property {(key: string) => CacheDeleteResult} delete
 * @property {() => { key: string, value: string, expires_at: number }[]} entries What is held and not expired;
 *   for tests, an Action never sees it.
 */

/**
 * A cache that several Actions may share, as fresh instances of one Action do.
 *
 * @param {{ now?: () => number }} [options] `now` gives milliseconds since the epoch.
 * @returns {Cache}
 */
export function createCache({ now = Date.now } = {}) {
  /** @type {Map<string, CacheRecord>} */
  const records = new Map();

  return {
    get(key) {
      dropIfExpired(records, key, now());
      const record = records.get(key);
      return record && { ...record };
    },

    set(key, value, options = {}) {
      const keyBytes = byteLength("key", key);
      const valueBytes = byteLength("value", value);
      if (keyBytes > CACHE_LIMITS.maxKeyBytes) return refusal("CacheKeySizeExceeded");
      if (valueBytes > CACHE_LIMITS.maxValueBytes) return refusal("CacheValueSizeExceeded");

      const nowMs = now();
      const expiry = expiryOf(options, nowMs);
      if ("code" in expiry) return refusal(expiry.code);

      dropIfExpired(records, key, nowMs);
      // Auth0 names no code for a twenty-first entry; this is the only one that speaks of a count.
      if (!records.has(key) && live(records, nowMs).length >= CACHE_LIMITS.maxEntries)
        return refusal("MaxSideEffectsExceeded");
      // The value that an overwrite replaces still counts, and so does one whose time is over until somebody asks
      // for its key, as in Auth0's own harness.
      if (totalBytes(records) + keyBytes + valueBytes > CACHE_LIMITS.maxTotalBytes) {
        return refusal("CacheSizeExceeded");
      }

      const record = { value, expires_at: expiry.expiresAtMs };
      records.set(key, record);
      return { type: "success", record: { ...record } };
    },

    delete(key) {
      dropIfExpired(records, key, now());
      return records.delete(key) ? { type: "success" } : refusal("CacheKeyDoesNotExist");
    },

    entries() {
      return live(records, now()).map(([key, record]) => ({ key, ...record }));
    },
  };
}

/**
 * @param {string} code
 * @returns {{ type: "error", code: string }}
 */
function refusal(code) {
  return { type: "error", code };
}

/** A value that is no string throws, which is the one thing Auth0's cache throws for. */
function byteLength(what, text) {
  if (typeof text !== "string") {
    throw new TypeError(
      `api.cache: the ${what} must be a string, not ${text === null ? "null" : typeof text}`,
    );
  }
  return utf8Bytes(text);
}

/**
 * @param {{ ttl?: number, expires_at?: number }} options
 * @param {number} nowMs
 * @returns {{ expiresAtMs: number } | { code: string }}
 */
function expiryOf({ ttl, expires_at: expiresAt }, nowMs) {
  if (ttl !== undefined && !Number.isFinite(ttl)) return { code: "InvalidExpiry" };
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) return { code: "InvalidExpiry" };

  const candidates = [];
  if (ttl !== undefined) candidates.push(nowMs + Math.floor(ttl));
  if (expiresAt !== undefined) candidates.push(expiresAt);
  if (candidates.length === 0) candidates.push(nowMs + CACHE_LIMITS.defaultTtlMs);

  const expiresAtMs = Math.min(...candidates);
  if (expiresAtMs <= nowMs) return { code: "ItemAlreadyExpired" };
  // It is not documented whether Auth0 shortens or refuses a longer lifetime; a caller must not depend on either.
  if (expiresAtMs - nowMs > CACHE_LIMITS.maxTtlMs) return { code: "InvalidExpiry" };
  return { expiresAtMs };
}

function dropIfExpired(records, key, nowMs) {
  if (records.has(key) && records.get(key).expires_at <= nowMs) records.delete(key);
}

function live(records, nowMs) {
  return [...records].filter(([, record]) => record.expires_at > nowMs);
}

function totalBytes(records) {
  let bytes = 0;
  for (const [key, record] of records) bytes += utf8Bytes(key) + utf8Bytes(record.value);
  return bytes;
}
