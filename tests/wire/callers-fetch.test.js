// Fault 25: what a caller's `fetch` gives is checked. Where it is nothing, that costs one source, never a login.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import vm from "node:vm";
import { checkConfig, createCredentialsExchange, createPostLogin } from "claimsmith";
import { createApi, createEvent } from "claimsmith-cli/host";
import { PLAN, requirePackage } from "../support/world.js";

const OTHER = "https://example.com/other";
const GOOD = JSON.stringify({ plan: "gold" });
const bytes = () => new TextEncoder().encode(GOOD);

/** A source that gets what is given, and one that gets a good answer. A busy machine has all the time for them. */
const CONFIG = {
  deadline_ms: 15_000,
  sources: {
    profile: { url: "https://api.example.com/profile", timeout_ms: 10_000, retries: 0 },
    other: { url: "https://api.example.com/other", timeout_ms: 10_000 },
  },
  claims: { [PLAN]: "profile.plan", [OTHER]: "other.plan" },
};

/** The same for what is no answer: some of it never comes. */
const IMPATIENT = structuredClone(CONFIG);
IMPATIENT.sources.profile.timeout_ms = 300;

/** Chunks as a reader of the web hands them over. */
const readerOf = (...chunks) => {
  const left = [...chunks];
  return {
    getReader: () => ({
      read: async () => (left.length > 0 ? { done: false, value: left.shift() } : { done: true }),
    }),
  };
};
const used = async () => {
  const response = new Response(GOOD);
  await response.text();
  return response;
};
const locked = () => {
  const response = new Response(GOOD);
  response.body?.getReader();
  return response;
};
const detached = () => {
  const view = bytes();
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
};
const throwing = () =>
  new Proxy(
    {},
    {
      get() {
        throw new Error("no");
      },
    },
  );

/** What answers as well as the web's own. */
const ANSWERS = {
  "a response": () => new Response(GOOD),
  "a response, without a promise": () => new Response(GOOD),
  "node-fetch 2, whose body is a stream of Node's": () => ({
    status: 200,
    headers: new Map(),
    body: Readable.from([Buffer.from(GOOD.slice(0, 5)), Buffer.from(GOOD.slice(5))]),
  }),
  "a stream of texts": () => ({ status: 200, body: Readable.from([GOOD.slice(0, 5), GOOD.slice(5)]) }),
  "arrayBuffer alone": () => ({ status: 200, arrayBuffer: async () => bytes().buffer }),
  "arrayBuffer that gives a Buffer": () => ({ status: 200, arrayBuffer: () => Buffer.from(GOOD) }),
  "bytes of another realm": () => ({
    status: 200,
    arrayBuffer: () => vm.runInNewContext("new Uint8Array(list).buffer", { list: [...bytes()] }),
  }),
  "a body without headers": () => ({ status: 200, body: readerOf(bytes()) }),
  "headers that throw": () => ({ status: 200, headers: throwing(), body: readerOf(bytes()) }),
  "headers that are a plain object": () => ({ status: 200, headers: { etag: "1" }, body: readerOf(bytes()) }),
  "a thenable": () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    then: (resolve) => resolve(new Response(GOOD)),
  }),
};

/** What is no answer. */
const FAULTS = {
  undefined: () => undefined,
  null: () => null,
  "a number": () => 200,
  "a text": () => GOOD,
  "a function": () => () => {},
  "a plain object": () => ({}),
  "a status of 0": () => ({ status: 0, body: readerOf(bytes()) }),
  "a status of 99": () => ({ status: 99, body: readerOf(bytes()) }),
  "a status of 700": () => ({ status: 700, body: readerOf(bytes()) }),
  "a status of 70000": () => ({ status: 70_000, body: readerOf(bytes()) }),
  "a status of 200.5": () => ({ status: 200.5, body: readerOf(bytes()) }),
  "a status of NaN": () => ({ status: Number.NaN, body: readerOf(bytes()) }),
  'a status of "200"': () => ({ status: "200", body: readerOf(bytes()) }),
  "Response.error()": () => Response.error(),
  "json alone": () => ({ status: 200, json: async () => ({ plan: "gold" }) }),
  "no body": () => ({ status: 200, body: null }),
  "a body of 7": () => ({ status: 200, body: 7 }),
  "a used body": used,
  "a locked body": locked,
  "a reader that reads nothing": () => ({ status: 200, body: { getReader: () => ({}) } }),
  "a reader of undefined": () => ({ status: 200, body: { getReader: () => ({ read: () => undefined }) } }),
  "a reader that throws": () => ({ status: 200, body: { getReader: () => throwing() } }),
  "chunks of numbers": () => ({ status: 200, body: readerOf(7, 8) }),
  "chunks of null": () => ({ status: 200, body: readerOf(null) }),
  "chunks of plain objects": () => ({ status: 200, body: readerOf({ byteLength: 3 }, { length: 2 ** 40 }) }),
  "chunks that are detached": () => ({ status: 200, body: readerOf(detached()) }),
  "chunks that never end": () => ({
    status: 200,
    body: { getReader: () => ({ read: async () => ({ done: false, value: new Uint8Array() }) }) },
  }),
  "an iterator that throws a text": () => ({
    status: 200,
    body: {
      [Symbol.asyncIterator]() {
        throw "text";
      },
    },
  }),
  "a stream that breaks": () => ({
    status: 200,
    body: Readable.from(
      (async function* () {
        yield bytes();
        throw new Error("broken");
      })(),
    ),
  }),
  "an arrayBuffer of undefined": () => ({ status: 200, arrayBuffer: async () => undefined }),
  "an arrayBuffer of 9 GB": () => ({ status: 200, arrayBuffer: () => ({ byteLength: 9e9 }) }),
  "a proxy that throws": throwing,
  "a promise whose constructor throws": () =>
    Object.defineProperty(Promise.resolve(), "constructor", {
      get() {
        throw new Error("no");
      },
    }),
  "a then that throws": () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    get then() {
      throw new Error("no");
    },
  }),
  "a rejection with undefined": () => Promise.reject(),
  "a rejection with a proxy that throws": () => Promise.reject(throwing()),
  "an error of another kind": () => Promise.reject(Object.assign(new Error(), { code: 7, cause: 9 })),
  "a promise that is never kept": () => new Promise(() => {}),
  "a redirect that was followed": () =>
    Object.defineProperty(new Response(GOOD), "redirected", { value: true }),
};

