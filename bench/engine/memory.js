// The engine alone: what one instance holds after very many logins.
//
// usage: node --expose-gc --max-semi-space-size=1 memory.js [--quick]     prints its figures as JSON

import { parseArgs } from "node:util";
import { progress } from "../statistics.js";
import { createLogins, loadEngine } from "./world.js";

const { values } = parseArgs({ options: { quick: { type: "boolean" } } });
const LOGINS = values.quick ? 100_000 : 1_000_000;
const FIRST = 10_000;
const STEPS = Array.from({ length: 10 }, (_, step) => ((step + 1) * LOGINS) / 10);

const { Engine, memory } = loadEngineWithMemory();
const run = createLogins({ Engine });
const seen = [];
let done = 0;
for (const logins of new Set([FIRST, ...STEPS])) {
  progress(`engine alone: memory, up to ${logins} logins`);
  await run(logins - done);
  done = logins;
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  seen.push({ logins, rss, heapUsed, engine: memory().buffer.byteLength });
}
console.log(JSON.stringify(seen));

/** An engine of its own, and its memory, which it does not show. */
function loadEngineWithMemory() {
  const { Instance } = WebAssembly;
  let exports;
  WebAssembly.Instance = function WatchedInstance(...given) {
    const instance = new Instance(...given);
    ({ exports } = instance);
    return instance;
  };
  const Engine = loadEngine();
  WebAssembly.Instance = Instance;
  return { Engine, memory: () => exports.memory };
}
