// The WebAssembly instance: made once when the module loads, and made anew after a trap.
//
// A trap leaves the instance's memory in an unknown state, so nothing of it is used again: not by the
// logins that were under way, which end with an error, and not by the next one.

import { __wbg_reset_state, ActionEngine, initSync } from "../generated/claimsmith.js";
import { trapHandler } from "./microtask.js";
import wasm from "./wasm.js";

// The glue takes objects of `Object` only, and a literal may be of another realm.
initSync(Object.assign(Object.fromEntries([]), { module: new WebAssembly.Module(wasm) }));

/** Counts the instances. What belongs to an older one is dead. */
let generation = 0;

/** The logins under way: how to end each where the instance traps. */
const pending = new Set();

// What the dead instance still waits for comes to nothing: the build makes the glue ignore it.
trapHandler.current = (error) => {
  __wbg_reset_state();
  generation += 1;
  for (const reject of pending) reject(error);
  pending.clear();
};

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
    if (!Array.isArray(error)) trapHandler.current(error);
    throw error;
  }
}

/** An engine for one configuration, in whichever instance lives. */
export class Engine {
  #config;
  #forMachines;
  #instance;
  #generation;

  /**
   * @param {object} config
   * @param {boolean} forMachines the trigger is credentials-exchange
   */
  constructor(config, forMachines) {
    this.#config = config;
    this.#forMachines = forMachines;
    enter(() => {
      this.#make();
      // Read now: after a trap there is nobody to ask.
      this.denial = this.#instance.denial;
    });
  }

  #make() {
    this.#instance = new ActionEngine(this.#config, this.#forMachines);
    this.#generation = generation;
  }

  /**
   * Enriches one login.
   * @returns {Promise<[line: string, report: object | undefined]>} rejected where the instance traps
   */
  login(event, api, io, wantsReport) {
    return new Promise((resolve, reject) => {
      pending.add(reject);
      const settle = (end) => (value) => {
        pending.delete(reject);
        end(value);
      };
      try {
        enter(() => {
          if (this.#generation !== generation) this.#make();
          const login = this.#instance.login(event, api, io, wantsReport);
          login.then(settle(resolve), settle(reject));
        });
      } catch (error) {
        settle(reject)(error);
      }
    });
  }
}
