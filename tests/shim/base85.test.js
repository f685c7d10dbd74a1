import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { assembleDecoder, encode } from "../../js-shim/base85.js";
import { decode } from "../../js-shim/src/base85.js";

const decoder = assembleDecoder();

test("what was encoded is decoded, at every length", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = randomBytes(length);
    assert.deepEqual(decode(decoder, encode(bytes), length), bytes);
  }
  const extremes = Buffer.concat([Buffer.alloc(64, 0xff), Buffer.alloc(64)]);
  assert.deepEqual(decode(decoder, encode(extremes), extremes.length), extremes);
});

test("the text means nothing in a string, a template or a keyword of a deployment tool", () => {
  const text = encode(randomBytes(20_000));
  for (const character of ['"', "'", "`", "\\", "$", "@", "#", "{", "}", " "]) {
    assert.equal(text.includes(character), false, character);
  }
});
