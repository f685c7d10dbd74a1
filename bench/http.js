// Whole logins over real sockets: every contender in turn, so that whatever else the machine does meets all alike.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createTestCertificate } from "claimsmith-cli/tenant";
import { createContenders } from "./contenders.js";
import { median, progress } from "./statistics.js";

const FULL = {
  rounds: 15,
  warmBlocks: 20,
  tlsBlocks: 15,
  stormBlocks: 5,
  farBlocks: 4,
  idles: 15,
  bursts: 5,
};
const QUICK = { rounds: 2, warmBlocks: 2, tlsBlocks: 2, stormBlocks: 1, farBlocks: 1, idles: 2, bursts: 1 };
const BLOCK = 200;
const STORM_BLOCK = 2_000;
const STORM_AT_ONCE = 250;
const FAR_BLOCK = 25;
const BURST = 100;
/** The logins of a process before a compiler has warmed up: from the second one to this. */
const EARLY = 50;
/** After how many logins memory is looked at, a few at a time. */
const MEMORY_ORDERS = Array(20).fill({ logins: 25, atOnce: 1 });

/**
 * @typedef {{ durations: number[], cpuMs: number, logins: number, calls: { token: number, backend: number } }} Series
 * @typedef {object} Seen
 * @property {number[]} first
 * @property {number[]} load
 * @property {number[]} host the start of Node and the host, before the first login
 * @property {number[]} early
 * @property {number[]} memory
 * @property {number[]} tlsFirst
 * @property {Series} warm
 * @property {Series} tls
 * @property {Series} storm
 * @property {Series} far over TLS, the token endpoint and the backend 20 ms away
 * @property {number[]} farFirst
 * @property {Series} exchange refresh tokens of one user, with `cache`
 * @property {Series} idle over TLS, each after its connections were closed
 * @property {number[]} burst the median of so many that log in at once at first
 *
 * @param {{ quick?: boolean }} options
 * @returns {Promise<Record<string, Seen>>} what was seen of each contender, by its name
 */
export async function measureHttp({ quick }) {
  const plan = quick ? QUICK : FULL;
  const folder = mkdtempSync(path.join(os.tmpdir(), "claimsmith-bench-"));
  const tls = await createTestCertificate();
  const certificate = path.join(folder, "ca.pem");
  writeFileSync(certificate, tls.cert);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
  const contenders = createContenders(folder);
  const servers = start("servers.js", []);
  try {
    servers.child.stdin.end(JSON.stringify(tls));
    const { http, https, far } = await servers.answer();
    const launch = (contender, origins, atFirst = 1) =>
      start("contender.js", [JSON.stringify(contender), JSON.stringify(origins), `${atFirst}`], env);
    const callsSoFar = async () => (await fetch(`${http.api}/counts`)).json();

    const firsts = await measureFirst("first logins", contenders, {
      rounds: plan.rounds,
      launch: (one) => launch(one, http),
      orders: MEMORY_ORDERS,
    });
    const tlsFirsts = await measureFirst("first logins over TLS", contenders, {
      rounds: plan.rounds,
      launch: (one) => launch(one, https),
    });
    const farFirsts = await measureFirst("first logins from 20 ms away", contenders, {
      rounds: plan.rounds,
      launch: (one) => launch(one, far),
    });
    const measureSeries = (title, origins, order, blocks, others = {}) =>
      measureWarm(contenders, {
        title,
        order,
        blocks,
        callsSoFar,
        launch: (one) => launch(one, origins),
        ...others,
      });
    const one = { logins: BLOCK, atOnce: 1 };
    const many = { logins: STORM_BLOCK, atOnce: STORM_AT_ONCE };
    const warm = await measureSeries("warm logins", http, one, plan.warmBlocks);
    const overTls = await measureSeries("warm logins over TLS", https, one, plan.tlsBlocks);
    const storm = await measureSeries(`${STORM_AT_ONCE} logins in flight`, http, many, plan.stormBlocks);

    const few = { logins: FAR_BLOCK, atOnce: 1 };
    const fromFar = await measureSeries("logins from 20 ms away", far, few, plan.farBlocks);
    const single = { logins: 1, atOnce: 1 };
    const drop = () => fetch(`${http.api}/drop`);
    const idle = await measureSeries("after idle minutes", https, single, plan.idles, { before: drop });
    const cached = createContenders(mkdtempSync(path.join(folder, "cached-")), (config) => {
      config.sources.profile.cache = { ttl_s: 300 };
    });
    const exchange = await measureSeries("exchanges", http, { ...one, isExchange: true }, plan.farBlocks, {
      launch: (_, name) => launch(cached[name], http),
    });
    const bursts = await measureBursts(contenders, plan.bursts, (one) => launch(one, http, BURST));

    const seen = (name) => [
      name,
      {
        ...firsts[name],
        tlsFirst: tlsFirsts[name].first,
        warm: warm[name],
        tls: overTls[name],
        storm: storm[name],
        far: fromFar[name],
        farFirst: farFirsts[name].first,
        exchange: exchange[name],
        idle: idle[name],
        burst: bursts[name],
      },
    ];
    return Object.fromEntries(Object.keys(contenders).map(seen));
  } finally {
    servers.child.kill();
    rmSync(folder, { recursive: true });
  }
}

