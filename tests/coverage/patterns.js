// What stands in an expectation for a value that is made at the login: an object with one member, whose name begins
// with `$`.

import { createHash, createHmac } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { jwtVerify } from "jose";

/**
 * @typedef {object} Context
 * @property {string} [now] The time of the login.
 * @property {Map<string, unknown>} uuids By the label with which a UUID was expected first.
 *
 * @typedef {(expected: any, actual: unknown, context: Context) => boolean | Promise<boolean>} Matches
 */

/** @type {Record<string, Matches>} */
const PATTERNS = {
  /** A token of that algorithm, signed with that secret, with exactly that payload. */
  async $jwt({ alg, secret, payload }, actual, context) {
    try {
      const verified = await jwtVerify(String(actual), Buffer.from(secret), {
        algorithms: [alg],
        currentDate: context.now ? new Date(context.now) : undefined,
      });
      return await fits(payload, verified.payload, context);
    } catch {
      return false;
    }
  },

  $hmac: ({ hash, encoding, secret, text }, actual) =>
    actual === createHmac(hash, secret).update(text).digest(encoding),

  $sha256: ({ text, encoding }, actual) => actual === createHash("sha256").update(text).digest(encoding),

  /** A random UUID: the same wherever the label is the same, another one elsewhere. */
  $uuid(label, actual, { uuids }) {
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(actual)))
      return false;
    if (!uuids.has(label)) uuids.set(label, actual);
    return uuids.get(label) === actual && [...uuids.values()].filter((uuid) => uuid === actual).length === 1;
  },

  /** The base64 of JSON that says that, in whatever order. */
  $base64_json(expected, actual, context) {
    try {
      return fits(expected, JSON.parse(Buffer.from(String(actual), "base64").toString()), context);
    } catch {
      return false;
    }
  },

  /** Text before and after a pattern. */
  $around([before, pattern, after = ""], actual, context) {
    const text = String(actual);
    if (text.length < before.length + after.length || !text.startsWith(before) || !text.endsWith(after))
      return false;
    return fits(pattern, text.slice(before.length, text.length - after.length), context);
  },
};

/**
 * The expected value, with what came in the place of each pattern that fits: both can be compared whole then.
 *
 * @param {unknown} expected
 * @param {unknown} actual
 * @param {Context} context
 * @returns {Promise<unknown>}
 */
export async function fill(expected, actual, context) {
  if (typeof expected !== "object" || expected === null) return expected;
  const [name, ...others] = Object.keys(expected);
  if (others.length === 0 && Object.hasOwn(PATTERNS, name ?? "")) {
    return (await PATTERNS[name](expected[name], actual, context)) ? actual : expected;
  }
  const filled = Array.isArray(expected) ? [] : {};
  for (const [key, value] of Object.entries(expected)) {
    filled[key] = await fill(value, Object(actual)[key], context);
  }
  return filled;
}

async function fits(expected, actual, context) {
  return isDeepStrictEqual(await fill(expected, actual, context), actual);
}
