import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import {
  createApi,
  createCache,
  createEvent,
  loadAction,
  MAX_CODE_BYTES,
  MAX_MODULE_BYTES,
} from "claimsmith-cli/host";

const HANDLER = "onExecutePostLogin";

/** Runs the code's post-login handler once. */
function run(action, event = createEvent()) {
  return action.execute(HANDLER, event, createApi(event).api);
}

/** An Action whose handler has this body. */
function handlerOf(body, options) {
  return loadAction(`exports.${HANDLER} = async (event, api) => {\n${body}\n};`, options);
}

describe("initialisation", () => {
  test("runs the module at the first execution, and only then", async () => {
    const lines = [];
    const action = loadAction(
      `console.log("module"); exports.${HANDLER} = async () => console.log("handler");`,
      {
        console: { log: (line) => lines.push(line) },
      },
    );
    assert.deepEqual(lines, []);
    assert.deepEqual((await run(action)).logs, ["module", "handler"]);
    assert.deepEqual((await run(action)).logs, ["handler"]);
    assert.deepEqual(lines, ["module", "handler", "handler"]);
  });

  test("keeps an initialisation error and throws it again", async () => {
    const lines = [];
    const options = { console: { log: (line) => lines.push(line) } };
    const action = loadAction('console.log("once"); null.x;', options);
    const first = await run(action).catch((error) => error);
    const second = await run(action).catch((error) => error);
    assert.equal(first.name, "TypeError");
    assert.equal(second, first);
    assert.deepEqual(lines, ["once"]);
  });

  test("throws a syntax error when the code is loaded, in an Actions Module too", () => {
    assert.throws(() => loadAction("exports.x = ;"), { name: "SyntaxError" });
    assert.throws(() => loadAction("", { modules: { broken: { code: "const a; " } } }), {
      name: "SyntaxError",
    });
  });

  test("takes handlers from module.exports as well", async () => {
    await run(loadAction(`module.exports = { async ${HANDLER}() {} };`));
  });

  test("counts the lines of the code in a stack trace", async () => {
    const action = loadAction('\nthrow new Error("line two");', { filename: "sample.js" });
    await assert.rejects(run(action), (error) => /sample\.js:2:/.test(error.stack));
  });

  test("reports its duration for the first execution only", async () => {
    const action = handlerOf("");
    const first = await run(action);
    const second = await run(action);
    assert.ok(first.initDurationMs > 0 && first.initDurationMs <= first.durationMs);
    assert.equal(second.initDurationMs, 0);
  });
});

describe("the scope of the code", () => {
  for (const name of ["__dirname", "__filename"]) {
    test(`has no ${name}`, async () => {
      const result = await run(handlerOf(`console.log(typeof ${name});`));
      assert.deepEqual(result.logs, ["undefined"]);
    });
  }

  test("has no import()", async () => {
    await assert.rejects(run(handlerOf('await import("node:fs");')), { name: "TypeError" });
  });

  test("has no import.meta", () => {
    assert.throws(() => handlerOf("import.meta.url;"), { name: "SyntaxError" });
  });

  test("has no top-level await", () => {
    assert.throws(() => loadAction("await Promise.resolve();"), { name: "SyntaxError" });
  });

  test("is a realm of its own: what literals make is of no class that a name stands for", async () => {
    const action = handlerOf(`
      console.log([] instanceof Array, {} instanceof Object, (() => {}) instanceof Function, /x/ instanceof RegExp);
      console.log(event.list instanceof Array, Array.isArray([]), Array.isArray(event.list), new Map() instanceof Map);
      try { null.x; } catch (error) { console.log(error instanceof Error, error.name); }
      console.log(globalThis === global, globalThis.Array === Array);
      globalThis.left = 1;`);
    const { logs } = await run(action, { list: [] });
    assert.deepEqual(logs, [
      "false false false false",
      "true true true true",
      "false TypeError",
      "true true",
    ]);
    assert.equal("left" in globalThis, false);
  });

  test("has WebAssembly, fetch, crypto and Buffer", async () => {
    const result = await run(
      handlerOf("console.log(typeof WebAssembly, typeof fetch, typeof crypto.subtle, typeof Buffer);"),
    );
    assert.deepEqual(result.logs, ["object function object function"]);
  });
});

