// The WebAssembly instance: made once when the module loads, and made anew after a trap.
//
// A trap leaves the instance's memory in an unknown state, so nothing of it is used again: not by the
// logins that were under way, which end with an error, and not by the next one.

import { __wbg_reset_state, ActionEngine, answered, initSync, settled } from "../generated/claimsmith.js";
import { cacheDelete, cacheGet, cacheSet, call, isError } from "./api.js";
import { createReader } from "./event.js";
import { own } from "./own.js";
import wasm from "./wasm.js";

// The glue takes objects of `Object` only, and a literal may be of another realm.
initSync(Object.assign(Object.fromEntries([]), { module: new WebAssembly.Module(wasm) }));

/** Counts the instances. What belongs to an older one is dead. */
let generation = 0;

/** The logins under way: how to end each where the instance traps. */
export const pending = new Set();

/** What the instance waits for, but promises: how to give each up, by its number. @type {Map<number, () => void>} */
const underWay = new Map();

/** Starts the next instance. What the dead one waits for is given up; promises are ignored. */
function startAnew(error) {
  __wbg_reset_state();
  generation += 1;
  for (const giveUp of underWay.values()) giveUp();
  underWay.clear();
  for (const reject of pending) reject(error);
  pending.clear();
}

/**
 * Calls into the instance. What the engine throws is an array of problems, and passes; all else, such as a
 * `WebAssembly.RuntimeError` or a stack overflow, is a trap. Of which class it is says nothing: it may come from another
 * realm than the code here.
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function enter(call) {
  try {
    return call();
  } catch (error) {
    if (!Array.isArray(error)) startAnew(error);
    throw error;
  }
}

/** Tells the instance what came of something. A trap has ended the logins under way already. */
function tell(call) {
  try {
    enter(call);
  } catch {
    // They have been told.
  }
}

/**
 * Tells the instance the outcome of a promise that it waits for under a number.
 * @param {Promise<unknown>} promise
 * @param {number} id
 */
function wait(promise, id) {
  const asked = generation;
  const settle = (isFulfilled) => (value) => {
    // The promises of a dead instance are nobody's.
    if (asked === generation) tell(() => settled(id, isFulfilled, value));
  };
  promise.then(settle(true), settle(false));
}

/** @type {Uint8Array} */
const NOTHING = new Uint8Array();

/** Notes how to give something up. What it returns tells its end, unless that was given up: numbers come again. */
function begin(id, giveUp) {
  underWay.set(id, giveUp);
  return (call) => {
    if (underWay.get(id) !== giveUp) return;
    underWay.delete(id);
    tell(call);
  };
}

/**
 * What the instance asks of its platform, each under a number.
 * @param {Platform} platform
 */
export function createIo({ send, sleep, ...others }) {
  return {
    ...others,
    cacheDelete,
    cacheGet,
    cacheSet,
    call,
    isError,
    send(id, limitMs, method, url, headers, body, maxBytes, mayRepeat, needed, tls = []) {
      // As it is sent: a character for each byte.
      const plain = /[^\0-\x7f]/.test(headers) ? Buffer.from(headers).toString("latin1") : headers;
      const pairs = plain.split("\n");
      pairs.pop();
      const settle = (sent, status, words, answer = NOTHING) => {
        stopWaiting();
        end(() => answered(id, sent, status, words, answer));
      };
      const stop = send(method, url, pairs, body, maxBytes, mayRepeat, needed, tls, settle);
      const stopWaiting = sleep(limitMs, () => settle(stop(), 0, undefined));
      const end = begin(id, () => {
        stopWaiting();
        stop();
      });
    },
    sleep(id, durationMs) {
      const end = begin(
        id,
        sleep(durationMs, () => end(() => settled(id, true, undefined))),
      );
    },
    cancel(id) {
      underWay.get(id)?.();
      underWay.delete(id);
    },
    wait,
  };
}

/**
 * What an engine stands on.
 * @typedef {object} Platform
 * @property {typeof import("./transport.js").send} send
 * @property {typeof import("./timer.js").sleep} sleep
 * @property {() => number} monotonic
 * @property {(...given: any) => Promise<Uint8Array>} [sign]
 * @property {() => string} [uuid]
 * @property {(tls: string[]) => string | undefined} [unfitPart]
 * @property {typeof import("./transport.js").connectAhead} [connectAhead]
 * @property {typeof globalThis.fetch} [fetch]
 */

/**
 * The program that an engine runs.
 * @typedef {object} Program
 * @property {string} trigger
 * @property {Uint8Array} [plan] A configuration, compiled. An Action written in Rust has none.
 * @property {unknown} [live] What operators turn, on top of the plan.
 * @property {unknown} [config] The configuration that people read beside the plan.
 */

/** An engine for one program, in whichever instance lives. */
export class Engine {
  /** @type {Program} */
  #program;
  #io;
  #instance;
  #generation;
  /** @type {((event: any, api: any) => string) | undefined} */
  #read;

  /**
   * @param {Program} program
   * @param {Platform} platform
   */
  constructor(program, platform) {
    this.#program = own(program);
    this.#io = createIo(platform);
    enter(() => {
      this.#make();
      const { reads } = this.#instance;
      // An Action written in Rust reads the event by itself.
      this.#read = reads && createReader(reads);
      // Read now: after a trap the instance cannot be asked.
      this.denial = this.#instance.denial;
      /** @type {string[]} What is wrong with the file. */
      this.warnings = this.#instance.warnings;
    });
  }

  #make() {
    const { trigger, plan, live, config } = this.#program;
    this.#instance = new ActionEngine(trigger, plan, live, config);
    this.#generation = generation;
  }

  /**
   * Enriches one login.
   * @returns {Promise<[line: string, report: object | undefined, refused?: unknown[]]>} rejected where the instance
   *   traps
   */
  login(event, api, wantsReport) {
    return new Promise((resolve, reject) => {
      pending.add(reject);
      /** @param {[line: string, report: object | undefined, refused?: unknown[]]} told */
      const done = (...told) => {
        pending.delete(reject);
        resolve(told);
      };
      const read = this.#read ? this.#read(event, api) : event;
      // What it throws rejects the promise.
      enter(() => {
        if (this.#generation !== generation) this.#make();
        this.#instance.login(read, api, this.#io, wantsReport, done);
      });
    });
  }
}
