/**
 * Loads and runs the code of an Action as Auth0 does: CommonJS wrapped in a function, run at the first execution,
 * its module-level state shared by the executions that follow or interleave.
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
 * Takes the code of an Action. Nothing of it runs, and no error in it shows, before the first execution.
 *
 * @param {string} code
 * @param {LoadOptions} [options]
 * @returns {LoadedAction}
 */
export function loadAction(code, options) {
  return new LoadedAction(code, options);
}

/** One instance of an Action. */
export class LoadedAction {
  /** Lines that belong to no execution: of a timer or a promise that was left behind when its execution ended. */
  strayLogs = /** @type {string[]} */ ([]);

  #code;
  #filename;
  #console;
  #injected;
  #require;
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

    this.#code = code;
    this.#filename = filename;
    this.#timeoutMs = options.timeoutMs ?? MAX_EXECUTION_MS;
    this.#console = createConsole((line) => {
      const execution = executions.getStore();
      const logs = execution?.action === this && !execution.ended ? execution.logs : this.strayLogs;
      logs.push(line);
      options.console?.log(line);
    });
    this.#injected = { console: this.#console, ...injected };
    this.#require = createActionRequire({
      dependencies,
      root,
      builtins,
      loadModule: this.#moduleLoader(modules),
    });
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
    const startedAtMs = performance.now();
    let initDurationMs = 0;
    /** @type {{ status: "fulfilled" } | { status: "rejected", reason: unknown }} */
    let end = { status: "fulfilled" };

    await executions.run(execution, async () => {
      try {
        if (this.#initialised === null) {
          this.#initialised = this.#initialise();
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

  #initialise() {
    try {
      return { exports: runModule(this.#code, this.#filename, this.#require, this.#injected) };
    } catch (error) {
      return { error };
    }
  }

  #moduleLoader(modules) {
    const loaded = new Map();
    return (name) => {
      if (!Object.hasOwn(modules, name)) return undefined;
      if (!loaded.has(name)) {
        const { code, secrets = {} } = modules[name];
        const injected = { ...this.#injected, actions: { secrets: { ...secrets } } };
        loaded.set(name, runModule(code, `actions:${name}`, this.#require, injected));
      }
      return loaded.get(name);
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

/** @returns {any} what the code exports */
function runModule(code, filename, require, injected) {
  const parameters = ["module", "exports", ...Object.keys(injected)].join(", ");
  const wrapped = `module.exports = function(${parameters}){\n${code}\n};`;
  const wrapper = { exports: /** @type {any} */ ({}) };
  // The offset makes stack traces count the lines of the code, not of the wrapper.
  const define = vm.compileFunction(wrapped, ["module", "exports", "require"], { filename, lineOffset: -1 });
  define(wrapper, wrapper.exports, require);

  const module = { exports: /** @type {any} */ ({}) };
  wrapper.exports(module, module.exports, ...Object.values(injected));
  return module.exports;
}

/**
 * @param {{ exports: any } | { error: unknown }} initialised
 * @param {string} handlerName
 * @returns {(event: object, api: object) => Promise<unknown>}
 */
function findHandler(initialised, handlerName) {
  if ("error" in initialised) throw initialised.error;

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
