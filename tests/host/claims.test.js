import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { droppedClaims, issuedClaims, MAX_CLAIM_BYTES, RESERVED_CLAIMS } from "claimsmith-cli/host";

const API = "https://shop.example.com/api";

function onAccessToken(claims, requestedScopes = ["openid"], audience = API) {
  return issuedClaims(claims, { token: "access_token", requestedScopes, audience });
}

function onIdToken(claims) {
  return issuedClaims(claims, { token: "id_token" });
}

describe("reserved names", () => {
  test("are 60", () => {
    assert.equal(new Set(RESERVED_CLAIMS).size, 60);
  });

  for (const name of RESERVED_CLAIMS) {
    test(`${name} is dropped from both tokens`, () => {
      const dropped = [{ name, reason: "reserved" }];
      const claims = { [name]: "x" };
      assert.deepEqual(droppedClaims(claims), dropped);
      assert.deepEqual(onIdToken(claims), { kept: {}, dropped, bytes: 0, tooLarge: false });
      assert.deepEqual(onAccessToken(claims), { kept: {}, dropped, bytes: 0, tooLarge: false });
    });
  }

  test("are reserved in that spelling only", () => {
    assert.deepEqual(droppedClaims({ Roles: 1, my_roles: 1, [`${API}/roles`]: 1 }), []);
  });
});

describe("namespaces", () => {
  const banned = [
    "https://auth0.com/roles",
    "http://auth0.com",
    "https://acme.eu.auth0.com/roles",
    "HTTPS://ACME.AUTH0.COM/roles",
    "https://auth0.com:8443/x",
    "https://user@auth0.com/x",
    "https://auth0.com./x",
    "https://webtask.io/x",
    "https://a.webtask.io/x",
    "https://webtask.run/x",
    "urn:auth0",
    "urn:auth0:roles",
    "URN:AUTH0:roles",
  ];
  for (const name of banned) {
    test(`${name} is dropped`, () => {
      assert.deepEqual(droppedClaims({ [name]: 1 }), [{ name, reason: "banned_namespace" }]);
    });
  }

  const allowed = [
    "https://example.com/auth0.com",
    "https://notauth0.com/x",
    "https://auth0.com.example.com/x",
    "https://example.com/?auth0.com",
    "urn:auth0x:roles",
    "urn:example:roles",
    "plan",
    "https://",
  ];
  for (const name of allowed) {
    test(`${name} is kept`, () => assert.deepEqual(droppedClaims({ [name]: 1 }), []));
  }
});

describe("the table that the engine is held to as well", () => {
  const table = JSON.parse(readFileSync(new URL("../vectors/auth0-hosts.json", import.meta.url), "utf8"));

  test("tells the namespaces that are dropped from those that are kept", () => {
    for (const [key, dropped] of Object.entries({ reserved: ["banned_namespace"], free: [] })) {
      for (const name of table.claim_names[key]) {
        const reasons = droppedClaims({ [name]: 1 }).map(({ reason }) => reason);
        assert.deepEqual(reasons, dropped, name);
      }
    }
  });

  test("tells the audiences of Auth0's own APIs from others", () => {
    for (const [key, dropped] of Object.entries({ auth0: ["auth0_api_audience"], other: [] })) {
      for (const audience of table.audiences[key]) {
        const reasons = onAccessToken({ plan: "pro" }, [], audience).dropped.map(({ reason }) => reason);
        assert.deepEqual(reasons, dropped, audience);
      }
    }
  });
});

describe("OIDC profile claims", () => {
  test("are kept on the ID token", () => {
    const claims = { name: "Ada", email: "a@example.com", phone_number: "+49", address: {} };
    assert.deepEqual(onIdToken(claims).kept, claims);
  });

  const scopes = {
    name: "profile",
    updated_at: "profile",
    email: "email",
    address: "address",
    phone_number: "phone",
  };
  for (const [name, scope] of Object.entries(scopes)) {
    test(`${name} needs the scope ${scope} on the access token`, () => {
      assert.deepEqual(onAccessToken({ [name]: "x" }, ["openid", scope]).kept, { [name]: "x" });
      assert.deepEqual(onAccessToken({ [name]: "x" }, ["openid"]).dropped, [
        { name, reason: "scope_not_requested" },
      ]);
    });
  }
});

describe("access tokens", () => {
  test("without an audience are opaque and carry nothing", () => {
    const { dropped } = issuedClaims({ plan: "pro" }, { token: "access_token" });
    assert.deepEqual(dropped, [{ name: "plan", reason: "opaque_access_token" }]);
  });

  test("for Auth0's own APIs carry nothing", () => {
    const { dropped } = onAccessToken({ plan: "pro" }, [], "https://acme.eu.auth0.com/api/v2/");
    assert.deepEqual(dropped, [{ name: "plan", reason: "auth0_api_audience" }]);
  });
});

describe("values", () => {
  test("appear as JSON carries them", () => {
    const claims = {
      date: new Date(0),
      nan: NaN,
      nothing: null,
      nested: { f() {}, u: undefined, a: [undefined] },
    };
    assert.deepEqual(onIdToken(claims).kept, {
      date: "1970-01-01T00:00:00.000Z",
      nan: null,
      nothing: null,
      nested: { a: [null] },
    });
  });

  test("that have no JSON are dropped", () => {
    assert.deepEqual(onIdToken({ a: undefined, b: () => {}, c: Symbol("c") }).dropped, [
      { name: "a", reason: "no_json_value" },
      { name: "b", reason: "no_json_value" },
      { name: "c", reason: "no_json_value" },
    ]);
  });

  test("keep a claim named __proto__ as a plain one", () => {
    const { kept } = onIdToken(JSON.parse('{"__proto__": {"admin": true}}'));
    assert.equal(JSON.stringify(kept), '{"__proto__":{"admin":true}}');
    assert.equal(kept.admin, undefined);
  });
});

test("names and values together over 100 kB are too large, in bytes of UTF-8", () => {
  const fill = (bytes) => "ä".repeat(bytes / 2);
  const name = `${API}/x`;
  const room = MAX_CLAIM_BYTES - name.length - 2;
  assert.equal(onIdToken({ [name]: fill(room) }).tooLarge, false);
  assert.equal(onIdToken({ [name]: `${fill(room)}y` }).tooLarge, true);
  assert.equal(onIdToken({ [name]: fill(room), sub: "dropped ones do not count" }).tooLarge, false);
});
