// What is read of the event for a login, and how it stands in the text for the engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { createReader } from "../../js-shim/src/event.js";

const UNREADABLE = "1e999";

/** The lines for one chain of members: how many led to something, and what. */
const readChain = (event, ...chain) => read({ chains: [chain] }, event).slice(0, 2);

function read({ chains = [], secrets = [], methods = [] }, event, api = {}) {
  return createReader(JSON.stringify([chains, secrets, methods]))(event, api).split("\n");
}

const throwing = (object, name) =>
  Object.defineProperty(object, name, {
    enumerable: true,
    get() {
      throw new Error("no");
    },
  });

test("a chain leads to a member, and where it ends early its end is taken over", () => {
  const event = { user: { name: "Ann", roles: ["a"], nothing: null }, text: "x", f() {} };
  for (const [chain, expected] of [
    [
      ["user", "name"],
      ["2", '"Ann"'],
    ],
    [
      ["user", "email"],
      ["2", "null"],
    ],
    [
      ["client", "name"],
      ["1", "null"],
    ],
    [
      ["user", "name", "length"],
      ["2", '"Ann"'],
    ],
    [
      ["user", "roles", "length"],
      ["2", '["a"]'],
    ],
    [
      ["user", "nothing", "x"],
      ["2", "null"],
    ],
    [["user"], ["1", JSON.stringify(event.user)]],
    [
      ["f", "name"],
      ["1", "null"],
    ],
  ]) {
    assert.deepEqual(readChain(event, ...chain), expected, chain.join("."));
  }
  for (const [nothing, json] of [
    [undefined, "null"],
    [null, "null"],
    [7, "7"],
    ["text", '"text"'],
  ]) {
    assert.deepEqual(readChain(nothing, "user"), ["0", json]);
  }
});

test("nothing but what the chains lead to is touched", () => {
  const touched = [];
  const guard = (target, path) =>
    new Proxy(target, {
      get(object, name) {
        touched.push(`${path}${String(name)}`);
        const value = object[name];
        return typeof value === "object" ? guard(value, `${path}${String(name)}.`) : value;
      },
    });
  const event = guard({ user: { user_id: "u", name: "n" }, secrets: { KEY: "k", OTHER: "o" } }, "");
  const lines = read({ chains: [["user", "user_id"]], secrets: ["KEY"] }, event);
  assert.deepEqual(lines, ["2", '"u"', '"k"']);
  assert.deepEqual(touched, ["user", "user.user_id", "secrets", "secrets.KEY"]);
});

test("what is inherited is neither a secret nor part of the event", () => {
  const polluted = { KEY: "stolen", secrets: { KEY: "stolen" }, user: { user_id: "x" }, plan: "gold" };
  const chains = [
    ["user", "plan"],
    ["client", "plan"],
  ];
  for (const name of ["KEY", "toString", "constructor", "__proto__"]) {
    for (const event of [{ user: {} }, { user: {}, secrets: {} }]) {
      const lines = withPollution(polluted, () => read({ chains, secrets: [name] }, event));
      assert.deepEqual(lines, ["2", "null", "1", "null", "null"], name);
    }
  }
});

/** Runs with `Object.prototype` as an attacker left it; nothing else of this process may run meanwhile. */
function withPollution(members, run) {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true });
  }
  try {
    return run();
  } finally {
    for (const name of Object.keys(members)) delete Object.prototype[name];
  }
}

test("what cannot be read is unreadable, and the rest is read", () => {
  const circle = { name: "x", big: 10n };
  circle.self = circle;
  const user = { list: [1, 10n, throwing({}, "a")], circle, name: "Zoé \ud800", f() {} };
  throwing(user, "picture");
  const event = throwing({ user }, "client");
  for (const [chain, expected] of [
    [
      ["user", "picture"],
      ["2", UNREADABLE],
    ],
    [
      ["user", "picture", "url"],
      ["2", UNREADABLE],
    ],
    [
      ["client", "name"],
      ["1", UNREADABLE],
    ],
    [
      ["user", "name"],
      ["2", '"Zoé \\ud800"'],
    ],
    [
      ["user", "list"],
      ["2", `[1,${UNREADABLE},{"a":${UNREADABLE}}]`],
    ],
    [
      ["user", "f"],
      ["2", "null"],
    ],
  ]) {
    assert.deepEqual(readChain(event, ...chain), expected, chain.join("."));
  }
  const [, self] = readChain(event, "user", "circle");
  assert.match(self, /^\{"name":"x","big":1e999,"self":\{"name":"x".*1e999\}+$/);
});

test("proxies that throw for whatever is asked of them cost themselves", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.deepEqual(readChain(proxy, "user"), ["0", UNREADABLE]);
  assert.deepEqual(readChain({ user: proxy }, "user", "name"), ["1", UNREADABLE]);
  assert.deepEqual(readChain({ user: proxy }, "user"), ["1", UNREADABLE]);
  assert.deepEqual(read({ secrets: ["KEY"] }, { secrets: proxy }), ["null"]);
  assert.deepEqual(read({ methods: [["user", "set"]] }, {}, proxy), ["false"]);
});

test("the event as a whole goes without its secrets, and so does a chain to them", () => {
  const event = throwing({ user: { id: 1 }, secrets: { KEY: "k" } }, "client");
  assert.deepEqual(readChain(event), ["0", `{"user":{"id":1},"client":${UNREADABLE}}`]);
  assert.deepEqual(readChain(event, "secrets", "KEY"), ["1", "null"]);
});

test("a secret is a text, whatever its characters", () => {
  const secrets = { LINES: "a\nb", NUMBER: 7, OBJECT: new String("x") };
  const names = ["LINES", "NUMBER", "OBJECT", "MISSING"];
  assert.deepEqual(read({ secrets: names }, { secrets }), ['"a\\nb"', "null", "null", "null"]);
});

test("a method is missing where it is no function, or cannot be read", () => {
  const api = throwing({ idToken: { setCustomClaim() {} }, user: { setAppMetadata: 1 } }, "accessToken");
  const methods = [
    ["idToken", "setCustomClaim"],
    ["user", "setAppMetadata"],
    ["accessToken", "setCustomClaim"],
    ["session", "setMetadata"],
    null,
  ];
  assert.deepEqual(read({ methods }, {}, api), ["true", "false", "false", "false", "true"]);
});

test("objects of another realm are read like ours", () => {
  const event = vm.runInNewContext('({ user: { name: "n", roles: ["a"] } })');
  assert.deepEqual(readChain(event, "user"), ["1", '{"name":"n","roles":["a"]}']);
});
