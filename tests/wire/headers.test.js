// Fault 23: a header carries what users are called, as UTF-8.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, createEvent } from "claimsmith-cli/host";
import { startRawServer, text } from "../support/raw-server.js";
import { DEPLOYMENTS, PLAN } from "../support/world.js";

const config = (method) => ({
  allow_http: true,
  sources: {
    profile: {
      url: "http://{secrets.API_DOMAIN}/",
      method,
      headers: { "x-name": "{event.user.name}" },
      ...(method === "POST" ? { body: { name: "{event.user.name}" } } : {}),
    },
  },
  claims: { [PLAN]: "profile.plan" },
});

async function login(action, { port }, name) {
  const event = createEvent({ user: { name }, secrets: { API_DOMAIN: `127.0.0.1:${port}` } });
  const { api, outcome } = createApi(event, { trigger: "post-login" });
  const { logs } = await action.executeSettled("onExecutePostLogin", event, api);
  return { plan: outcome.idTokenClaims[PLAN], line: logs[0] };
}

for (const [deployment, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const method of ["GET", "POST"]) {
    test(`${deployment}: a ${method} carries a name of any letters in its header, and in its body`, async (t) => {
      const server = await startRawServer(t, ({ write }) => write(text("200 OK", '{"plan":"gold"}')));
      const action = deploy(config(method));
      for (const name of ["José", "Łukasz", "日本", "a\tb", "Zoë 🦊", "é".repeat(500)]) {
        const { plan, line } = await login(action, server, name);
        assert.equal(plan, "gold", line);
        const { head, body } = server.requests.at(-1) ?? {};
        const [, bytes] = /^x-name: ?(.*?)\r?$/im.exec(head) ?? [];
        assert.equal(Buffer.from(bytes, "latin1").toString("utf8"), name);
        if (method === "POST") assert.deepEqual(JSON.parse(body.toString()), { name });
      }
    });
  }

  test(`${deployment}: a control character in a header is refused`, async (t) => {
    const server = await startRawServer(t, ({ write }) => write(text("200 OK", '{"plan":"gold"}')));
    const action = deploy(config("GET"));
    for (const name of ["a\nb", "a\rx-admin: 1", "a\0b", "a\u007fb", "a\u0085b", "\u001b[31m"]) {
      const { line } = await login(action, server, name);
      assert.match(line, /template_value_missing@sources\.profile\.headers/);
    }
    assert.equal(server.requests.length, 0);
  });
}
