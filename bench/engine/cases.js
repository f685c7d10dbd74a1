// The series that show how the time of a login grows: each is the README's configuration, with one thing larger.

import { createConfig, PROFILE } from "./world.js";

/** The README's configuration with so many claims, each a text of the answer, on both tokens. */
export function createClaimsCases() {
  const names = Array.from({ length: 300 }, (_, index) => `value_${index}`);
  const answer = { ...PROFILE, values: Object.fromEntries(names.map((name) => [name, `text of ${name}`])) };
  return [1, 3, 10, 30, 100, 300].map((count) => {
    const config = createConfig((config) => {
      config.limits = { access_token_bytes: 100_000, id_token_bytes: 100_000 };
      delete config.claims["https://example.com/roles"];
      for (const name of names.slice(1, count)) {
        config.claims[`https://example.com/${name}`] = `profile.values.${name}`;
      }
    });
    return { size: count, login: { config, answer } };
  });
}

/** Answers of so many bytes, of which the claims read as little as ever. */
export function createAnswerCases() {
  const config = createConfig(({ sources }) => {
    sources.profile.max_bytes = 1_048_576;
  });
  return BYTES.map((bytes) => ({ size: bytes, login: { config, answer: padded(PROFILE, bytes) } }));
}

/** Events of so many bytes, of which one claim reads what the expression says, below the padded object. */
export function createEventCases(expression) {
  const config = createConfig(({ claims }) => {
    claims["https://example.com/from_event"] = expression;
  });
  return BYTES.map((bytes) => {
    const event = { user: { app_metadata: padded({ plan: "gold" }, bytes) } };
    return { size: bytes, login: { config, event } };
  });
}

const BYTES = [1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000];

/** The object with a list more that brings its JSON to about so many bytes. */
function padded(object, bytes) {
  const items = [];
  for (let length = JSON.stringify(object).length; length < bytes; ) {
    const index = items.length;
    items.push({ id: index, name: `item ${index}`, price: index / 4, tags: ["new", "blue"], stock: null });
    length += JSON.stringify(items.at(-1)).length + 1;
  }
  return { ...object, items };
}
