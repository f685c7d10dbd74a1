import assert from "node:assert/strict";
import http from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { faults, startBackend, startOAuthServer } from "claimsmith-cli/tenant";
import { generateKeyPair, SignJWT } from "jose";

const USERS = {
  "auth0|alice": { email: "alice@example.com", subscription: { plan: "pro" }, roles: ["buyer"] },
  "auth0|bob": { email: "a/../b+x@example.com", subscription: { plan: "free" }, roles: [] },
};

let oauthServer;
let backend;

before(async () => {
  oauthServer = await startOAuthServer();
  const { issuer, audience, jwksUrl } = oauthServer;
  backend = await startBackend({ issuer, audience, jwksUrl, users: USERS });
});

after(() => Promise.all([backend.close(), oauthServer.close()]));

beforeEach(() => {
  backend.calls.length = 0;
  backend.setFault(null);
});

/** A token as the authorization server would sign it, but for what the test changes. */
async function signToken({ claims = {}, key = oauthServer.signing.privateKey, alg = "RS256", kid } = {}) {
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: oauthServer.issuer,
    aud: oauthServer.audience,
    sub: "test",
    jti: "token-1",
    iat: nowS,
    exp: nowS + 60,
    ...claims,
  })
    .setProtectedHeader({ alg, kid: kid ?? oauthServer.signing.kid })
    .sign(key);
}

