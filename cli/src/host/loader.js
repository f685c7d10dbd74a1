/**
 * Loads and runs the code of an Action as Auth0 does: CommonJS wrapped in a function, compiled when it is loaded and
 * run at the first execution, its module-level state shared by the executions that follow or interleave.
 *
 * The code has a realm of its own, whose globals are the process's. So what literals make is not an instance of what
 * the names of globals say: `[] instanceof Array` is false, as it is in Auth0's harness.
 *
 * Left out: the file system stays writable, and a handler that never gives the thread back is not stopped.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import vm from "node:vm";
import { createConsole } from "./console.js";
import { createActionRequire } from "./require.js";

/** Bytes of an Action's code, npm packages excluded. */
export const MAX_CODE_BYTES = 100_000;

/**
 * Bytes of an Actions Module's code. Auth0's pages give none; this is the bound in descriptions of its Management API,
 * and the stricter of what may hold.
 */
export const MAX_MODULE_BYTES = 65_536;

/** Characters of an Action's console output that Auth0 keeps of one execution. */
export const MAX_LOG_CHARACTERS = 256;

const MAX_EXECUTION_MS = 20_000;
const MAX_DEPENDENCIES = 10;
const MAX_MODULES = 3;

/** The handlers of the triggers that may set claims or change who logs in. */
const HANDLERS = [
  "onExecutePostLogin",
  "onContinuePostLogin",
  "onExecuteCredentialsExchange",
  "onExecuteCustomTokenExchange",
];

/** Tells the executions that interleave in one instance apart, so that each gets its own lines. */
const executions = new AsyncLocalStorage();

/**
 * @typedef {object} LoadOptions
 * @property {string} [filename] What stack traces call the code.
 * @property {Record<string, string>} [dependencies] npm packages the code may require: exact versions by name.
 * @property {string | URL} [root] The folder whose `node_modules` holds the dependencies.
 * @property {Record<string, { code: string, secrets?: Record<string, string> }>} [modules] Actions Modules by name,
 *   required as `actions:NAME`.
 * @property {Record<string, unknown>} [builtins] What takes the place of Node's own modules, such as `node:https`.
 * @property {Record<string, unknown>} [injected] Further names that the code finds, beside `console`. Auth0 has none.
 * @property {{ log: (line: string) => void }} [console] Is handed each line as well; nothing is printed without it.
 * @property {number} [maxCodeBytes] Auth0's limit where left out.
 * @property {number} [timeoutMs] For one execution; Auth0's limit where left out.
 *
 * @typedef {object} Execution
 * @property {string[]} logs What the console was given: one entry a call, whole.
 * @property {string} kept What Auth0 would keep of it.
 * @property {number} durationMs The whole execution, with the initialisation where it is the first one.
 * @property {number} initDurationMs Compiling and running the module; 0 where that had been done before.
 *
 * @typedef {Execution & ({ status: "fulfilled" } | { status: "rejected", reason: unknown })} SettledExecution
 */

/**
 * Takes the code of an Action. Nothing of it runs before the first execution.
 *
 * @param {string} code
 * @param {LoadOptions} [options]
 * @returns {LoadedAction}
 * @throws {SyntaxError} where the code is no CommonJS
 */
export function loadAction(code, options) {
  return new LoadedAction(code, options);
}

/** One instance of an Action. */
export class LoadedAction {
  /** Lines that belong to no execution: of a timer or a promise that was left behind when its execution ended. */
  strayLogs = /** @type {string[]} */ ([]);

  #initialise;
  #compileMs;
  #timeoutMs;
  /** @type {null | { exports: any } | { error: unknown }} */
  #initialised = null;