/** One login, whose `profile` gets what is given, and `other` a good answer. */
async function login(give, { isAsync = true, config = CONFIG } = {}) {
  const answer = (url) => (String(url).endsWith("/profile") ? give() : new Response(GOOD));
  /** @type {any} */ (globalThis).callersFetch = isAsync ? async (url) => answer(url) : answer;
  const action = requirePackage(
    config,
    "{ log: console.log, fetch: (...given) => globalThis.callersFetch(...given) }",
  );
  const event = createEvent({});
  const { api, outcome } = createApi(event, { trigger: "post-login" });
  const { status, logs } = await action.executeSettled("onExecutePostLogin", event, api);
  return { status, line: logs[0], claims: outcome.idTokenClaims };
}

test("a caller's fetch may give anything that is an answer", async (t) => {
  for (const [what, give] of Object.entries(ANSWERS)) {
    for (const isAsync of [true, false]) {
      await t.test(`${what}${isAsync ? "" : ", at once"}`, async () => {
        const { line, claims } = await login(give, { isAsync });
        assert.deepEqual(claims, { [PLAN]: "gold", [OTHER]: "gold" }, line);
      });
    }
  }
});

test("what a caller's fetch gives that is no answer costs its own source and no other", async (t) => {
  for (const [what, give] of Object.entries(FAULTS)) {
    for (const isAsync of [true, false]) {
      await t.test(`${what}${isAsync ? "" : ", at once"}`, async () => {
        const { status, line, claims } = await login(give, { isAsync, config: IMPATIENT });
        assert.equal(status, "fulfilled");
        assert.deepEqual(claims, { [OTHER]: "gold" }, line);
        assert.doesNotMatch(line, /internal/);
        assert.match(line, /@sources\.profile/);
      });
    }
  }
});

for (const [what, option] of Object.entries({
  "throws a text": '() => { throw "text"; }',
  "throws undefined": "() => { throw undefined; }",
  "is no function": "{}",
  "is a class": "class {}",
})) {
  test(`a caller's fetch that ${what} costs no login`, async () => {
    const action = requirePackage(CONFIG, `{ log: console.log, fetch: ${option} }`);
    const event = createEvent({});
    const { api, outcome } = createApi(event, { trigger: "post-login" });
    const { status, logs } = await action.executeSettled("onExecutePostLogin", event, api);
    assert.equal(status, "fulfilled");
    assert.deepEqual(outcome.idTokenClaims, {});
    assert.doesNotMatch(logs[0], /internal/);
  });
}

test("where the fault is of a status that failed, the status is told", async () => {
  const { line } = await login(() => ({ status: 403, body: 7 }));
  assert.match(line, /source_status@sources\.profile/);
});

const TLS = { certificate: "{secrets.CERT}", key: "{secrets.KEY}" };

test("tls is refused with a caller's fetch, when the handler is made and when it is checked", () => {
  const config = structuredClone(CONFIG);
  config.tokens = {
    api: {
      token_url: "https://a.example/oauth/token",
      client_id: "c",
      client_auth: "tls_client_auth",
      tls: TLS,
    },
  };
  config.sources.other.tls = { ca: "{secrets.CA}" };
  const expected = ["tokens.api.tls", "sources.other.tls"].map((path) => ({
    code: "config_invalid",
    path,
    message: "certificates and authorities need the connections of Node; leave out the option `fetch`",
  }));
  for (const create of [createPostLogin, createCredentialsExchange]) {
    assert.throws(
      () => create(config, { fetch }),
      (/** @type {any} */ error) => {
        assert.equal(error.code, "config_invalid");
        assert.deepEqual(error.problems, expected);
        return true;
      },
    );
    assert.equal(typeof create(config), "function");
  }
  assert.deepEqual(checkConfig(config, { fetch }).problems, expected);
  assert.equal(checkConfig(config, { fetch }).ok, false);
  assert.equal(checkConfig(config).ok, true);
  assert.deepEqual(checkConfig(config).secrets, ["CA", "CERT", "KEY"]);
  delete config.tokens.api;
  delete config.sources.other.tls;
  assert.equal(checkConfig(config, { fetch }).ok, true);
});
