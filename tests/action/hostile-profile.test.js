// Users who choose their names with care: whatever a profile holds, it stays one value in one request to the
// backend that the configuration names.

import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { createConfig, DEPLOYMENTS, startWorld } from "../support/world.js";

/** Values with which URLs, headers and bodies that are put together by hand can be turned round. */
const VALUES = [
  "",
  ".",
  "..",
  "../../admin",
  "..\\..\\admin",
  "%2e%2e%2fadmin",
  "x/../../admin",
  "x?admin=true",
  "x#fragment",
  "x&admin=true",
  "@evil.example",
  "//evil.example/",
  "https://evil.example/",
  ":80@evil.example:443",
  "a\r\nhost: evil.example\r\n\r\nGET /admin HTTP/1.1",
  "a\nb",
  "a\0b",
  '", "admin": true, "x": "',
  "{secrets.CLIENT_SECRET}",
  "{{event.user.email}}",
  "$" + "{process.env.HOME}",
  "__proto__",
  "constructor",
  "Zoë 🦊",
  "x".repeat(2_000),
];

/** Nothing of a path: these would make another path of it. */
const NO_SEGMENTS = ["", ".", ".."];

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: a value in a URL is one segment and one query value, whatever it is`, async (t) => {
    const { world, hosts } = await startWatchedWorld(t);
    const action = deploy(
      createConfig(({ sources }) => {
        sources.profile.url += "?nickname={event.user.nickname}";
      }),
    );
    for (const value of VALUES) {
      const { call, logs } = await callOf(world, action, { user_id: value, nickname: value });
      if (NO_SEGMENTS.includes(value)) {
        assert.equal(call, undefined);
        assert.match(logs[0], /template_value_missing@sources\.profile\.url/);
      } else {
        assert.deepEqual(call.segments, ["api", "users", value]);
        assert.deepEqual([...new URLSearchParams(call.rawQuery)], [["nickname", value]]);
      }
    }
    assert.deepEqual([...hosts].toSorted(), [world.backend.domain, world.oauthServer.domain].toSorted());
  });

  test(`${name}: a value in a header stays in it, and one that could end it is refused`, async (t) => {
    const { world, hosts } = await startWatchedWorld(t);
    const action = deploy(
      createConfig(({ sources }) => {
        sources.profile.headers = { "x-name": "name={event.user.name};" };
      }),
    );
    const { call: usual } = await callOf(world, action, { name: "Ann" });
    for (const value of VALUES) {
      const { call, logs } = await callOf(world, action, { name: value });
      if (call === undefined) {
        assert.match(logs[0], /template_value_missing@sources\.profile\.headers/);
        assert.match(value, /[^ -~]/);
      } else {
        // Node reads a character for each byte.
        assert.equal(Buffer.from(call.headers["x-name"], "latin1").toString(), `name=${value};`);
        assert.deepEqual(Object.keys(call.headers), Object.keys(usual.headers));
      }
    }
    assert.deepEqual([...hosts].toSorted(), [world.backend.domain, world.oauthServer.domain].toSorted());
  });

  test(`${name}: a value in a body is one string, whatever it is`, async (t) => {
    const { world, hosts } = await startWatchedWorld(t);
    const action = deploy(
      createConfig(({ sources }) => {
        sources.profile.method = "POST";
        sources.profile.url = "http://{secrets.API_DOMAIN}/search";
        sources.profile.body = { name: "{event.user.name}", text: "name={event.user.name}", admin: false };
      }),
    );
    for (const value of VALUES) {
      const { call } = await callOf(world, action, { name: value });
      assert.deepEqual(JSON.parse(call.body), { name: value, text: `name=${value}`, admin: false });
    }
    assert.deepEqual([...hosts].toSorted(), [world.backend.domain, world.oauthServer.domain].toSorted());
  });
}

/** A world whose backend answers everything, and the hosts that this process connects to meanwhile. */
async function startWatchedWorld(t) {
  const world = await startWorld(t);
  world.backend.setFault((_req, res) => {
    res.writeHead(200, { "content-type": "application/json" });
    res.end('{"subscription":{"plan":"gold"}}');
    return true;
  });
  const hosts = new Set();
  const { connect } = net.Socket.prototype;
  t.mock.method(net.Socket.prototype, "connect", function (...args) {
    // Node hands its own arguments on as a list.
    const [{ host, port }] = args.flat();
    hosts.add(`${host}:${port}`);
    return connect.apply(this, args);
  });
  return { world, hosts };
}

/** The one call that a login of such a user leads to, if any. */
async function callOf(world, action, user) {
  const count = world.backend.calls.length;
  const { logs } = await world.login(action, { user });
  const calls = world.backend.calls.slice(count);
  assert.ok(calls.length <= 1);
  return { call: calls[0], logs };
}
