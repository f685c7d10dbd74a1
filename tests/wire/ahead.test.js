// The connection to the backend, made while its token is on its way: it carries no request, and no promise of kept
// connections is weaker for it.

import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createCache } from "claimsmith-cli/host";
import { createTestCertificate } from "claimsmith-cli/tenant";
import { startRawServer, text, until } from "../support/raw-server.js";
import { advance, connectAhead, get, post, read } from "../support/transport.js";
import { createConfig, DEPLOYMENTS, PLAN, startWorld } from "../support/world.js";

const ELSEWHERE = "http://127.0.0.1:9/token";
const TOKEN = JSON.stringify({ access_token: "t-1", token_type: "Bearer", expires_in: 3600 });
const PROFILE = JSON.stringify({ subscription: { plan: "gold" }, roles: [] });

const { "package with fetch": withFetch, ...withSockets } = DEPLOYMENTS;

/** A token endpoint and a backend that are raw servers, and an Action between them. */
async function startPair(t, load, { answerToken, answer = ({ write }) => write(text("200 OK", PROFILE)) }) {
  const world = await startWorld(t);
  const backend = await startRawServer(t, answer);
  const tokens = await startRawServer(t, (request) => answerToken(request, backend));
  const config = createConfig((config) => {
    config.tokens.api.token_url = `${tokens.url}/oauth/token`;
    config.sources.profile.url = `${backend.url}/users/{event.user.user_id}`;
  });
  const action = await load(config);
  return { world, backend, tokens, login: (more = {}) => world.login(action, more) };
}

for (const [deployment, load] of Object.entries(withSockets)) {
  test(`${deployment}: the backend is connected to while the token is on its way, and hears nothing before`, async (t) => {
    let heard;
    const { backend, login } = await startPair(t, load, {
      async answerToken({ write }, backend) {
        await until(() => backend.sockets.length === 1);
        heard = backend.sockets[0].bytesRead;
        write(text("200 OK", TOKEN));
      },
    });
    const { outcome } = await login();
    assert.equal(outcome.idTokenClaims[PLAN], "gold");
    assert.equal(heard, 0);
    assert.deepEqual(
      backend.requests.map(({ connection }) => connection),
      [0],
    );
    assert.equal(backend.sockets.length, 1);
  });

  test(`${deployment}: a refused token leaves a connection that the next login uses`, async (t) => {
    let refusals = 1;
    const { backend, login } = await startPair(t, load, {
      async answerToken({ write }, backend) {
        await until(() => backend.sockets.length === 1);
        if (refusals-- > 0) write(text("401 Unauthorized", JSON.stringify({ error: "invalid_client" })));
        else write(text("200 OK", TOKEN));
      },
    });
    await login();
    assert.equal(backend.requests.length, 0);
    const { outcome } = await login();
    assert.equal(outcome.idTokenClaims[PLAN], "gold");
    assert.equal(backend.sockets.length, 1);
  });

  test(`${deployment}: with a token at hand no connection is made but by the request`, async (t) => {
    const { backend, tokens, login } = await startPair(t, load, {
      answerToken: ({ write }) => write(text("200 OK", TOKEN)),
      answer: ({ write, socket }) => {
        write(text("200 OK", PROFILE, { connection: "close" }));
        socket.end();
      },
    });
    const cache = createCache();
    for (let count = 0; count < 3; count++) await login({ cache });
    assert.equal(tokens.requests.length, 1);
    assert.equal(backend.requests.length, 3);
    assert.equal(backend.sockets.length, 3);
  });

  test(`${deployment}: a hundred logins at a cold instance make one connection ahead`, async (t) => {
    let ahead;
    const { backend, login } = await startPair(t, load, {
      async answerToken({ write }, backend) {
        await until(() => backend.sockets.length > 0);
        for (let count = 0; count < 20; count++) await turn();
        ahead = backend.sockets.length;
        write(text("200 OK", TOKEN));
      },
    });
    const logins = await Promise.all(Array.from({ length: 100 }, () => login()));
    assert.ok(logins.every(({ outcome }) => outcome.idTokenClaims[PLAN] === "gold"));
    assert.equal(ahead, 1);
    assert.equal(backend.requests.length, 100);
  });
}

test("package with fetch: fetch makes its connections itself", async (t) => {
  let seen;
  const { backend, login } = await startPair(t, withFetch, {
    async answerToken({ write }, backend) {
      for (let count = 0; count < 20; count++) await turn();
      seen = backend.sockets.length;
      write(text("200 OK", TOKEN));
    },
  });
  const { outcome } = await login();
  assert.equal(outcome.idTokenClaims[PLAN], "gold");
  assert.equal(seen, 0);
  assert.equal(backend.sockets.length, 1);
});

const tell = ({ write, connection }, index) => write(text("200 OK", `${index} on ${connection}`));

