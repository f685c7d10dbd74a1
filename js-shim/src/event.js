// Reads for each login what a plan needs of `event` and `api`, and nothing else of them: one text for the engine.

import { attempt } from "./api.js";

/** What cannot be read: a number beyond those of the engine, which takes it for that. `JSON.stringify` writes none. */
const UNREADABLE = "1e999";

/** The levels that are read member by member where the whole is not JSON. */
const MAX_LEVELS = 4;

/**
 * Makes the reader of a plan: what it returns is a line of JSON for each thing that is read, of a chain of members two.
 *
 * @param {string} reads chains of members of the event; names of secrets; owners and names of methods of `api`, or null
 * @returns {(event: any, api: any) => string} throws nothing
 */
export function createReader(reads) {
  const [chains, secrets, methods] = JSON.parse(reads);
  return (event, api) => {
    const readSecret = (name) => {
      const secret = attempt(() => own(own(event, "secrets"), name));
      return typeof secret === "string" ? JSON.stringify(secret) : "null";
    };
    const has = (method) => attempt(() => typeof api[method[0]][method[1]] === "function");
    return [
      ...chains.flatMap((chain) => readChain(event, chain)),
      ...secrets.map(readSecret),
      ...methods.map((method) => !method || has(method) || false),
    ].join("\n");
  };
}

/** How many members of a chain lead to something, and what. Where the way ends early, its end is taken over. */
function readChain(event, chain) {
  let value = event;
  let steps = 0;
  const read = () => {
    for (const name of chain) {
      // Only objects have members in JMESPath.
      if (!isObject(value) || Array.isArray(value)) break;
      value = steps++ === 0 && name === SECRETS ? undefined : own(value, name);
    }
    // The event as a whole goes without its secrets.
    return chain.length === 0 && isObject(value)
      ? writeParts(value, MAX_LEVELS, (name) => name !== SECRETS)
      : write(value, MAX_LEVELS);
  };
  const json = attempt(read) ?? UNREADABLE;
  return [steps, json];
}

const SECRETS = "secrets";

/** A value as JSON. Parts that cannot be JSON are unreadable: a cycle, a `BigInt`, a getter that throws. */
function write(value, levels) {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return levels > 0 && isObject(value) ? writeParts(value, levels - 1) : UNREADABLE;
  }
}

/** An array or an object, each part by itself. */
function writeParts(value, levels, isRead = (_name) => true) {
  const isArray = Array.isArray(value);
  const parts = Object.keys(value)
    .filter(isRead)
    .map((name) => {
      const part = attempt(() => write(value[name], levels)) ?? UNREADABLE;
      return isArray ? part : `${JSON.stringify(name)}:${part}`;
    });
  return isArray ? `[${parts}]` : `{${parts}}`;
}

const isObject = (value) => typeof value === "object" && value !== null;

/** A member of its own: inherited ones, perhaps of a polluted `Object.prototype`, are not the login's. */
const own = (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