describe("the handler", () => {
  const refusal = {
    message:
      'Invalid function signature for the "onExecutePostLogin" handler. Use "exports.onExecutePostLogin = async function(event, api) { }" as the signature.',
  };

  test("refuses a plain function that returns a promise", async () => {
    await assert.rejects(run(loadAction(`exports.${HANDLER} = () => Promise.resolve();`)), refusal);
  });

  test("refuses an async generator and a value that is no function", async () => {
    await assert.rejects(run(loadAction(`exports.${HANDLER} = async function* () {};`)), refusal);
    await assert.rejects(run(loadAction(`exports.${HANDLER} = 1;`)), refusal);
  });

  test("says which handlers there are where the wanted one is missing", async () => {
    await assert.rejects(run(loadAction("exports.onContinuePostLogin = async () => {};")), {
      message:
        'The Action has no "onExecutePostLogin" handler: it exports onContinuePostLogin. Set exports.onExecutePostLogin.',
    });
    await assert.rejects(run(loadAction("module.exports = null;")), /it exports nothing/);
  });

  test("refuses a name that no trigger has, and a function in the place of the exports", async () => {
    const action = loadAction("exports.onExecutePostLogon = exports.toString = async () => {};");
    for (const name of ["onExecutePostLogon", "toString", "constructor"]) {
      await assert.rejects(action.execute(name, {}, {}), { message: /^No trigger has the handler / });
    }
    const code = `module.exports = async () => {}; module.exports.${HANDLER} = async () => {};`;
    await assert.rejects(run(loadAction(code)), { message: /^The Action exports a function/ });
  });

  test("rejects with the very error that the handler throws", async () => {
    const error = new Error("no");
    const action = handlerOf("throw event.error;");
    assert.equal(await run(action, { error }).catch((reason) => reason), error);
  });

  test("tells what was logged before the handler threw", async () => {
    const action = handlerOf('console.log("one"); throw undefined;');
    const execution = await action.executeSettled(HANDLER, {}, {});
    assert.equal(execution.status, "rejected");
    assert.equal(execution.reason, undefined);
    assert.deepEqual(execution.logs, ["one"]);
  });

  test("ends an execution that takes too long", async () => {
    const action = handlerOf("await new Promise(() => {});", { timeoutMs: 20 });
    await assert.rejects(run(action), {
      message: 'The "onExecutePostLogin" handler did not end within 20 ms',
    });
  });
});

describe("module-level state", () => {
  const counter = `let count = 0; exports.${HANDLER} = async () => console.log(++count);`;

  test("is shared by the executions of one instance", async () => {
    const action = loadAction(counter);
    await run(action);
    assert.deepEqual((await run(action)).logs, ["2"]);
  });

  test("is fresh in another instance", async () => {
    await run(loadAction(counter));
    assert.deepEqual((await run(loadAction(counter))).logs, ["1"]);
  });

  test("is all that instances do not share: a cache can be given to both", async () => {
    const cache = createCache();
    const event = createEvent();
    const code = `exports.${HANDLER} = async (event, api) => {
      console.log(api.cache.get("k")?.value); api.cache.set("k", "v");
    };`;
    await loadAction(code).execute(HANDLER, event, createApi(event, { cache }).api);
    const second = await loadAction(code).execute(HANDLER, event, createApi(event, { cache }).api);
    assert.deepEqual(second.logs, ["v"]);
  });
});

