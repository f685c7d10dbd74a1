// Counts what passes between JavaScript and WebAssembly in a login: calls by name, and texts by bytes.

import { createLogins, loadEngine } from "./world.js";

const LOGINS = 1_000;

/**
 * What one warm login costs.
 *
 * @returns {Promise<Counts>}
 * @typedef {object} Counts
 * @property {Record<string, number>} calls by name, in both directions
 * @property {number} out calls of JavaScript by the engine
 * @property {number} in calls of the engine by JavaScript
 * @property {number} texts how many were copied and recoded
 * @property {number} textBytes how long they were together
 */
export async function countCrossings() {
  const counts = createCounts();
  const undos = [watchInstances(counts), watchTexts(counts)];
  const run = createLogins({ Engine: loadEngine() });
  // The first one gets the token.
  await run(10);
  Object.assign(counts, createCounts());
  await run(LOGINS);
  for (const undo of undos) undo();

  const each = (count) => count / LOGINS;
  const calls = Object.entries(counts.calls).map(([name, count]) => [name, each(count)]);
  const { out, in: into, texts, textBytes } = counts;
  return {
    calls: Object.fromEntries(calls),
    out: each(out),
    in: each(into),
    texts: each(texts),
    textBytes: each(textBytes),
  };
}

export function createCounts() {
  return { calls: {}, out: 0, in: 0, texts: 0, textBytes: 0 };
}

/** Counts the calls of every instance that is made from now on; what it returns ends that. */
export function watchInstances(counts) {
  const { Instance } = WebAssembly;
  const watched = (functions, direction) => {
    const entries = Object.entries(functions).map(([name, value]) => {
      if (typeof value !== "function") return [name, value];
      const shown = readable(name);
      const call = (...args) => {
        counts[direction] += 1;
        counts.calls[shown] = (counts.calls[shown] ?? 0) + 1;
        return value(...args);
      };
      return [name, call];
    });
    return Object.fromEntries(entries);
  };
  WebAssembly.Instance = function CountedInstance(module, imports = {}) {
    const namespaces = Object.entries(imports).map(([name, functions]) => [name, watched(functions, "out")]);
    const instance = new Instance(module, Object.fromEntries(namespaces));
    return { exports: watched(instance.exports, "in") };
  };
  return () => {
    WebAssembly.Instance = Instance;
  };
}

/** The name in the source: wasm-bindgen puts a hash behind it, and closures have their types in theirs. */
function readable(name) {
  if (name.includes("convert__closures")) return "(a closure of Rust)";
  return name.replace(/^__wbg_/, "").replace(/_[0-9a-f]{16}$/, "");
}

/** Texts are copied and recoded on their way, by these two. */
function watchTexts(counts) {
  const { encodeInto } = TextEncoder.prototype;
  const { decode } = TextDecoder.prototype;
  TextEncoder.prototype.encodeInto = function (...args) {
    const result = encodeInto.apply(this, args);
    counts.texts += 1;
    counts.textBytes += result.written;
    return result;
  };
  TextDecoder.prototype.decode = function (bytes, ...rest) {
    counts.texts += 1;
    counts.textBytes += bytes?.length ?? 0;
    return decode.call(this, bytes, ...rest);
  };
  return () => {
    TextEncoder.prototype.encodeInto = encodeInto;
    TextDecoder.prototype.decode = decode;
  };
}
