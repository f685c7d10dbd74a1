// The bodies of answers: what counts before them, how they are wrapped, and how they end.
//
// Each promise holds for both transports; what the web's `fetch` decides by itself is asked of the other one alone.

import assert from "node:assert/strict";
import diagnostics from "node:diagnostics_channel";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { createApi, createEvent } from "claimsmith-cli/host";
import { startRawServer, text, until } from "../support/raw-server.js";
import { get, read } from "../support/transport.js";
import { DEPLOYMENTS, PLAN } from "../support/world.js";

const GOOD = JSON.stringify({ plan: "gold" });

/** One source without a token, and one claim of it. No body is waited for in vain, so a busy machine has all the time. */
const CONFIG = {
  deadline_ms: 15_000,
  allow_http: true,
  sources: { profile: { url: "http://{secrets.API_DOMAIN}/", timeout_ms: 10_000 } },
  claims: { [PLAN]: "profile.plan" },
};

/** One login: the claim, and the line in the log. */
async function login(action, { port }) {
  const event = createEvent({ secrets: { API_DOMAIN: `127.0.0.1:${port}` } });
  const { api, outcome } = createApi(event, { trigger: "post-login" });
  const { status, logs } = await action.executeSettled("onExecutePostLogin", event, api);
  assert.equal(status, "fulfilled");
  const [, end, error] = /^claimsmith (\w+) \d+ms(?: (\w+)@)?/.exec(logs[0]) ?? [];
  return { plan: outcome.idTokenClaims[PLAN], end, error, line: logs[0] };
}

const zlib = (body, ...wraps) => wraps.reduce((bytes, wrap) => wrap(bytes), Buffer.from(body));

/** By `content-encoding`, how a server came to the body. */
const CODED = {
  GZIP: [gzipSync],
  "x-gzip": [gzipSync],
  "X-GZip": [gzipSync],
  "gzip, gzip": [gzipSync, gzipSync],
  "deflate, br": [deflateSync, brotliCompressSync],
  deflate: [deflateSync],
  Deflate: [deflateRawSync],
  Br: [brotliCompressSync],
};

/** What `fetch` hands over as it came. */
const CODED_FOR_NODE = {
  identity: [],
  "gzip, identity": [gzipSync],
  " , x-gzip ,": [gzipSync],
  "deflate,x-gzip , identity, BR": [deflateRawSync, gzipSync, brotliCompressSync],
};

/** Bodies that are none, or break, by how they are written. `write` says all but the status. */
const BODY_FAULTS = {
  "has no body, but a coding": (status) => text(status, "", { "content-encoding": "gzip" }),
  "has no body, but several codings": (status) => text(status, "", { "content-encoding": "br, gzip" }),
  "has no body, but a coding of nobody's": (status) =>
    text(status, "", { "content-encoding": "constructor" }),
  "has a body that is not what its coding says": (status) =>
    text(status, "no gzip", { "content-encoding": "gzip" }),
  "has a body that is cut off": (status) => text(status, "{", { "content-length": 100 }),
  "has a chunk that is none": (status) =>
    text(status, "zz\r\n", { "content-length": undefined, "transfer-encoding": "chunked" }),
  "has a body that is too large": (status) => text(status, "x".repeat(200_000)),
};

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  const isNode = !name.includes("fetch");

  for (const [coding, wraps] of Object.entries({ ...CODED, ...(isNode ? CODED_FOR_NODE : {}) })) {
    test(`fault 19: ${name}: a body is read whose content-encoding is "${coding}"`, async (t) => {
      const bytes = zlib(GOOD, ...wraps);
      const server = await startRawServer(t, ({ write }) =>
        write(text("200 OK", bytes, { "content-encoding": coding })),
      );
      const { plan, line } = await login(deploy(CONFIG), server);
      assert.equal(plan, "gold", line);
    });
  }

  for (const [fault, answer] of Object.entries(BODY_FAULTS)) {
    const end = ({ socket }, bytes) => socket.end(bytes);

    test(`fault 18: ${name}: 404 counts, though it ${fault}`, async (t) => {
      const server = await startRawServer(t, (request) => end(request, answer("404 Not Found")));
      const { end: outcome, error, line } = await login(deploy(CONFIG), server);
      assert.deepEqual([outcome, error], ["enriched", undefined], line);
      assert.equal(server.requests.length, 1);
    });

    test(`fault 18: ${name}: 403 counts, though it ${fault}`, async (t) => {
      const server = await startRawServer(t, (request) => end(request, answer("403 Forbidden")));
      const { error } = await login(deploy(CONFIG), server);
      assert.equal(error, "source_status");
      assert.equal(server.requests.length, 1);
    });

    test(`fault 18: ${name}: Retry-After counts, though its 429 ${fault}`, async (t) => {
      const start = performance.now();
      const server = await startRawServer(t, (request, index) => {
        if (index > 0) return request.write(text("200 OK", GOOD));
        const [head, ...rest] = answer("429 Too Many Requests").toString("latin1").split("\r\n\r\n");
        end(request, Buffer.from([`${head}\r\nretry-after: 2`, ...rest].join("\r\n\r\n"), "latin1"));
      });
      const { plan, line } = await login(deploy(CONFIG), server);
      assert.equal(plan, "gold", line);
      assert.ok(performance.now() - start >= 2_000);
    });
  }

  test(`fault 18: ${name}: 404 counts, though its body never ends`, async (t) => {
    const server = await startRawServer(t, ({ write }) =>
      write(text("404 Not Found", "{", { "content-length": 100 })),
    );
    const { end, line } = await login(deploy(CONFIG), server);
    assert.equal(end, "enriched", line);
    assert.equal(server.requests.length, 1);
    await until(() => server.open() === 0);
  });

  test(`fault 18: ${name}: 204 with a coding is an answer`, async (t) => {
    const server = await startRawServer(t, ({ write }) =>
      write(text("204 No Content", "", { "content-length": undefined, "content-encoding": "gzip" })),
    );
    assert.equal((await login(deploy(CONFIG), server)).end, "enriched");
  });

  test(`fault 18: ${name}: an empty 200 with a coding is an empty body`, async (t) => {
    const server = await startRawServer(t, ({ write }) =>
      write(text("200 OK", "", { "content-encoding": "x-gzip" })),
    );
    assert.equal((await login(deploy(CONFIG), server)).error, "response_not_json");
    assert.equal(server.requests.length, 1);
  });

  // Without an Upgrade `fetch` itself waits on.
  const upgrades = [{ connection: "upgrade", upgrade: "websocket" }, ...(isNode ? [{}] : [])];
  for (const upgrade of upgrades) {
    const how = "upgrade" in upgrade ? "with" : "without";
    test(`fault 21: ${name}: 101 ${how} an Upgrade fails, and nobody waits for more`, async (t) => {
      const server = await startRawServer(t, ({ write }) =>
        write(text("101 Switching Protocols", "", { "content-length": undefined, ...upgrade })),
      );
      const { error, line } = await login(deploy(CONFIG), server);
      assert.equal(error, "transport_failed", line);
      await until(() => server.open() === 0);
    });
  }

  for (const [fault, bytes] of Object.entries({
    "is no gzip": Buffer.from("no gzip"),
    "is cut off within its gzip": gzipSync(Buffer.alloc(5_000, "x")).subarray(0, 20),
    "has garbage behind its gzip": Buffer.concat([gzipSync(GOOD), Buffer.alloc(2_000, 7)]),
    "is too large": gzipSync(Buffer.alloc(200_000)),
  })) {
    test(`fault 20: ${name}: a body that ${fault} leaves no connection open`, async (t) => {
      const server = await startRawServer(t, ({ write }, index) =>
        write(index % 2 === 1 ? text("200 OK", bytes, { "content-encoding": "gzip" }) : text("200 OK", GOOD)),
      );
      const config = structuredClone(CONFIG);
      config.sources.profile.retries = 0;
      const action = deploy(config);
      // Between good ones, so that no circuit opens.
      for (let index = 0; index < 24; index++) await login(action, server);
      assert.equal(server.requests.length, 24);
      await until(() => server.open() <= 1);
    });
  }
}

