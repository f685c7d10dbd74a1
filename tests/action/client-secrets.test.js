// A client with several secrets: one is exchanged while logins go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createConfig, DEPLOYMENTS, PLAN, startWorld, visibleOutput } from "../support/world.js";

const WRONG = "planted-secret-of-before";
const LOGINS = 8;

for (const [deployment, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const clientAuth of ["client_secret_post", "client_secret_basic"]) {
    test(`${deployment}: a secret that is no longer taken costs an instance one call by ${clientAuth}`, async (t) => {
      // Tokens that last too short to be kept, so that each login asks for one.
      const world = await startWorld(t, { accessTokenTtlS: 20 });
      const config = createConfig(({ tokens: { api } }) => {
        api.client_auth = clientAuth;
        api.client_secret = ["{secrets.FIRST}", "{secrets.CLIENT_SECRET}"];
      });
      for (const action of [deploy(config), deploy(config)]) {
        world.oauthServer.tokenCalls.length = 0;
        for (let login = 0; login < LOGINS; login++) {
          const result = await world.login(action, { secrets: { FIRST: WRONG } });
          assert.equal(result.after.idToken[PLAN], "gold", result.logs[0]);
          const output = visibleOutput(action, result);
          assert.ok(!output.includes(WRONG) && !output.includes(world.oauthServer.secrets.CLIENT_SECRET));
        }
        const errors = world.oauthServer.tokenCalls.map(({ error }) => error);
        assert.deepEqual(errors, ["invalid_client", ...Array(LOGINS).fill(null)]);
      }
    });
  }

  test(`${deployment}: where no secret is taken the login goes on, and no circuit opens`, async (t) => {
    const world = await startWorld(t);
    const action = deploy(
      createConfig(({ tokens: { api } }) => {
        api.client_secret = ["{secrets.FIRST}", "{secrets.SECOND}"];
      }),
    );
    for (let login = 0; login < 6; login++) {
      const result = await world.login(action, { secrets: { FIRST: WRONG, SECOND: `${WRONG}-too` } });
      assert.match(result.logs[0], /token_refused@tokens\.api/);
      assert.ok(!visibleOutput(action, result).includes(WRONG));
    }
    assert.equal(world.calls().token, 12);
  });
}
