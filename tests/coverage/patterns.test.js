// The patterns of expectations: what fits is taken as it came, what does not stays a difference.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { SignJWT } from "jose";
import { fill } from "./patterns.js";

const SECRET = "a-secret-of-32-bytes-or-even-more";
const NOW = "2026-01-05T08:00:00Z";

async function fits(expected, actual, uuids = new Map()) {
  const filled = await fill({ claim: expected }, { claim: actual }, { now: NOW, uuids });
  try {
    assert.deepEqual(filled, { claim: actual });
    return true;
  } catch {
    return false;
  }
}

const sign = (payload, secret = SECRET) =>
  new SignJWT(payload).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret));

test("a token fits by its signature, its time and its whole payload", async () => {
  const expected = { $jwt: { alg: "HS256", secret: SECRET, payload: { sub: "ann", exp: 1767600060 } } };
  assert.ok(await fits(expected, await sign({ sub: "ann", exp: 1767600060 })));
  assert.ok(!(await fits(expected, await sign({ sub: "bob", exp: 1767600060 }))));
  assert.ok(!(await fits(expected, await sign({ sub: "ann", exp: 1767600060, admin: true }))));
  assert.ok(!(await fits(expected, await sign({ sub: "ann", exp: 1767600060 }, `${SECRET}!`))));
  const past = { $jwt: { alg: "HS256", secret: SECRET, payload: { exp: 1767599000 } } };
  assert.ok(!(await fits(past, await sign({ exp: 1767599000 }))));
  assert.ok(!(await fits(expected, undefined)));
});

test("digests and signatures fit by their text, key and encoding", async () => {
  const hmac = createHmac("sha256", SECRET).update("text").digest("hex");
  const expected = { hash: "sha256", encoding: "hex", secret: SECRET, text: "text" };
  assert.ok(await fits({ $hmac: expected }, hmac));
  assert.ok(!(await fits({ $hmac: { ...expected, text: "other" } }, hmac)));
  assert.ok(!(await fits({ $hmac: { ...expected, encoding: "base64" } }, hmac)));
  const digest = createHash("sha256").update("text").digest("base64");
  assert.ok(await fits({ $sha256: { text: "text", encoding: "base64" } }, digest));
  assert.ok(!(await fits({ $sha256: { text: "text", encoding: "hex" } }, digest)));
});

test("a UUID is the same for one label, and another for another", async () => {
  const one = "7b0e3a5c-9d1f-4c2a-8e6b-0a1b2c3d4e5f";
  const other = "8b0e3a5c-9d1f-4c2a-8e6b-0a1b2c3d4e5f";
  const uuids = new Map();
  assert.ok(await fits({ $uuid: "a" }, one, uuids));
  assert.ok(await fits({ $uuid: "a" }, one, uuids));
  assert.ok(!(await fits({ $uuid: "a" }, other, uuids)));
  assert.ok(!(await fits({ $uuid: "b" }, one, uuids)));
  assert.ok(!(await fits({ $uuid: "c" }, "not-a-uuid")));
});

test("text around a pattern, and base64 of JSON", async () => {
  const expected = { $around: ["v1:", { $base64_json: { a: 1 } }, "!"] };
  assert.ok(await fits(expected, `v1:${btoa('{ "a": 1 }')}!`));
  assert.ok(!(await fits(expected, `v2:${btoa('{ "a": 1 }')}!`)));
  assert.ok(!(await fits(expected, `v1:${btoa('{ "a": 2 }')}!`)));
  assert.ok(!(await fits(expected, "v1:")));
});

test("what has a member more or less does not fit", async () => {
  assert.ok(!(await fits({ a: 1 }, { a: 1, b: 2 })));
  assert.ok(!(await fits({ a: 1, b: 2 }, { a: 1 })));
  assert.ok(!(await fits([1], [1, 2])));
});
