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
