// Many users in one instance at once, over real sockets, with answers in any order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createConfig, DEPLOYMENTS, startWorld } from "../support/world.js";

const COUNT = 1000;
/** Enough under way to interleave, and few enough for the sockets of one process. */
const WIDTH = 40;

const USERS = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [
    `auth0|user-${index}`,
    { email: `user-${index}@example.com`, account: { number: index, tags: [`tag-${index}`] } },
  ]),
);

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: each of a thousand interleaved logins carries its own user's data`, async (t) => {
    const world = await startWorld(t, {}, USERS);
    world.backend.setFault(async () => {
      await sleep(Math.random() * 30);
      return false;
    });
    const config = createConfig((config) => {
      config.claims = {
        number: "profile.account.number",
        tags: { value: "profile.account.tags", to: ["access_token", "app_metadata"] },
        both: "[event.user.user_id, profile.email]",
      };
      config.scopes = [{ add: "even", when: "ends_with(profile.email, '0@example.com')" }];
    });
    const action = deploy(config);
    let next = 0;
    const work = async () => {
      while (next < COUNT) {
        const index = next++;
        const user_id = `auth0|user-${index}`;
        const { after, outcome } = await world.login(action, { user: { user_id } });
        const { sub, number, tags, both, scope } = after.accessToken;
        assert.deepEqual(
          { sub, number, tags, both, even: scope.endsWith(" even") },
          {
            sub: user_id,
            number: index,
            tags: [`tag-${index}`],
            both: [user_id, `user-${index}@example.com`],
            even: index % 10 === 0,
          },
        );
        assert.equal(after.idToken.sub, user_id);
        assert.equal(after.idToken.number, index);
        assert.deepEqual(outcome.appMetadata, { tags: [`tag-${index}`] });
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, work));
    assert.deepEqual(world.calls(), { token: 1, backend: COUNT });
  });
}