for (const [kind, certify] of Object.entries({ http: async () => undefined, https: createTestCertificate })) {
  /** A server, and what a connection to it has to trust. */
  const start = async (t, answer = tell) => {
    const tls = await certify();
    const server = await startRawServer(t, answer, { tls });
    return { server, trusted: tls ? ["ca", tls.cert] : [] };
  };

  test(`${kind}: a connection that was made ahead serves the next request`, async (t) => {
    const { server, trusted } = await start(t);
    connectAhead(server.url, trusted, ELSEWHERE);
    await until(() => server.sockets.length === 1);
    await turn();
    assert.equal(await read(get(server.url, [], trusted)), "0 on 0");
    assert.equal(await read(post(server.url, "{}", trusted)), "1 on 0");
    assert.equal(server.sockets.length, 1);
  });

  test(`${kind}: a request takes the connection over that is still under way, and a second one makes its own`, async (t) => {
    const { server, trusted } = await start(t);
    connectAhead(server.url, trusted, ELSEWHERE);
    connectAhead(server.url, trusted, ELSEWHERE);
    const first = post(server.url, "{}", trusted);
    const second = post(server.url, "{}", trusted);
    assert.deepEqual([await read(first), await read(second)].map((told) => told.slice(-1)).sort(), [
      "0",
      "1",
    ]);
    assert.equal(server.sockets.length, 2);
  });
}

test("where a connection lies idle none is made ahead", async (t) => {
  const server = await startRawServer(t, tell);
  await read(get(server.url));
  await turn();
  connectAhead(server.url, [], ELSEWHERE);
  assert.equal(await read(get(server.url)), "1 on 0");
  assert.equal(server.sockets.length, 1);
});

test("none is made to where the token comes from: its connection serves", async (t) => {
  const server = await startRawServer(t, tell);
  connectAhead(`${server.url}/users/ann?x=1`, [], `${server.url}/oauth/token`);
  assert.equal(await read(post(`${server.url}/oauth/token`)), "0 on 0");
  await turn();
  assert.equal(await read(get(`${server.url}/users/ann?x=1`)), "1 on 0");
  assert.equal(server.sockets.length, 1);
});

for (const [what, idleMs, call, place] of /** @type {const} */ ([
  ["a POST takes one that has lain idle for under 4 s", 3_900, post, "0 on 0"],
  ["a POST takes another one after that", 4_100, post, "0 on 1"],
  ["a GET takes one that has lain idle for under 10 s", 9_900, get, "0 on 0"],
  ["a GET takes another one after that, and the old one is closed", 10_100, get, "0 on 1"],
])) {
  test(`unused, ${what}`, async (t) => {
    const server = await startRawServer(t, tell);
    connectAhead(server.url, [], ELSEWHERE);
    await until(() => server.sockets.length === 1);
    await turn();
    advance(idleMs);
    assert.equal(await read(call(server.url)), place);
    if (idleMs > 10_000) await until(() => server.open() === 1);
  });
}

test("a server that reads a GET on it and resets it gets the GET once, as on any new connection", async (t) => {
  const server = await startRawServer(t, ({ socket }) => socket.resetAndDestroy());
  connectAhead(server.url, [], ELSEWHERE);
  await until(() => server.sockets.length === 1);
  await turn();
  await assert.rejects(get(server.url).promise, { code: "ECONNRESET" });
  assert.equal(server.requests.length, 1);
});

for (const [what, act] of Object.entries({
  "closes it": (socket) => socket.destroy(),
  "resets it": (socket) => socket.resetAndDestroy(),
  "ends it": (socket) => socket.end(),
  "writes an answer that nobody asked for": (socket) => socket.write(text("200 OK", "another user's")),
  "writes half an answer": (socket) => socket.write("HTTP/1.1 200 O"),
})) {
  for (const [method, call] of Object.entries({ GET: get, POST: post })) {
    test(`a server that takes the connection and ${what} answers a ${method} on another one`, async (t) => {
      const server = await startRawServer(t, tell);
      connectAhead(server.url, [], ELSEWHERE);
      await until(() => server.sockets.length === 1);
      act(server.sockets[0]);
      await until(() => server.open() === 0);
      assert.equal(await read(call(server.url)), "0 on 1");
    });
  }
}

test("what cannot be reached, or is no address, is for the request to tell", async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  const url = `http://127.0.0.1:${port}`;
  for (const place of [url, "http://[", "", "https://localhost:1"]) connectAhead(place, [], ELSEWHERE);
  // A certificate that is none, and TLS where there is none.
  connectAhead("https://localhost:1", ["certificate", "none", "key", "none"], ELSEWHERE);
  connectAhead(url, ["ca", "none"], ELSEWHERE);
  await assert.rejects(get(url).promise, { code: "ECONNREFUSED" });
  await turn();
  await assert.rejects(post(url).promise, { code: "ECONNREFUSED" });
});

test("a request that took over what hangs is given up with it, and was not sent", async (t) => {
  // It takes connections, and never says a word of TLS.
  const server = await startRawServer(t, () => {});
  const url = server.url.replace("http://127.0.0.1", "https://localhost");
  connectAhead(url, [], ELSEWHERE);
  const call = post(url);
  await until(() => server.sockets.length > 0);
  assert.equal(server.sockets.length, 1);
  call.cancel();
  await assert.rejects(call.promise);
  assert.equal(call.sent, false);
  await until(() => server.sockets[0].destroyed);
  // The next one is not held up by it.
  connectAhead(url, [], ELSEWHERE);
  await until(() => server.sockets.length === 2);
});
