// A client that proves itself with a private key, against a real authorization server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCache } from "claimsmith-cli/host";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { createConfig, DEPLOYMENTS, PLAN, startWorld, visibleOutput } from "../support/world.js";

async function startWorldWithKey(t, algorithm) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "key-1", alg: algorithm, use: "sig" };
  const client = { clientId: "client-with-key", clientAuth: "private_key_jwt", jwks: { keys: [jwk] } };
  const world = await startWorld(t, { clients: [client] });
  const config = createConfig(({ tokens: { api } }) => {
    delete api.client_secret;
    Object.assign(api, {
      client_auth: "private_key_jwt",
      private_key: "{secrets.PRIVATE_KEY}",
      key_id: "key-1",
      algorithm,
    });
  });
  return { world, config, pem: await exportPKCS8(privateKey) };
}

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const algorithm of ["RS256", "PS256", "ES256"]) {
    test(`${name}: a token is got with a key that signs ${algorithm}`, async (t) => {
      const { world, config, pem } = await startWorldWithKey(t, algorithm);
      const action = deploy(config);
      const result = await world.login(action, { secrets: { PRIVATE_KEY: pem } });
      assert.equal(result.after.idToken[PLAN], "gold");
      const [call] = world.oauthServer.tokenCalls;
      assert.deepEqual([call.clientAuth, call.status], ["private_key_jwt", 200]);
      assert.equal(visibleOutput(action, result).includes(pem.split("\n")[1]), false);
    });
  }

  test(`${name}: a second request brings an assertion of its own, which a server would refuse twice`, async (t) => {
    const { world, config, pem } = await startWorldWithKey(t, "ES256");
    // In one line, as a secret often is.
    const secrets = { PRIVATE_KEY: pem.replaceAll("\n", "\\n") };
    const action = deploy(config);
    await world.login(action, { secrets });
    const other = await world.login(deploy(config), { secrets, cache: createCache() });
    assert.equal(other.after.idToken[PLAN], "gold");
    assert.deepEqual(
      world.oauthServer.tokenCalls.map(({ status }) => status),
      [200, 200],
    );
  });

  test(`${name}: a key that does not fit is a problem of the configuration, and is not shown`, async (t) => {
    const { world, config, pem } = await startWorldWithKey(t, "ES256");
    for (const key of ["planted-no-key", pem.slice(0, 80), pem]) {
      const otherAlgorithm = structuredClone(config);
      otherAlgorithm.tokens.api.algorithm = "RS256";
      const action = deploy(otherAlgorithm);
      const result = await world.login(action, { secrets: { PRIVATE_KEY: key } });
      assert.match(result.logs[0], /config_invalid@tokens\.api/);
      assert.equal(PLAN in result.after.idToken, false);
      assert.equal(visibleOutput(action, result).includes(key.slice(0, 60)), false);
    }
    assert.equal(world.oauthServer.tokenCalls.length, 0);
  });
}
