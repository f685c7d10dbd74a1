// What sources send, as a real server reads it, and what becomes of its answers: every method and every kind of body,
// over both transports.

import assert from "node:assert/strict";
import http from "node:http";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createApi, createEvent } from "claimsmith-cli/host";
import { DEPLOYMENTS } from "../support/world.js";

const CLAIM = "https://example.com/answer";

/** Values that break what is put together by hand. */
const HOSTILE = [
  "a&b=c",
  "100%",
  "%41%00",
  "a b+c",
  "#x?y/../z",
  "two\r\nlines\n",
  "nul\0inside",
  "Zażółć gęślą jaźń",
  "👩‍💻 \u{1f511}",
  `"'<>\\{}[]`,
  "",
];

/**
 * Starts a server that keeps what it is sent.
 *
 * @param {import("node:test").TestContext} t
 * @param {(req: http.IncomingMessage, res: http.ServerResponse, body: string) => void} [answer]
 */
async function startServer(t, answer = (_req, res) => res.end('{"data":{"ok":true}}')) {
  const requests = [];
  const server = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    requests.push({ method: req.method, url: req.url, headers: req.headers, body });
    answer(req, res, body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { domain: `127.0.0.1:${port}`, requests };
}

/** An Action with one source. */
const actionOf = (deploy, source) =>
  deploy({
    deadline_ms: 15_000,
    sources: { s: { url: "http://{secrets.API_DOMAIN}/path", timeout_ms: 10_000, ...source } },
    claims: { [CLAIM]: "s" },
  });

async function login(action, { domain }, { secrets, ...overrides } = {}) {
  const event = createEvent({ ...overrides, secrets: { API_DOMAIN: domain, ...secrets } });
  const { api, outcome } = createApi(event, { trigger: "post-login" });
  const { logs } = await action.executeSettled("onExecutePostLogin", event, api);
  return { answer: outcome.idTokenClaims[CLAIM], line: logs[0] };
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Sources, and what they send: method, body, media type. */
const SENT = {
  "GET, without a body": [{}, "GET", "", undefined],
  "DELETE, without a body": [{ method: "DELETE" }, "DELETE", "", undefined],
  "DELETE with JSON": [{ method: "DELETE", body: { a: 1 } }, "DELETE", '{"a":1}', JSON_TYPE],
  ...Object.fromEntries(
    ["POST", "PUT", "PATCH"].flatMap((method) => [
      [`${method} with JSON`, [{ method, body: ["ż"] }, method, '["ż"]', JSON_TYPE]],
      [
        `${method} with fields`,
        [{ method, form: { b: [1, 2], a: "ż" } }, method, "a=%C5%BC&b=1&b=2", FORM_TYPE],
      ],
      [`${method} with no field`, [{ method, form: {} }, method, "", FORM_TYPE]],
      [`${method} with text`, [{ method, text: "ż" }, method, "ż", "text/plain;charset=UTF-8"]],
      [`${method} with nothing`, [{ method, text: "" }, method, "", "text/plain;charset=UTF-8"]],
      [
        `${method} with a type of its own`,
        [
          { method, text: "<a/>", content_type: "text/xml; charset=utf-8" },
          method,
          "<a/>",
          "text/xml; charset=utf-8",
        ],
      ],
    ]),
  ),
  "a body without a method": [{ body: [null] }, "POST", "[null]", JSON_TYPE],
  GraphQL: [
    {
      graphql: {
        query: "query Q($v: [ID]) { a(v: $v) { b } }",
        variables: { v: "{`[1]`}" },
        operation_name: "Q",
      },
    },
    "POST",
    '{"operationName":"Q","query":"query Q($v: [ID]) { a(v: $v) { b } }","variables":{"v":[1]}}',
    JSON_TYPE,
  ],
};

for (const [deployment, deploy] of Object.entries(DEPLOYMENTS)) {
  describe(deployment, () => {
    test("sends each method with its body, its length and its type", async (t) => {
      const server = await startServer(t);
      for (const [name, [source, method, body, type]] of Object.entries(SENT)) {
        const { answer, line } = await login(actionOf(deploy, source), server);
        assert.deepEqual(answer, source.graphql ? { ok: true } : { data: { ok: true } }, `${name}: ${line}`);
        const request = server.requests.pop();
        assert.equal(request.method, method, name);
        assert.equal(request.body, body, name);
        assert.equal(request.headers["content-type"], type, name);
        assert.equal(request.headers["transfer-encoding"], undefined, name);
        const length = type === undefined ? undefined : String(Buffer.byteLength(body));
        assert.equal(request.headers["content-length"], length, name);
        assert.equal(request.url, "/path", name);
      }
    });

    test("keeps a value in its place, whatever it holds", async (t) => {
      const server = await startServer(t);
      const given = {
        v: "{event.user.app_metadata.v}",
        l: ["<{event.user.app_metadata.v}>", "{event.user.app_metadata.v}"],
      };
      const action = actionOf(deploy, {
        url: "http://{secrets.API_DOMAIN}/path?own=1",
        method: "PUT",
        query: given,
        form: given,
        basic: { user: "user", password: "zażółć:{secrets.PASSWORD}" },
      });
      for (const v of HOSTILE) {
        const overrides = { user: { app_metadata: { v } }, secrets: { PASSWORD: "p" } };
        const { line } = await login(action, server, overrides);
        const { url, body, headers } = server.requests.pop() ?? assert.fail(line);
        const fields = [
          ["l", `<${v}>`],
          ["l", v],
          ["v", v],
        ];
        const query = new URL(url, "http://localhost");
        assert.equal(query.pathname, "/path");
        assert.deepEqual([...query.searchParams], [["own", "1"], ...fields]);
        assert.deepEqual([...new URLSearchParams(body)], fields);
        const credentials = Buffer.from(headers.authorization.replace("Basic ", ""), "base64").toString();
        assert.equal(credentials, "user:zażółć:p");
      }
    });

    test("keeps a value in its place in JSON, in variables and in a text", async (t) => {
      const server = await startServer(t);
      const v = "{event.user.app_metadata.v}";
      const query = "query($v: String) { a(v: $v) }";
      for (const [source, read] of [
        [{ body: { v, "none?": "{event.user.app_metadata.none}" } }, JSON.parse],
        [{ graphql: { query, variables: { v } } }, (text) => JSON.parse(text).variables],
        [{ text: v }, (text) => ({ v: text })],
      ]) {
        const action = actionOf(deploy, source);
        for (const value of HOSTILE) {
          await login(action, server, { user: { app_metadata: { v: value } } });
          assert.deepEqual(read(server.requests.pop().body), { v: value });
        }
      }
    });

    test("reads a text, and skips its mark of order", async (t) => {
      const server = await startServer(t, (_req, res) => res.end("\ufeffa=1;b=ż\n"));
      assert.equal((await login(actionOf(deploy, { answer: "text" }), server)).answer, "a=1;b=ż\n");
      assert.equal(server.requests[0].headers.accept, "*/*");
    });

    test("needs no body of an answer that nobody reads", async (t) => {
      const server = await startServer(t, async (_req, res) => {
        res.writeHead(200, { "content-length": 1_000_000 });
        res.write("x".repeat(100));
        await sleep(20);
        res.destroy();
      });
      const { line } = await login(actionOf(deploy, { answer: "none", max_bytes: 10 }), server);
      assert.match(line, /^claimsmith enriched/);
      assert.equal(server.requests.length, 1);
      const read = await login(actionOf(deploy, { max_bytes: 10, retries: 0 }), server);
      assert.match(read.line, /response_too_large@sources\.s/);
    });

    test("waits for the body of a status that is success, as of any other", async (t) => {
      const server = await startServer(t, async (_req, res) => {
        res.writeHead(409);
        res.write('{"known":');
        // Longer than the body of an error is waited for.
        await sleep(800);
        res.end("true}");
      });
      const taken = await login(actionOf(deploy, { form: {}, ok_status: [409] }), server);
      assert.deepEqual(taken.answer, { known: true }, taken.line);
      const large = await login(actionOf(deploy, { form: {}, ok_status: [409], max_bytes: 5 }), server);
      assert.match(large.line, /response_too_large@sources\.s/);
      const other = await login(actionOf(deploy, { form: {}, ok_status: [422] }), server);
      assert.match(other.line, /source_status@sources\.s/);
    });

    test("fails where GraphQL tells of errors", async (t) => {
      const server = await startServer(t, (_req, res, body) => {
        const { id } = JSON.parse(body).variables;
        res.end(
          JSON.stringify(id === "ann" ? { data: { id } } : { data: { id }, errors: [{ message: id }] }),
        );
      });
      const variables = { id: "{event.user.user_id}" };
      const action = actionOf(deploy, {
        graphql: { query: "query($id: ID) { user(id: $id) { id } }", variables },
      });
      assert.deepEqual((await login(action, server, { user: { user_id: "ann" } })).answer, { id: "ann" });
      const refused = await login(action, server, { user: { user_id: "marked-bob" } });
      assert.equal(refused.answer, undefined);
      assert.match(refused.line, /answer_refused@sources\.s/);
      assert.doesNotMatch(refused.line, /marked-bob/);
    });

    test("sends once what may have an effect, on a connection that is closed under it too", async (t) => {
      const server = await startServer(t, (_req, res) => res.destroy());
      const graphql = (query) => ({ graphql: { query } });
      for (const [source, attempts] of [
        [{ method: "DELETE" }, 1],
        [{ method: "PUT", text: "" }, 1],
        [{ form: {} }, 1],
        [graphql("mutation { a }"), 1],
        [graphql("{ a }"), 3],
        [{ method: "PATCH", form: {}, retries: 1 }, 2],
      ]) {
        const { line } = await login(actionOf(deploy, source), server);
        assert.match(line, /transport_failed@sources\.s/);
        assert.equal(server.requests.splice(0).length, attempts, JSON.stringify(source));
      }
    });
  });
}