  /**
   * @param {string} code
   * @param {LoadOptions} [options]
   */
  constructor(code, options = {}) {
    const {
      filename = "action.js",
      dependencies = {},
      root,
      modules = {},
      builtins = {},
      injected = {},
      maxCodeBytes = MAX_CODE_BYTES,
    } = options;
    checkSizes({ code, dependencies, modules, maxCodeBytes });

    this.#timeoutMs = options.timeoutMs ?? MAX_EXECUTION_MS;
    const console = createConsole((line) => {
      const execution = executions.getStore();
      const logs = execution?.action === this && !execution.ended ? execution.logs : this.strayLogs;
      logs.push(line);
      options.console?.log(line);
    });
    const shared = { dependencies, root, builtins };
    const realm = createRealm();
    const names = { console, ...injected };
    const startedAtMs = performance.now();
    const loadedModules = mapValues(modules, ({ code, secrets = {} }, name) =>
      compile(realm, code, `actions:${name}`, {
        // A Module cannot require another.
        require: createActionRequire({ ...shared, loadModule: () => undefined }),
        ...names,
        actions: { secrets: { ...secrets } },
      }),
    );
    const loadModule = (name) => (Object.hasOwn(loadedModules, name) ? loadedModules[name]() : undefined);
    this.#initialise = compile(realm, code, filename, {
      require: createActionRequire({ ...shared, loadModule }),
      ...names,
    });
    this.#compileMs = performance.now() - startedAtMs;
  }

  /**
   * Runs a handler, and rejects with what it throws.
   *
   * @param {string} handlerName Such as `onExecutePostLogin`.
   * @param {Record<string, any>} event
   * @param {Record<string, any>} api
   * @returns {Promise<Execution>}
   */
  async execute(handlerName, event, api) {
    const execution = await this.executeSettled(handlerName, event, api);
    if (execution.status === "rejected") throw execution.reason;
    const { logs, kept, durationMs, initDurationMs } = execution;
    return { logs, kept, durationMs, initDurationMs };
  }

  /**
   * Runs a handler and tells how it ended: what it logged before it threw is there as well.
   *
   * @param {string} handlerName
   * @param {Record<string, any>} event
   * @param {Record<string, any>} api
   * @returns {Promise<SettledExecution>}
   */
  async executeSettled(handlerName, event, api) {
    const execution = { action: this, logs: /** @type {string[]} */ ([]), ended: false };
    let startedAtMs = performance.now();
    let initDurationMs = 0;
    /** @type {{ status: "fulfilled" } | { status: "rejected", reason: unknown }} */
    let end = { status: "fulfilled" };

    await executions.run(execution, async () => {
      try {
        if (this.#initialised === null) {
          // Auth0 compiles when the first execution comes.
          startedAtMs -= this.#compileMs;
          try {
            this.#initialised = this.#initialise();
          } catch (error) {
            this.#initialised = { error };
          }
          initDurationMs = performance.now() - startedAtMs;
        }
        const handler = findHandler(this.#initialised, handlerName);
        await within(this.#timeoutMs, handlerName, handler(event, api));
      } catch (reason) {
        end = { status: "rejected", reason };
      }
    });

    execution.ended = true;
    return {
      ...end,
      logs: [...execution.logs],
      kept: execution.logs.join("\n").slice(0, MAX_LOG_CHARACTERS),
      durationMs: performance.now() - startedAtMs,
      initDurationMs,
    };
  }
}

function checkSizes({ code, dependencies, modules, maxCodeBytes }) {
  if (typeof code !== "string") throw new TypeError("loadAction: the code must be a string");
  const codeBytes = Buffer.byteLength(code);
  if (codeBytes > maxCodeBytes) {
    throw new Error(`loadAction: the code has ${codeBytes} bytes, Auth0 takes ${maxCodeBytes}`);
  }
  const dependencyCount = Object.keys(dependencies).length;
  if (dependencyCount > MAX_DEPENDENCIES) {
    throw new Error(
      `loadAction: the Action has ${dependencyCount} npm dependencies, Auth0 takes ${MAX_DEPENDENCIES}`,
    );
  }
  const moduleCount = Object.keys(modules).length;
  if (moduleCount > MAX_MODULES) {
    throw new Error(`loadAction: the Action has ${moduleCount} Actions Modules, Auth0 takes ${MAX_MODULES}`);
  }
  for (const [name, module] of Object.entries(modules)) {
    const bytes = Buffer.byteLength(module.code);
    if (bytes > MAX_MODULE_BYTES) {
      throw new Error(`loadAction: the module ${name} has ${bytes} bytes, Auth0 takes ${MAX_MODULE_BYTES}`);
    }
  }
}

/**
 * A realm with literals of its own and the globals of this one.
 *
 * @returns {{ context: vm.Context, globals: Record<string, unknown> }} the globals are for the scope around the code
 *   as well: what is looked up in a context takes a microsecond
 */
function createRealm() {
  const context = vm.createContext();
  const own = vm.runInContext("globalThis", context);
  const globals = /** @type {Record<string, unknown>} */ ({});
  for (const [name, { get, ...descriptor }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    if (Object.getOwnPropertyDescriptor(own, name)?.configurable === false) continue;
    if (descriptor.value === globalThis) descriptor.value = own;
    // Some of Node's getters ask whose they are.
    Object.defineProperty(own, name, get ? { ...descriptor, get: get.bind(globalThis) } : descriptor);
    if (!get && name !== "eval" && /^[a-z_$][\w$]*$/i.test(name)) globals[name] = descriptor.value;
  }
  return { context, globals };
}

/**
 * Compiles CommonJS, with names that it finds beside `module` and `exports`.
 *
 * @returns {() => { exports: any }} runs it at the first call; what it throws then, it throws again at each
 */
function compile(realm, code, filename, { require, ...names }) {
  const parameters = ["module", "exports", ...Object.keys(names)].join(", ");
  const wrapped = `module.exports = function(${parameters}){\n${code}\n};`;
  // The offset makes stack traces count the lines of the code, not of the wrapper.
  const scope = ["module", "exports", "require", ...Object.keys(realm.globals)];
  const define = vm.compileFunction(wrapped, scope, {
    filename,
    lineOffset: -1,
    parsingContext: realm.context,
  });

  const module = { exports: /** @type {any} */ ({}) };
  /** @type {null | { exports: any } | { error: unknown }} */
  let result = null;
  return () => {
    if (result === null) {
      // A module that is required while it runs sees what it exports so far.
      result = module;
      try {
        const wrapper = { exports: /** @type {any} */ ({}) };
        define(wrapper, wrapper.exports, require, ...Object.values(realm.globals));
        wrapper.exports(module, module.exports, ...Object.values(names));
      } catch (error) {
        result = { error };
      }
    }
    if ("error" in result) throw result.error;
    return result;
  };
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}

/**
 * @param {{ exports: any } | { error: unknown }} initialised
 * @param {string} handlerName
 * @returns {(event: object, api: object) => Promise<unknown>}
 */
function findHandler(initialised, handlerName) {
  if ("error" in initialised) throw initialised.error;

  if (!HANDLERS.includes(handlerName)) {
    throw new Error(`No trigger has the handler "${handlerName}"; there are ${HANDLERS.join(", ")}`);
  }
  if (typeof initialised.exports === "function") {
    throw new Error(`The Action exports a function. Set exports.${handlerName} instead of module.exports.`);
  }
  const handler = initialised.exports?.[handlerName];
  if (handler === undefined) {
    const names = Object.keys(Object(initialised.exports));
    const found = names.length > 0 ? `it exports ${names.join(", ")}` : "it exports nothing";
    throw new Error(`The Action has no "${handlerName}" handler: ${found}. Set exports.${handlerName}.`);
  }
  if (typeof handler !== "function" || handler.constructor.name !== "AsyncFunction") {
    throw new Error(
      `Invalid function signature for the "${handlerName}" handler. Use "exports.${handlerName} = async function(event, api) { }" as the signature.`,
    );
  }
  return handler;
}

async function within(timeoutMs, handlerName, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const timeout = new Promise((_, reject) => {
    const late = () => reject(new Error(`The "${handlerName}" handler did not end within ${timeoutMs} ms`));
    timer = setTimeout(late, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
