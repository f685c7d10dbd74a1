import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { faults, startOAuthServer } from "claimsmith-cli/tenant";
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from "jose";

/** Sends a form to the token endpoint; the application's secret goes into it, unless the form or headers bring another way. */
async function requestToken(server, form = {}, headers = {}) {
  const { CLIENT_ID: client_id, CLIENT_SECRET: client_secret } = server.secrets;
  const ownAuthentication = "authorization" in headers || "client_assertion" in form;
  const response = await fetch(server.tokenUrl, {
    method: "POST",
    headers: { ...headers, connection: "close" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      ...(ownAuthentication ? {} : { client_id, client_secret }),
      ...form,
    }),
  });
  return { response, body: await response.json() };
}

/** RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined. */
function basic(clientId, clientSecret) {
  const encode = (text) => new URLSearchParams({ "": text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString("base64")}`;
}

describe("a client-credentials grant", () => {
  let server;
  let keys;

  before(async () => {
    server = await startOAuthServer({
      apis: [
        { audience: "https://api.example.com", scopes: ["read:users", "read:plans"] },
        { audience: "urn:example:billing", scopes: [] },
      ],
    });
    keys = createRemoteJWKSet(new URL(server.jwksUrl));
  });

  after(() => server.close());

  function verify(token, audience = server.audience) {
    return jwtVerify(token, keys, { issuer: server.issuer, audience, algorithms: ["RS256"] });
  }

  test("with the right secret gives a JWT that jose verifies, with the right aud", async () => {
    const { response, body } = await requestToken(server, { audience: server.audience, scope: "read:users" });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("cache-control"), /no-store/);
    assert.deepEqual(
      { ...body, access_token: "" },
      { access_token: "", expires_in: 86400, scope: "read:users", token_type: "Bearer" },
    );
    const { payload, protectedHeader } = await verify(body.access_token);
    assert.equal(protectedHeader.alg, "RS256");
    assert.equal(protectedHeader.kid, server.signing.kid);
    assert.equal(payload.aud, "https://api.example.com");
    assert.equal(payload.sub, server.secrets.CLIENT_ID);
    assert.equal(payload.exp - payload.iat, 86400);
  });

  test("with a wrong secret gives 401 invalid_client", async () => {
    const { response, body } = await requestToken(server, {
      audience: server.audience,
      client_secret: "wrong",
    });
    assert.equal(response.status, 401);
    assert.equal(body.error, "invalid_client");
    assert.equal(server.tokenCalls.at(-1).status, 401);
    assert.equal(server.tokenCalls.at(-1).error, "invalid_client");
  });

  test("takes the secret in the form and in a Basic header", async () => {
    const { CLIENT_ID, CLIENT_SECRET } = server.secrets;
    const form = await requestToken(server, { audience: server.audience });
    assert.equal(form.response.status, 200);
    assert.equal(server.tokenCalls.at(-1).clientAuth, "client_secret_post");

    const authorization = basic(CLIENT_ID, CLIENT_SECRET);
    const header = await requestToken(server, { audience: server.audience }, { authorization });
    assert.equal(header.response.status, 200);
    assert.equal(server.tokenCalls.at(-1).clientAuth, "client_secret_basic");

    const wrong = await requestToken(
      server,
      { audience: server.audience },
      { authorization: basic(CLIENT_ID, "wrong") },
    );
    assert.equal(wrong.response.status, 401);
    assert.match(wrong.response.headers.get("www-authenticate"), /^Basic /);
  });

  test("takes the API as audience and as resource", async () => {
    for (const parameter of ["audience", "resource"]) {
      const { body } = await requestToken(server, { [parameter]: "urn:example:billing" });
      assert.equal(
        (await verify(body.access_token, "urn:example:billing")).payload.aud,
        "urn:example:billing",
      );
      assert.equal(server.tokenCalls.at(-1)[parameter], "urn:example:billing");
    }
  });

  test("for an unknown or a missing audience is refused", async () => {
    for (const form of [
      { audience: "https://unknown.example.com" },
      { resource: "https://unknown.example.com" },
      {},
    ]) {
      const { response, body } = await requestToken(server, form);
      assert.equal(response.status, 400);
      assert.equal(body.error, "invalid_target");
    }
  });

  test("for the default audience needs no parameter", async () => {
    const other = await startOAuthServer({ defaultAudience: "https://api.example.com" });
    const { body } = await requestToken(other);
    assert.equal(decodeJwt(body.access_token).aud, "https://api.example.com");
    await other.close();
  });

  test("grants the scopes that the API has", async () => {
    const { body } = await requestToken(server, {
      audience: server.audience,
      scope: "read:plans write:plans",
    });
    assert.equal(body.scope, "read:plans");
  });

  test("is the only grant", async () => {
    const { response, body } = await requestToken(server, {
      grant_type: "password",
      audience: server.audience,
    });
    assert.equal(response.status, 400);
    assert.equal(body.error, "unsupported_grant_type");
  });

  test("answers JSON to a client that would take HTML", async () => {
    const { body } = await requestToken(server, { client_secret: "wrong" }, { accept: "text/html" });
    assert.equal(body.error, "invalid_client");
  });

  test("is written down with its further parameters and without the secret", async () => {
    await requestToken(server, { audience: server.audience, organization: "org_1" });
    const call = server.tokenCalls.at(-1);
    assert.deepEqual(
      { ...call, atMs: 0 },
      {
        status: 200,
        error: null,
        clientAuth: "client_secret_post",
        clientId: server.secrets.CLIENT_ID,
        grantType: "client_credentials",
        scope: undefined,
        audience: server.audience,
        resource: undefined,
        parameters: {
          grant_type: "client_credentials",
          client_id: server.secrets.CLIENT_ID,
          audience: server.audience,
          organization: "org_1",
        },
        expiresInS: 86400,
        atMs: 0,
      },
    );
    assert.ok(!JSON.stringify(server.tokenCalls).includes(server.secrets.CLIENT_SECRET));
  });
});

test("an assertion signed with the application's private key is taken, once", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const clientId = "assertion-client";
  const server = await startOAuthServer({
    clients: [
      {
        clientId,
        clientAuth: "private_key_jwt",
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "k1" }] },
      },
    ],
  });
  // Auth0 documents the issuer, with its slash, as the assertion's audience.
  const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: server.issuer, jti: randomUUID() })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setIssuedAt()
    .setExpirationTime("1m")
    .sign(privateKey);
  const form = {
    audience: server.audience,
    client_assertion: assertion,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  };

  assert.equal((await requestToken(server, form)).response.status, 200);
  assert.equal((await requestToken(server, form)).body.error, "invalid_client");
  assert.deepEqual(
    server.tokenCalls.map((call) => call.clientAuth),
    ["private_key_jwt", "private_key_jwt"],
  );
  assert.ok(!JSON.stringify(server.tokenCalls).includes(assertion));
  await server.close();
});

test("the lifetime of access tokens can be set", async () => {
  const server = await startOAuthServer({ accessTokenTtlS: 60 });
  const { body } = await requestToken(server, { audience: server.audience });
  assert.equal(body.expires_in, 60);
  await server.close();
});

test("each server has keys of its own, and hides the private ones", async () => {
  const [one, two] = await Promise.all([startOAuthServer(), startOAuthServer()]);
  const { body } = await requestToken(one, { audience: one.audience });
  assert.equal(decodeProtectedHeader(body.access_token).kid, one.signing.kid);
  assert.notEqual(one.signing.kid, two.signing.kid);

  const served = await (await fetch(one.jwksUrl, { headers: { connection: "close" } })).json();
  assert.deepEqual(
    served.keys.map(({ kid, d }) => ({ kid, d })),
    [{ kid: one.signing.kid, d: undefined }],
  );
  assert.deepEqual(Object.keys(one.jwks.keys[0]).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
  await Promise.all([one.close(), two.close()]);
});

test("the token endpoint can be made to fail, the keys stay served", async () => {
  const server = await startOAuthServer();
  server.setFault(faults.times(1, faults.status(429, { headers: { "retry-after": "1" } })));
  const refused = await requestToken(server, { audience: server.audience });
  assert.equal(refused.response.status, 429);
  assert.equal(refused.response.headers.get("retry-after"), "1");
  assert.equal((await requestToken(server, { audience: server.audience })).response.status, 200);

  server.setFault(faults.down);
  await assert.rejects(requestToken(server));
  assert.equal((await fetch(server.jwksUrl, { headers: { connection: "close" } })).status, 200);

  server.setFault(faults.delay(20));
  assert.equal((await requestToken(server, { audience: server.audience })).response.status, 200);
  assert.deepEqual(
    server.tokenCalls.map((call) => call.status),
    [429, 200, null, 200],
  );
  await server.close();
});

test("starting and using it prints nothing", async (t) => {
  const printers = ["log", "info", "warn", "error"].map((name) => t.mock.method(console, name, () => {}));
  const server = await startOAuthServer();
  await requestToken(server, { audience: server.audience });
  await requestToken(server, { client_secret: "wrong" }, { accept: "text/html" });
  await server.close();
  for (const printer of printers) assert.equal(printer.mock.callCount(), 0);
});