/** Sends the path as it is, which fetch would not. */
function get(path, { token, method = "GET", body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${backend.url}/`,
      {
        path,
        method,
        agent: false,
        headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
      },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode, headers: response.headers, text });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

describe("a valid token", () => {
  test("opens a user's profile, by user_id and by email", async () => {
    const token = await signToken();
    for (const id of ["auth0|alice", "alice@example.com"]) {
      const response = await get(`/api/users/${encodeURIComponent(id)}`, { token });
      assert.equal(response.status, 200);
      assert.deepEqual(JSON.parse(response.text), USERS["auth0|alice"]);
    }
  });

  test("of the authorization server is one", async () => {
    const { CLIENT_ID, CLIENT_SECRET } = oauthServer.secrets;
    const response = await fetch(oauthServer.tokenUrl, {
      method: "POST",
      headers: { connection: "close" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        audience: oauthServer.audience,
      }),
    });
    const { access_token: token } = await response.json();
    assert.equal((await get("/api/users/auth0%7Calice", { token })).status, 200);
    assert.match(backend.calls[0].tokenId, /./);
  });

  test("does not open what is not there", async () => {
    const token = await signToken();
    assert.equal((await get("/api/users/nobody", { token })).status, 404);
    assert.equal((await get("/api/users/__proto__", { token })).status, 404);
    assert.equal((await get("/api/users", { token })).status, 404);
    assert.equal((await get("/api/users/auth0%7Calice/plan", { token })).status, 404);
    assert.equal((await get("/api/users/%", { token })).status, 400);
    const post = await get("/api/users/auth0%7Calice", { token, method: "POST", body: "{}" });
    assert.equal(post.status, 405);
    assert.equal(post.headers.allow, "GET, PUT, PATCH, DELETE");
  });

  test("a change for as long as it runs, and leaves the users that it was given alone", async () => {
    const token = await signToken();
    const path = "/api/users/auth0%7Cnew";
    const send = (method, body) => get(path, { token, method, body: body && JSON.stringify(body) });
    const user = async () => JSON.parse((await get(path, { token })).text);

    assert.equal((await send("PATCH", { plan: "pro" })).status, 404);
    assert.equal((await send("DELETE")).status, 404);
    assert.equal((await send("PUT", { plan: "free", seats: 2 })).status, 201);
    assert.equal((await send("PATCH", { plan: "pro" })).status, 200);
    assert.deepEqual(await user(), { plan: "pro", seats: 2 });
    assert.equal((await send("PUT", { plan: "free" })).status, 200);
    assert.deepEqual(await user(), { plan: "free" });
    assert.equal((await send("PUT", [])).status, 400);
    assert.equal((await get(path, { token, method: "PATCH", body: "{" })).status, 400);
    assert.equal((await send("DELETE")).status, 204);
    assert.equal((await get(path, { token })).status, 404);
    assert.deepEqual(Object.keys(USERS), ["auth0|alice", "auth0|bob"]);
  });
});

describe("refuses", () => {
  const cases = {
    "a token for another audience": () => signToken({ claims: { aud: "https://other.example.com" } }),
    "a token of another issuer": () => signToken({ claims: { iss: "https://other.example.com/" } }),
    "an expired token": () => signToken({ claims: { exp: Math.floor(Date.now() / 1000) - 1 } }),
    "a token without an expiry": () => signToken({ claims: { exp: undefined } }),
    "a tampered token": async () => {
      const [header, payload, signature] = (await signToken()).split(".");
      const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), sub: "admin" };
      return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    },
    "a token signed by another key under the same kid": async () =>
      signToken({ key: (await generateKeyPair("RS256")).privateKey }),
    "a token signed by an unknown key": async () =>
      signToken({ key: (await generateKeyPair("RS256")).privateKey, kid: "unknown" }),
    "a token signed with HS256": () => signToken({ key: Buffer.alloc(32, 1), alg: "HS256" }),
    "an unsigned token": async () => {
      const [, payload] = (await signToken()).split(".");
      return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
    },
    "what is no token": () => "abc",
  };
  for (const [name, makeToken] of Object.entries(cases)) {
    test(name, async () => {
      const response = await get("/api/users/auth0%7Calice", { token: await makeToken() });
      assert.equal(response.status, 401);
      assert.match(response.headers["www-authenticate"], /^Bearer realm="[^"]+", error="invalid_token"/);
      assert.equal(JSON.parse(response.text).error, "invalid_token");
      assert.equal(backend.calls[0].authorized, false);
    });
  }

  test("no token, without an error code", async () => {
    const response = await get("/api/users/auth0%7Calice");
    assert.equal(response.status, 401);
    assert.equal(response.headers["www-authenticate"], `Bearer realm="${oauthServer.issuer}"`);
  });
});

describe("calls", () => {
  test("keep an encoded path as it arrived", async () => {
    const response = await get("/api/users/a%2F..%2Fb%2Bx%40example.com?fields=a%20b", {
      token: await signToken(),
    });
    assert.deepEqual(JSON.parse(response.text), USERS["auth0|bob"]);
    const [call] = backend.calls;
    assert.equal(call.rawPath, "/api/users/a%2F..%2Fb%2Bx%40example.com");
    assert.equal(call.rawQuery, "fields=a%20b");
    assert.deepEqual(call.segments, ["api", "users", "a/../b+x@example.com"]);
  });

  test("keep a path that was not encoded as it arrived, too", async () => {
    await get("/api/users/a/../b+x@example.com", { token: await signToken() });
    assert.equal(backend.calls[0].rawPath, "/api/users/a/../b+x@example.com");
    assert.deepEqual(backend.calls[0].segments, ["api", "users", "a", "..", "b+x@example.com"]);
  });

  test("keep method, headers, body and status, and no token", async () => {
    const token = await signToken();
    await get("/api/users/nobody", {
      token,
      method: "POST",
      body: '{"a":1}',
      headers: { "x-correlation-id": "c-1" },
    });
    const { headers, atMs, ...call } = backend.calls[0];
    assert.deepEqual(call, {
      method: "POST",
      rawPath: "/api/users/nobody",
      rawQuery: "",
      segments: ["api", "users", "nobody"],
      body: '{"a":1}',
      authorized: true,
      tokenId: "token-1",
      status: 405,
    });
    assert.equal(headers["x-correlation-id"], "c-1");
    assert.ok(Math.abs(Date.now() - atMs) < 5000);
    assert.ok(!JSON.stringify(backend.calls).includes(token));
  });
});

describe("faults", () => {
  const path = "/api/users/auth0%7Calice";

  test("html answers 200 with a page", async () => {
    backend.setFault(faults.html);
    const response = await get(path, { token: await signToken() });
    assert.equal(response.status, 200);
    assert.match(response.headers["content-type"], /^text\/html/);
    assert.equal(backend.calls[0].authorized, true);
  });

  test("down destroys the connection", async () => {
    backend.setFault(faults.down);
    await assert.rejects(get(path), { code: "ECONNRESET" });
    assert.equal(backend.calls[0].status, null);
  });

  test("silent never answers", async () => {
    backend.setFault(faults.silent);
    const answer = await Promise.race([
      get(path).catch(() => "closed"),
      new Promise((resolve) => setTimeout(resolve, 50, "nothing")),
    ]);
    assert.equal(answer, "nothing");
  });

  test("large answers JSON of exactly so many bytes, with or without announcing it", async () => {
    for (const contentLength of [false, true]) {
      backend.setFault(faults.large(10_000_000, { contentLength }));
      const { text, headers } = await get(path);
      assert.equal(Buffer.byteLength(text), 10_000_000);
      assert.equal(headers["content-length"], contentLength ? "10000000" : undefined);
      assert.equal(typeof JSON.parse(text).padding, "string");
    }
  });

  test("large stops where the reader hangs up", async () => {
    backend.setFault(faults.large(50_000_000));
    await new Promise((resolve) => {
      const request = http.get(`${backend.url}${path}`, { agent: false }, (response) => {
        response.once("data", () => response.destroy());
        response.on("close", resolve);
      });
      request.on("error", () => {});
    });
    backend.setFault(null);
    assert.equal((await get(path)).status, 401);
  });

  test("redirect points elsewhere", async () => {
    backend.setFault(faults.redirect("https://elsewhere.example.com/", 307));
    const response = await get(path);
    assert.equal(response.status, 307);
    assert.equal(response.headers.location, "https://elsewhere.example.com/");
  });

  test("status answers with that code, and times limits how often", async () => {
    backend.setFault(
      faults.times(2, faults.status(503, { headers: { "retry-after": "1" }, body: { e: 1 } })),
    );
    const token = await signToken();
    const answers = [await get(path, { token }), await get(path, { token }), await get(path, { token })];
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [503, 503, 200],
    );
    assert.equal(answers[0].headers["retry-after"], "1");
    assert.equal(answers[0].text, '{"e":1}');
  });

  test("delay gives the right answer, late", async () => {
    backend.setFault(faults.delay(30));
    const startedAtMs = performance.now();
    assert.equal((await get(path, { token: await signToken() })).status, 200);
    assert.ok(performance.now() - startedAtMs >= 29);
  });

  test("can be written in a test", async () => {
    backend.setFault((req, res) => req.method === "POST" && Boolean(res.end('{"hits":[]}')));
    assert.equal((await get("/search", { method: "POST", body: "{}" })).text, '{"hits":[]}');
    assert.equal((await get(path)).status, 401);
  });
});

test("close ends open connections, and can be called twice", async () => {
  const other = await startBackend({
    issuer: oauthServer.issuer,
    audience: oauthServer.audience,
    jwksUrl: oauthServer.jwksUrl,
    users: USERS,
    fault: faults.silent,
  });
  const pending = new Promise((resolve) => {
    http.get(other.url, { agent: false }).on("error", resolve);
  });
  while (other.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await other.close();
  await other.close();
  assert.equal((await pending).code, "ECONNRESET");
});
