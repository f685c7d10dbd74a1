// What the stand-ins answer, in Node and in memory: each request finds the source that it is of, whatever its method,
// its fields and its credentials.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { startInMemory } from "../../cli/src/simulation/in-memory.js";
import { startSimulation } from "../../cli/src/simulation/simulation.js";

const url = "https://api.example.com/users/{event.user.user_id}";

/** All of one address, each with a method or a query of its own. */
const config = {
  tokens: {
    api: {
      token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
      client_id: "{secrets.CLIENT_ID}",
      client_secret: "{secrets.CLIENT_SECRET}",
    },
  },
  sources: {
    read: { url },
    searched: { url: `${url}?all=1`, query: { group: ["a", "b&c"] } },
    posted: { url, form: { a: "1" }, answer: "text", basic: { user: "u", password: "p" } },
    put: { url, method: "PUT", text: "x" },
    patched: { url, method: "PATCH", body: {}, ok_status: [409] },
    deleted: { url, method: "DELETE", answer: "none" },
  },
  claims: Object.fromEntries(
    ["read", "searched", "posted", "put", "patched", "deleted"].map((name) => [
      `https://x.example/${name}`,
      name,
    ]),
  ),
};

const ANSWERS = {
  read: { is: "read" },
  searched: { is: "searched" },
  posted: { $text: "a=1;b=2" },
  put: { is: "put" },
  patched: { $status: 409, $body: { is: "patched" } },
  deleted: { is: "deleted" },
};

for (const start of [startSimulation, startInMemory]) {
  test(`${start.name}: each source has its own answer`, async () => {
    const simulation = await start({ config, answers: createAnswers(ANSWERS) });
    try {
      const { tokens, calls, logs } = await simulation.login();
      const idToken = tokens.find(({ token }) => token === "id_token")?.after;
      const claims = Object.keys(config.claims).map((name) => [name.split("/").at(-1), idToken?.[name]]);
      assert.deepEqual(
        Object.fromEntries(claims),
        {
          read: ANSWERS.read,
          searched: ANSWERS.searched,
          posted: "a=1;b=2",
          put: ANSWERS.put,
          patched: { is: "patched" },
          deleted: undefined,
        },
        logs[0],
      );
      const sources = calls.filter(({ kind }) => kind === "source").map(({ name }) => name);
      assert.deepEqual(sources.sort(), Object.keys(config.sources).sort());
    } finally {
      if ("close" in simulation) await simulation.close();
    }
  });
}

test("a text that is none, or beside a body, is refused", () => {
  assert.throws(() => createAnswers({ s: { $text: 7 } }), /`s`: `\$text` must be a string/);
  assert.throws(() => createAnswers({ s: { $text: "", $body: {} } }), /without a `\$body`/);
});