for (const coding of ["constructor", "__proto__", "toString", "hasOwnProperty", "compress", "gzip;q=1"]) {
  test(`fault 19: "${coding}" is no coding`, async (t) => {
    const server = await startRawServer(t, ({ write }) =>
      write(text("200 OK", GOOD, { "content-encoding": coding })),
    );
    await assert.rejects(get(server.url).promise, { code: "UNKNOWN_CODING" });
    assert.equal(Object.hasOwn(Object.prototype, "undefined"), false);
  });
}

test("fault 19: a header full of codings costs no more than a few", async (t) => {
  const server = await startRawServer(t, ({ write }) =>
    write(text("200 OK", gzipSync(GOOD), { "content-encoding": Array(1_000).fill("gzip").join(", ") })),
  );
  await assert.rejects(get(server.url).promise, { code: "TOO_MANY_CODINGS" });
});

test("a body of exactly the limit is read, wrapped or not, and one byte more is not", async (t) => {
  // What does not compress is larger with its wrapping.
  const body = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * index * 7919) >> 3));
  let wrap = (bytes) => bytes;
  let headers = {};
  let bytes = body;
  const server = await startRawServer(t, ({ write }) => write(text("200 OK", wrap(bytes), headers)));
  for (const [coding, step] of Object.entries({
    identity: (plain) => plain,
    gzip: gzipSync,
    br: brotliCompressSync,
  })) {
    wrap = step;
    headers = { "content-encoding": coding };
    bytes = body;
    assert.deepEqual((await get(server.url).promise).body.length, 65_536);
    bytes = Buffer.concat([body, Buffer.from("x")]);
    await assert.rejects(get(server.url).promise, { code: "RESPONSE_TOO_LARGE" });
  }
});

test("fault 18: 204 that announces a body is an answer, though none comes", async (t) => {
  const server = await startRawServer(t, ({ write }) =>
    write(text("204 No Content", "", { "content-length": 7, "content-encoding": "gzip" })),
  );
  assert.equal((await get(server.url).promise).status, 204);
});

test("an error's body that comes while the loop is blocked is read", async (t) => {
  const body = '{"error":"invalid_client"}';
  const server = await startRawServer(t, ({ write }) =>
    write(text("401 Unauthorized", "", { "content-length": body.length })),
  );
  const channel = "http.client.response.finish";
  const hasHead = new Promise((resolve) => {
    diagnostics.subscribe(channel, resolve);
    t.after(() => diagnostics.unsubscribe(channel, resolve));
  });
  const call = get(server.url);
  await hasHead;
  await turn();
  server.requests[0].write(body);
  // Longer than the body of an error is waited for.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
  assert.equal(await read(call), body);
});

test("304 keeps its validator, whatever it says of a body", async (t) => {
  const server = await startRawServer(t, ({ write }) =>
    write(text("304 Not Modified", "", { "content-length": 50, "content-encoding": "gzip", etag: 'W/"ü"' })),
  );
  const { status, headers } = await get(server.url).promise;
  assert.deepEqual([status, headers[0]], [304, "etag"]);
  assert.equal(await read(get(server.url)), "");
});

test("a status beyond 599 is told as it came", async (t) => {
  const server = await startRawServer(t, ({ write }) => write(text("700 Never Heard Of")));
  assert.equal((await get(server.url).promise).status, 700);
});
