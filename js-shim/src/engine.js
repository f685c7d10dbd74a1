// The WebAssembly instance: made once when the module loads, and made anew after a trap.
//
// A trap leaves the instance's memory in an unknown state, so nothing of it is used again: not by the
// logins that were under way, which end with an error, and not by the next one.

import { __wbg_reset_state, ActionEngine, initSync, settled } from "../generated/claimsmith.js";
import { own } from "./own.js";
import wasm from "./wasm.js";

// The glue takes objects of `Object` only, and a literal may be of another realm.
initSync(Object.assign(Object.fromEntries([]), { module: new WebAssembly.Module(wasm) }));

/** Counts the instances. What belongs to an older one is dead. */
let generation = 0;

/** The logins under way: how to end each where the instance traps. */
export const pending = new Set();

/** Starts the next instance. Promises that the dead one waits for are ignored. */
function startAnew(error) {
  __wbg_reset_state();
  generation += 1;
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

/**
 * Tells the instance the outcome of a promise that it waits for under a number.
 * @param {Promise<unknown>} promise
 * @param {number} id
 */
export function wait(promise, id) {
  const asked = generation;
  const tell = (isFulfilled) => (value) => {
    // The promises of a dead instance are nobody's.
    if (asked === generation) enter(() => settled(id, isFulfilled, value));
  };
  // A trap has ended the logins under way already.
  promise.then(tell(true), tell(false)).catch(() => {});
}

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
  #instance;
  #generation;

  /** @param {Program} program */
  constructor(program) {
    this.#program = own(program);
    enter(() => {
      this.#make();
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
  login(event, api, io, wantsReport) {
    return new Promise((resolve, reject) => {
      pending.add(reject);
      /** @param {[line: string, report: object | undefined, refused?: unknown[]]} told */
      const done = (...told) => {
        pending.delete(reject);
        resolve(told);
      };
      // What it throws rejects the promise.
      enter(() => {
        if (this.#generation !== generation) this.#make();
        this.#instance.login(event, api, { ...io, wait }, wantsReport, done);
      });
    });
  }
}