/** A process that answers a line of JSON with a line of JSON. */
function start(file, args, env = process.env) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${file} ended before it answered`);
    return JSON.parse(value);
  };
  return {
    child,
    answer,
    order(what) {
      child.stdin.write(`${JSON.stringify(what)}\n`);
      return answer();
    },
    async end() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

/**
 * The first login of a process and, of those that it is then ordered, the early ones and its memory: a fresh process for
 * each contender and round.
 */
async function measureFirst(title, contenders, { rounds, launch, orders = [] }) {
  const seen = collect(contenders, () => ({ first: [], load: [], host: [], early: [], memory: [] }));
  for (let round = 1; round <= rounds; round++) {
    progress(`${title}: round ${round} of ${rounds}`);
    for (const [name, contender] of Object.entries(contenders)) {
      const runner = launch(contender);
      const { firstMs, loadMs, hostMs } = await runner.answer();
      let rss = 0;
      const durations = [];
      for (const order of orders) {
        const done = await runner.order(order);
        rss = done.rss;
        durations.push(...done.durations);
      }
      await runner.end();
      seen[name].first.push(firstMs);
      seen[name].load.push(loadMs);
      seen[name].host.push(hostMs);
      seen[name].early.push(...durations.slice(0, EARLY - 1));
      seen[name].memory.push(rss);
    }
  }
  return seen;
}

/** A process for each contender, and blocks of logins in turn. */
async function measureWarm(contenders, { title, order, blocks, callsSoFar, launch, before = () => {} }) {
  const seen = collect(contenders, () => ({
    durations: [],
    cpuMs: 0,
    logins: 0,
    calls: { token: 0, backend: 0 },
  }));
  const runners = collect(contenders, launch);
  for (const runner of Object.values(runners)) {
    await runner.answer();
    // This one warms up, and does not count.
    await runner.order(order);
  }
  for (let block = 1; block <= blocks; block++) {
    progress(`${title}: block ${block} of ${blocks}`);
    for (const [name, runner] of Object.entries(runners)) {
      await before();
      const soFar = await callsSoFar();
      const { durations, cpuMs } = await runner.order(order);
      const after = await callsSoFar();
      const series = seen[name];
      series.durations.push(...durations);
      series.cpuMs += cpuMs;
      series.logins += order.logins;
      for (const kind of ["token", "backend"]) series.calls[kind] += after[kind] - soFar[kind];
    }
  }
  for (const runner of Object.values(runners)) await runner.end();
  return seen;
}

/** Many at once in a fresh process: the median of their times, for each contender and round. */
async function measureBursts(contenders, rounds, launch) {
  const seen = collect(contenders, () => /** @type {number[]} */ ([]));
  for (let round = 1; round <= rounds; round++) {
    progress(`${BURST} at once at a cold instance: round ${round} of ${rounds}`);
    for (const [name, contender] of Object.entries(contenders)) {
      const runner = launch(contender);
      const { durations } = await runner.answer();
      await runner.end();
      seen[name].push(median(durations));
    }
  }
  return seen;
}

function collect(contenders, create) {
  const entries = Object.entries(contenders).map(([name, contender]) => [name, create(contender, name)]);
  return Object.fromEntries(entries);
}
