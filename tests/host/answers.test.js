// What a simulated backend answers, and which source a request is for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { createRoutes } from "../../cli/src/simulation/routes.js";

test("an answer is JSON, or text as it stands", () => {
  const answers = createAnswers({
    json: { a: 1 },
    text: { $text: "a=1;b=2" },
    late: { $delay_ms: 5, $body: [1] },
  });
  assert.equal(answers.find("json")?.body, '{"a":1}');
  assert.equal(answers.find("text")?.body, "a=1;b=2");
  assert.deepEqual(answers.find("late"), { status: 200, headers: {}, body: "[1]", delayMs: 5 });
});

test("an answer is one of both", () => {
  assert.throws(() => createAnswers({ text: { $text: 1 } }), /`\$text` must be a string/);
  assert.throws(() => createAnswers({ text: { $text: "a", $body: {} } }), /without a `\$body`/);
});

test("a request is found by its method, its host and its path", () => {
  const url = "https://api.example.com/users/{event.user.user_id}";
  const routes = createRoutes(
    {
      sources: {
        plain: { url },
        written: { url, method: "PUT" },
        queried: { url: `${url}/roles`, query: { page: "{event.stats.logins_count}" } },
        graph: { url: "https://api.example.com/graphql", graphql: { query: "{ me }" } },
        chained: { url: "https://api.example.com/accounts/{plain.account}" },
      },
    },
    {},
  );
  const find = (method, path) => routes.find(method, `https://api.example.com${path}`)?.name;
  assert.equal(find("GET", "/users/auth0%7Calice"), "plain");
  assert.equal(find("PUT", "/users/auth0%7Calice"), "written");
  assert.equal(find("GET", "/users/auth0%7Calice/roles?page=1"), "queried");
  // A query of which each value is null leaves nothing.
  assert.equal(find("GET", "/users/auth0%7Calice/roles"), "queried");
  assert.equal(find("POST", "/graphql"), "graph");
  assert.equal(find("GET", "/accounts/7"), "chained");
  assert.equal(find("GET", "/users/auth0%7Calice?page=1"), undefined);
});
