// Many logins at once, against a backend that takes its time and fails now and then.
//
// usage: node load.js [LOGINS]     100,000 where left out

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createCache, createEvent, loadAction } from "claimsmith-cli/host";

const PLAN = "https://example.com/plan";
const CONFIG = new URL("../../examples/plan-and-roles/claimsmith.json", import.meta.url);

/** Starts the servers, and an Action for them. `close` ends both. */
export async function startLoad(change = () => {}) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("load-servers.js", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [port] = await once(lines, "line");
  const domain = `127.0.0.1:${port}`;
  const config = JSON.parse(readFileSync(CONFIG, "utf8").replaceAll("https://{secrets.", "http://{secrets."));
  change(config);
  const code = bundleAction(config);
  const secrets = { AUTH0_DOMAIN: domain, API_DOMAIN: domain, CLIENT_ID: "client", CLIENT_SECRET: "secret" };
  const cache = createCache();

  return {
    loadAction: () => loadAction(code),
    /** One login: how it ended, how long it took, and whether the claim is this user's, nobody's or another's. */
    async login(action, user) {
      const event = createEvent({ user: { user_id: user }, secrets });
      const { api, outcome } = createApi(event, { cache, trigger: "post-login" });
      const { status, durationMs, logs } = await action.executeSettled("onExecutePostLogin", event, api);
      const plan = outcome.idTokenClaims[PLAN];
      const claim = plan === undefined ? "none" : plan === `plan of ${user}` ? "own" : "another's";
      return { status, durationMs, claim, line: logs[0] };
    },
    async order(orders) {
      const done = once(lines, "line");
      child.stdin.write(`${JSON.stringify(orders)}\n`);
      await done;
    },
    counts: async () => (await fetch(`http://${domain}/counts`)).json(),
    async close() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

/**
 * Runs logins, always so many in flight.
 * @param {(index: number) => Promise<any>} login
 * @param {{ logins: number, atOnce: number, onLogin: (result: any, index: number) => void }} options
 */
export async function storm(login, { logins, atOnce, onLogin }) {
  let next = 0;
  const work = async () => {
    while (next < logins) {
      const index = next++;
      onLogin(await login(index), index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** The value below which that share of the values lies. */
export function percentile(values, share) {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2] ?? 100_000));

async function main(logins) {
  const load = await startLoad();
  const action = load.loadAction();
  await load.order({ latencyMs: 50, faultEvery: 100 });
  const ends = { own: 0, none: 0, "another's": 0, rejected: 0, late: 0 };
  const durations = [];
  const startedAtMs = performance.now();
  console.log("   logins   resident MB   heap MB");
  await storm((index) => load.login(action, `user-${index}`), {
    logins,
    atOnce: 250,
    onLogin({ status, durationMs, claim }, index) {
      ends[claim] += 1;
      if (status === "rejected") ends.rejected += 1;
      if (durationMs > 5_050) ends.late += 1;
      if (durations.length < 1_000_000) durations.push(durationMs);
      if ((index + 1) % 10_000 === 0) printMemory(index + 1);
    },
  });
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(durations, share).toFixed(1));
  console.log(`${logins} logins, 250 in flight, ${seconds.toFixed(1)} s: p50 ${p50} ms, p99 ${p99} ms`);
  console.log(`ends: ${JSON.stringify(ends)}`);
  console.log(`calls: ${JSON.stringify(await load.counts())}`);

  await load.order({ isDead: true });
  const dead = [];
  await storm((index) => load.login(action, `user-${index}`), {
    logins: 1_000,
    atOnce: 1,
    onLogin: ({ durationMs, line }) => line.includes("circuit_open") && dead.push(durationMs),
  });
  const deadP50 = percentile(dead, 0.5).toFixed(2);
  console.log(`backend dead, breaker open: ${dead.length} logins of 1000, p50 ${deadP50} ms`);
  await sleep(10);
  await load.close();
}

function printMemory(logins) {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  console.log(`${String(logins).padStart(9)}   ${mb(rss).padStart(11)}   ${mb(heapUsed).padStart(7)}`);
}