describe("the console", () => {
  test("collects every level and joins the arguments as Node does", async () => {
    const result = await run(
      handlerOf(`console.log("%s is %d", "a", 1, { b: [2] }); console.info("i"); console.warn("w");
        console.error("e"); console.debug("d");`),
    );
    assert.deepEqual(result.logs, ["a is 1 { b: [ 2 ] }", "i", "w", "e", "d"]);
  });

  test("writes what dir, table, assert, count and group write", async () => {
    const result = await run(
      handlerOf(`console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
        console.table([{ a: 1 }]);
        console.assert(true, "holds"); console.assert(false, "fails");
        console.count("n"); console.count("n"); console.countReset("n"); console.count("n");
        console.group("outer"); console.log("inner"); console.groupEnd(); console.log("after");`),
    );
    const [dir, table, ...others] = result.logs;
    assert.equal(dir, "{ a: [Object] }");
    assert.match(table, /\(index\).*│ +0 +│ +1 +│/s);
    assert.deepEqual(others, [
      "Assertion failed: fails",
      "n: 1",
      "n: 2",
      "n: 1",
      "outer",
      "  inner",
      "after",
    ]);
  });

  test("keeps whole lines beside the 256 characters that Auth0 keeps", async () => {
    const result = await run(handlerOf('console.log("x".repeat(250)); console.log("y".repeat(50));'));
    assert.equal(result.logs[1].length, 50);
    assert.equal(result.kept, `${"x".repeat(250)}\n${"y".repeat(5)}`);
  });

  test("prints nothing", async (t) => {
    const write = t.mock.method(process.stdout, "write");
    await run(handlerOf('console.log("quiet please");'));
    const printed = write.mock.calls.map((call) => String(call.arguments[0])).join("");
    assert.ok(!printed.includes("quiet please"));
  });

  test("tells interleaved executions apart", async () => {
    const action = handlerOf(`for (let step = 0; step < 3; step++) {
      console.log(event.name, step);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }`);
    const results = await Promise.all(["a", "b", "c"].map((name) => action.execute(HANDLER, { name }, {})));
    for (const [index, name] of ["a", "b", "c"].entries()) {
      assert.deepEqual(results[index].logs, [`${name} 0`, `${name} 1`, `${name} 2`]);
    }
  });

  test("puts aside what is printed after the execution has ended", async () => {
    const action = handlerOf('event.late = (async () => { await event.gate; console.log("late"); })();');
    let open;
    const event = { gate: new Promise((resolve) => (open = resolve)) };
    const result = await action.execute(HANDLER, event, {});
    open();
    await event.late;
    assert.deepEqual(result.logs, []);
    assert.deepEqual(action.strayLogs, ["late"]);
  });
});

