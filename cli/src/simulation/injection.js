/**
 * Faults of the reliability suite, injected by name into a simulation.
 */

import { Problem } from "../problem.js";
import { cacheFaults, sourceFaults, tokenFaults } from "../tenant/wire-faults.js";

/** The name of `api.cache` as a target. */
const CACHE = "cache";

/**
 * @typedef {object} Injection
 * @property {"source" | "token" | "cache"} kind
 * @property {string} target The source or token, as in the configuration.
 * @property {string} name
 */

/**
 * Reads `TARGET:NAME`, where the target is a source, a token or `cache`, or `NAME` alone, which means every source.
 * Names are taken as written in the suite, or in lower case with hyphens.
 *
 * @param {string} text
 * @param {Record<string, any>} config
 * @returns {Injection[]}
 */
export function readInjection(text, config) {
  const [, target, written] = /^(?:(\w+):\s*)?(.*)$/s.exec(text) ?? [];
  const sources = Object.keys(config.sources ?? {});
  if (target === undefined) {
    return sources.map((source) => ({
      kind: "source",
      target: source,
      name: find(sourceFaults, written, text),
    }));
  }
  if (target === CACHE) return [{ kind: "cache", target, name: find(cacheFaults, written, text) }];
  if (sources.includes(target)) return [{ kind: "source", target, name: find(sourceFaults, written, text) }];
  if (Object.hasOwn(config.tokens ?? {}, target)) {
    return [{ kind: "token", target, name: find(tokenFaults, written, text) }];
  }
  const targets = [...sources, ...Object.keys(config.tokens ?? {}), CACHE];
  throw new Problem(`--fault ${text}: there is no \`${target}\``, {
    hint: `targets are ${targets.join(", ")}`,
  });
}

/** What a fault may befall where the calls stand in code. */
const KINDS = { source: sourceFaults, token: tokenFaults, [CACHE]: cacheFaults };

/**
 * The same for an Action in Rust: the target is `source`, `token` or `cache`, and `NAME` alone means every source.
 *
 * @param {string} text
 * @returns {Injection}
 */
export function readRustInjection(text) {
  const [, target = "source", written] = /^(?:(\w+):\s*)?(.*)$/s.exec(text) ?? [];
  if (Object.hasOwn(KINDS, target)) {
    const kind = /** @type {Injection["kind"]} */ (target);
    return { kind, target, name: find(KINDS[target], written, text) };
  }
  throw new Problem(`--fault ${text}: there is no \`${target}\``, {
    hint: `the calls of an Action in Rust stand in its code: targets are ${Object.keys(KINDS).join(", ")}`,
  });
}

/**
 * @param {import("./stand-ins.js").StandIns} standIns
 * @param {Injection[]} injections
 */
export function inject(standIns, injections) {
  for (const { kind, target, name } of injections) {
    if (kind === "source") standIns.setFault("source", target, sourceFaults[name]());
    else if (kind === "token") standIns.setFault("token", target, tokenFaults[name]());
  }
}

/**
 * @param {Injection[]} injections
 * @returns {import("../host/cache.js").Cache | null | undefined} undefined where `api.cache` is to work
 */
export function injectedCache(injections) {
  const injection = injections.find(({ kind }) => kind === "cache");
  return injection && cacheFaults[injection.name]();
}

const FAULTS = { source: sourceFaults, token: tokenFaults, cache: cacheFaults };

/**
 * Finds a fault by its name, as it is written in the suite or in lower case with hyphens.
 *
 * @param {"source" | "token" | "cache"} kind
 * @param {string} written
 * @returns {{ name: string | undefined, names: string[] }} and the names that there are
 */
export function findFault(kind, written) {
  const all = Object.keys(FAULTS[kind]);
  return { name: all.find((candidate) => slug(candidate) === slug(written)), names: all.map(slug) };
}

/**
 * Makes the faults of a login: what a fault counts it counts from then on.
 *
 * @param {Record<string, string>} written By source, token or `cache`.
 * @param {Record<string, any>} config
 * @param {{ now: () => number }} time
 * @returns {{ find: (kind: "token" | "source", name: string) => import("../tenant/faults.js").Fault | undefined,
 *   cache: import("../host/cache.js").Cache | null | undefined }} the cache is undefined where `api.cache` is to work
 */
export function createFaults(written, config, time) {
  const made = new Map();
  for (const [target, fault] of Object.entries(written)) {
    const kind = kindOf(target, config);
    const { name } = findFault(kind, fault);
    if (name !== undefined) made.set(`${kind}:${target}`, FAULTS[kind][name](time));
  }
  return { find: (kind, name) => made.get(`${kind}:${name}`), cache: made.get(`cache:${CACHE}`) };
}

/**
 * Says what a target is.
 *
 * @param {string} target
 * @param {Record<string, any>} config
 * @returns {"source" | "token" | "cache"}
 */
export function kindOf(target, { sources = {}, tokens = {} }) {
  if (Object.hasOwn(sources, target)) return "source";
  return Object.hasOwn(tokens, target) ? "token" : "cache";
}

/** @returns {Record<string, string[]>} the names of all faults, by what they befall */
export function faultNames() {
  const slugs = (faults) => Object.keys(faults).map(slug);
  return { "a source": slugs(sourceFaults), "a token": slugs(tokenFaults), [CACHE]: slugs(cacheFaults) };
}

function find(faults, written, text) {
  const name = Object.keys(faults).find((candidate) => slug(candidate) === slug(written));
  if (name !== undefined) return name;
  throw new Problem(`--fault ${text}: there is no such fault`, {
    hint: "`claimsmith simulate --list-faults` names them all",
  });
}

function slug(name) {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
