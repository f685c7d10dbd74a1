/**
 * The engine of the package by a clock of ours: the same files as `import "claimsmith"`, in which the time, the timers
 * and what is random are given. So a login that waits for seconds is over at once, and is the same at each run.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";
import { dateOf } from "./clock.js";

const require = createRequire(import.meta.url);

/** What stands for a random number in [0, 1): the engine uses it to spread attempts in time. */
const RANDOM = 0.5;

/**
 * @typedef {Pick<typeof import("claimsmith"), "createPostLogin" | "createCredentialsExchange" | "createExplainer" | "createFromPlan">} Engine
 *
 * @param {import("./clock.js").VirtualClock} clock
 * @returns {Engine & { restart: () => void }} `restart` begins the random ids anew.
 */
export function loadTimedEngine(clock) {
  const file = require.resolve("claimsmith");
  const webcrypto = fixedCrypto(clock);
  const modules = {
    "node:timers": {
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      setImmediate,
      clearImmediate,
    },
    "node:crypto": {
      ...require("node:crypto"),
      webcrypto,
    },
  };
  const names = {
    require: (name) => (Object.hasOwn(modules, name) ? modules[name] : require(name)),
    __filename: file,
    __dirname: path.dirname(file),
    Date: dateOf(clock.now),
    performance: { now: clock.monotonic },
    Math: fixedMath(),
  };
  const module = { exports: /** @type {any} */ ({}) };
  const define = vm.compileFunction(
    readFileSync(file, "utf8"),
    ["module", "exports", ...Object.keys(names)],
    { filename: file },
  );
  define(module, module.exports, ...Object.values(names));
  return {
    createPostLogin: module.exports.createPostLogin,
    createCredentialsExchange: module.exports.createCredentialsExchange,
    createExplainer: module.exports.createExplainer,
    createFromPlan: module.exports.createFromPlan,
    restart: webcrypto.restart,
  };
}

/**
 * WebCrypto as the shim uses it, with ids that count.
 *
 * @param {import("./clock.js").VirtualClock} clock Stands while a signature is made.
 */
export function fixedCrypto(clock) {
  const { subtle } = crypto;
  let ids = 0;
  return {
    getRandomValues: crypto.getRandomValues.bind(crypto),
    randomUUID: () => fixedUuid(++ids),
    // They run on threads of Node's.
    subtle: {
      importKey: (...args) => clock.busy(Reflect.apply(subtle.importKey, subtle, args)),
      sign: (...args) => clock.busy(Reflect.apply(subtle.sign, subtle, args)),
    },
    /** Begins the ids anew. */
    restart() {
      ids = 0;
    },
  };
}

/** `Math`, in which nothing is random. @returns {Math} */
export function fixedMath() {
  const members = Object.getOwnPropertyDescriptors(Math);
  return Object.create(null, Object.assign(members, { random: { value: () => RANDOM } }));
}

/** A UUID by its looks (RFC 9562 §5.4), which counts. @param {number} number */
export function fixedUuid(number) {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}