describe("require", () => {
  let root;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "claimsmith-host-"));
    const folder = path.join(root, "node_modules", "counter");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "package.json"), '{ "name": "counter", "version": "1.2.3" }');
    await writeFile(path.join(folder, "index.js"), 'exports.next = require("./state.js").next;');
    await writeFile(path.join(folder, "state.js"), "let count = 0; exports.next = () => ++count;");
    await writeFile(path.join(root, "secret.js"), "exports.secret = true;");
  });

  after(() => rm(root, { recursive: true, force: true }));

  const nextCount = `exports.${HANDLER} = async () =>
    console.log(require("counter").next(), require("counter/state.js").next());`;

  test("gives Node's builtin modules, with and without the prefix", async () => {
    const result = await run(handlerOf('console.log(require("https") === require("node:https"));'));
    assert.deepEqual(result.logs, ["true"]);
  });

  test("finds no other module", async () => {
    for (const id of ["jose", "./secret.js", path.join(root, "secret.js"), "counter", "actions:none"]) {
      await assert.rejects(run(handlerOf(`require(${JSON.stringify(id)});`)), {
        code: "MODULE_NOT_FOUND",
        message: `Cannot find module '${id}'`,
      });
    }
    await assert.rejects(run(handlerOf('require("jose");', { root, dependencies: { counter: "1.2.3" } })), {
      message: "Cannot find module 'jose'",
    });
  });

  test("gives a dependency and its files, with one state in one instance", async () => {
    const action = loadAction(nextCount, { root, dependencies: { counter: "1.2.3" } });
    assert.deepEqual((await run(action)).logs, ["1 2"]);
    assert.deepEqual((await run(action)).logs, ["3 4"]);
  });

  test("gives each instance a dependency of its own, and leaves the caller's alone", async () => {
    const own = createRequire(path.join(root, "package.json"))("counter");
    own.next();
    const options = { root, dependencies: { counter: "1.2.3" } };
    assert.deepEqual((await run(loadAction(nextCount, options))).logs, ["1 2"]);
    assert.deepEqual((await run(loadAction(nextCount, options))).logs, ["1 2"]);
    assert.equal(createRequire(path.join(root, "package.json"))("counter").next(), 2);
  });

  test("refuses another version than the installed one", async () => {
    await assert.rejects(run(loadAction(nextCount, { root, dependencies: { counter: "1.2.4" } })), {
      message: "The Action depends on counter 1.2.4, but version 1.2.3 is installed",
    });
  });

  test("resolves what can be required, and nothing else", async () => {
    const options = { root, dependencies: { counter: "1.2.3" } };
    const code = 'console.log(require.resolve("node:fs"), require.resolve("counter/state.js"));';
    const [line] = (await run(handlerOf(code, options))).logs;
    assert.match(line, /^node:fs .*counter.state\.js$/);
    for (const id of ["jose", "./secret.js", "actions:none"]) {
      await assert.rejects(run(handlerOf(`require.resolve("${id}");`, options)), {
        code: "MODULE_NOT_FOUND",
      });
    }
  });

  test("gives no Actions Module to another one", async () => {
    const modules = {
      inner: { code: "exports.x = 1;" },
      outer: { code: 'require("actions:inner");' },
    };
    await assert.rejects(run(handlerOf('require("actions:outer");', { modules })), {
      code: "MODULE_NOT_FOUND",
    });
    await run(handlerOf('require("actions:inner");', { modules }));
  });

  test("runs an Actions Module that throws once, and throws the same again", async () => {
    const modules = { broken: { code: 'console.log("ran"); throw new Error("no");' } };
    const action = handlerOf(
      `const errors = [1, 2].map(() => { try { require("actions:broken"); } catch (error) { return error; } });
      console.log(errors[0] === errors[1], errors[0].message);`,
      { modules },
    );
    assert.deepEqual((await run(action)).logs, ["ran", "true no"]);
    assert.deepEqual((await run(action)).logs, ["true no"]);
  });

  test("gives an Actions Module, whose secrets the Action cannot see", async () => {
    const modules = {
      greeting: { code: 'exports.greet = () => "hello " + actions.secrets.NAME;', secrets: { NAME: "Ada" } },
    };
    const action = handlerOf('console.log(require("actions:greeting").greet(), typeof actions);', {
      modules,
    });
    assert.deepEqual((await run(action)).logs, ["hello Ada undefined"]);
  });
});

describe("Auth0's limits", () => {
  test("refuse code over 100,000 bytes, counted in UTF-8", () => {
    assert.throws(() => loadAction("ä".repeat(MAX_CODE_BYTES / 2 + 1)), {
      message: "loadAction: the code has 100002 bytes, Auth0 takes 100000",
    });
    loadAction("ä".repeat(MAX_CODE_BYTES / 2));
  });

  test("refuse a module over 65,536 bytes, counted in UTF-8", () => {
    const modules = (count) => ({ shared: { code: "ä".repeat(count) } });
    assert.throws(() => loadAction("", { modules: modules(MAX_MODULE_BYTES / 2 + 1) }), {
      message: "loadAction: the module shared has 65538 bytes, Auth0 takes 65536",
    });
    loadAction("", { modules: modules(MAX_MODULE_BYTES / 2) });
  });

  test("refuse more than 3 Actions Modules and more than 10 npm dependencies", () => {
    const many = (count, value) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, value]));
    assert.throws(
      () => loadAction("", { modules: many(4, { code: "" }) }),
      /4 Actions Modules, Auth0 takes 3/,
    );
    assert.throws(
      () => loadAction("", { root: ".", dependencies: many(11, "1.0.0") }),
      /11 npm dependencies/,
    );
  });
});
