// Compares Claimsmith with what people write by hand: all in one run, interleaved, over real sockets.
//
// usage: node run.js [--quick] [--write]     --write puts the figures into docs/performance.md

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTestCertificate } from "claimsmith-cli/tenant";
import { CONTENDERS } from "./contenders.js";
import { toChart, toPage, toRatios, toTable } from "./report.js";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, write: { type: "boolean" } } });
const NAMES = Object.keys(CONTENDERS);
const FIRST_ROUNDS = values.quick ? 3 : 15;
const BLOCKS = values.quick ? 3 : 20;
const BLOCK = 200;
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

const tls = await createTestCertificate();
const folder = mkdtempSync(path.join(os.tmpdir(), "claimsmith-bench-"));
const certFile = path.join(folder, "ca.pem");
writeFileSync(certFile, tls.cert);
const env = { ...process.env, NODE_EXTRA_CA_CERTS: certFile };

const servers = start("servers.js", []);
servers.child.stdin.end(JSON.stringify(tls));
const origins = JSON.parse(await servers.line());
try {
  const figures = Object.fromEntries(NAMES.map((name) => [name, {}]));
  await measureFirst(figures);
  await measureWarm(figures, origins.http, { key: "warm", atOnce: 1, blocks: BLOCKS, logins: BLOCK });
  await measureWarm(figures, origins.https, {
    key: "tls",
    atOnce: 1,
    blocks: Math.ceil(BLOCKS / 2),
    logins: BLOCK,
  });
  await measureWarm(figures, origins.http, {
    key: "storm",
    atOnce: 250,
    blocks: Math.ceil(BLOCKS / 4),
    logins: 2_000,
  });
  report(figures);
} finally {
  servers.child.kill();
  rmSync(folder, { recursive: true });
}

/** A process that answers a line of JSON with a line of JSON. */
function start(file, args) {
  const child = spawn(process.execPath, [here(file), ...args], { stdio: ["pipe", "pipe", "inherit"], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

async function measureFirst(figures) {
  for (const name of NAMES) figures[name].first = [];
  for (let round = 0; round < FIRST_ROUNDS; round++) {
    progress(`first logins, round ${round + 1} of ${FIRST_ROUNDS}`);
    for (const name of NAMES) {
      const { child, line } = start("contender.js", [name, origins.http]);
      figures[name].first.push(JSON.parse(await line()).firstMs);
      child.stdin.end();
      await once(child, "exit");
    }
  }
}

async function measureWarm(figures, origin, { key, atOnce, blocks, logins }) {
  const runners = [];
  for (const name of NAMES) {
    const runner = start("contender.js", [name, origin]);
    await runner.line();
    const seen = { durations: [], cpuMs: 0, logins: 0, rss: 0, calls: { token: 0, backend: 0 } };
    figures[name][key] = seen;
    runners.push({ ...runner, seen });
  }
  // The first block warms up and does not count.
  for (let block = -1; block < blocks; block++) {
    progress(`${key}: block ${Math.max(block + 1, 0)} of ${blocks}`);
    for (const { child, line, seen } of runners) {
      const before = await counts();
      child.stdin.write(`${JSON.stringify({ logins, atOnce })}\n`);
      const { durations, cpuMs, rss } = JSON.parse(await line());
      if (block < 0) continue;
      const after = await counts();
      seen.durations.push(...durations);
      seen.cpuMs += cpuMs;
      seen.logins += logins;
      seen.rss = rss;
      for (const kind of ["token", "backend"]) seen.calls[kind] += after[kind] - before[kind];
    }
  }
  for (const { child } of runners) {
    child.stdin.end();
    await once(child, "exit");
  }
}

async function counts() {
  return (await fetch(`${origins.http}/counts`)).json();
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else console.error(text);
}

function report(figures) {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const table = toTable(figures);
  const ratios = toRatios(figures);
  console.log(`${table}\n${ratios}`);
  if (!values.write) return;
  const page = new URL("../docs/performance.md", import.meta.url);
  writeFileSync(new URL("../docs/performance.svg", import.meta.url), toChart(figures));
  writeFileSync(page, toPage(readFileSync(page, "utf8"), { table, ratios }));
}
