import assert from "node:assert/strict";
import { test } from "node:test";
import { createConfig, DEPLOYMENTS, startWorld } from "../support/world.js";

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: upper and lower case are Unicode's, which the engine asks of JavaScript`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      claims["https://example.com/upper"] = "upper('straße ﬁ ñ')";
      claims["https://example.com/lower"] = "lower('ΟΔΟΣ ÑİЖ 😀')";
    });
    const { after } = await world.login(deploy(config));
    assert.equal(after.idToken["https://example.com/upper"], "STRASSE FI Ñ");
    assert.equal(after.idToken["https://example.com/lower"], "οδος ñi̇ж 😀");
  });
}
