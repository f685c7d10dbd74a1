// Runs every row of the table for every way in which the engine is deployed, and prints what was seen as JSON.
//
// In a process of its own: the certificates that it trusts are given to Node at its start, and a promise
// that nobody handles must be seen.
//
// usage: node run.js < CERTIFICATES_JSON, with NODE_EXTRA_CA_CERTS

import { text } from "node:stream/consumers";
import { createCache } from "claimsmith-cli/host";
import { cacheFaults, PLANTED_BODY, PLANTED_TOKEN, sourceFaults, tokenFaults } from "claimsmith-cli/tenant";
import { listen } from "../../cli/src/tenant/listener.js";
import { createConfig, DEPLOYMENTS, PLAN, startWorld, visibleOutput } from "../support/world.js";
import { ROWS } from "./rows.js";

const DEADLINE_MS = 8_000;
const TIMEOUT_MS = 2_000;
const AT_ONCE = 4;

const certificates = JSON.parse(await text(process.stdin));
const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(String(reason)));

const realNow = Date.now;
const queue = [];
for (const [part, rows] of Object.entries(ROWS)) {
  for (const [fault, row] of Object.entries(rows)) {
    for (const deployment of Object.keys(DEPLOYMENTS)) queue.push({ part, fault, row, deployment });
  }
}
const seen = new Map();
// A row that moves the clock moves it for all: those run alone, at the end.
const together = queue.filter(({ row }) => row.jumpMs === undefined);
const alone = queue.filter(({ row }) => row.jumpMs !== undefined);
await Promise.all(Array.from({ length: AT_ONCE }, () => work(together)));
await work(alone);
console.log(
  JSON.stringify({ rows: queue.map((entry) => seen.get(entry)), unhandled, deadlineMs: DEADLINE_MS }),
);
// Sockets that a fault left open must not keep the process.
process.exit(0);

async function work(entries) {
  for (let entry = entries.shift(); entry; entry = entries.shift()) {
    const { part, fault, deployment } = entry;
    try {
      seen.set(entry, { part, fault, deployment, ...(await runRow(entry)) });
    } catch (error) {
      seen.set(entry, { part, fault, deployment, thrown: String(error.stack) });
    }
  }
}

async function runRow({ part, fault, row, deployment }) {
  const ends = [];
  const world = await startWorld({ after: (end) => ends.push(end) });
  try {
    inject(world, part, fault, row);
    return await runLogins(world, row, deployment, ends);
  } finally {
    for (const end of ends) await end();
  }
}

function inject({ backend, oauthServer }, part, fault, row) {
  if (row.prepare) row.prepare({ backend, oauthServer });
  else if (part === "backend") backend.setFault(sourceFaults[fault]?.() ?? null);
  else if (part === "token endpoint") oauthServer.setFault(tokenFaults[fault]?.() ?? null);
  else if (part === "api.cache") row.cache = cacheFaults[fault];
}

async function runLogins(world, row, deployment, ends) {
  if (row.accepts) acceptAnyToken(world);
  const event = structuredClone(row.event ?? {});
  if (row.tls) event.secrets = { API_DOMAIN: await startTlsServer(certificates[row.tls], ends) };
  const config = createConfig((config_) => {
    config_.deadline_ms = DEADLINE_MS;
    config_.tokens.api.timeout_ms = TIMEOUT_MS;
    config_.sources.profile.timeout_ms = TIMEOUT_MS;
    if (row.tls) config_.sources.profile.url = config_.sources.profile.url.replace("http:", "https:");
    config_.claims = { [PLAN]: { value: "profile.subscription.plan", type: "string" } };
    row.config?.(config_);
  });
  let action = DEPLOYMENTS[deployment](config);
  const cache = row.cache ? row.cache() : createCache();
  let result;
  for (let login = 0; login < (row.logins ?? 1); login++) {
    if (login > 0 && row.isFresh) action = DEPLOYMENTS[deployment](config);
    const jumps = login > 0 && row.jumpMs !== undefined;
    result = await world.login(jumps ? withClock(action, row.jumpMs) : action, { ...event, cache });
  }
  const [, outcome, durationMs, error] = /^claimsmith (\w+) (\d+)ms(?: (\w+)@)?/.exec(result.logs[0]);
  const output = visibleOutput(action, result);
  return {
    outcome,
    error: error ?? null,
    durationMs: Number(durationMs),
    ...world.calls(),
    isSet: PLAN in result.after.idToken,
    leaks: secrets(world).filter((secret) => output.includes(secret)),
  };
}

/** The Action while the clock is elsewhere. The tenant's own is right. */
function withClock(action, jumpMs) {
  return {
    async executeSettled(...execution) {
      Date.now = () => realNow() + jumpMs;
      try {
        return await action.executeSettled(...execution);
      } finally {
        Date.now = realNow;
      }
    },
  };
}

/** What must not be seen in a log, a claim or a report. */
function secrets({ oauthServer }) {
  return [PLANTED_BODY, PLANTED_TOKEN, "wrong-secret-7f3a", oauthServer.secrets.CLIENT_SECRET, "eyJ"];
}

/** A fault made the token up, so the backend must not look at it. */
function acceptAnyToken({ backend }) {
  backend.setFault((_req, res) => {
    res.writeHead(200, { "content-type": "application/json" });
    res.end('{"subscription":{"plan":"gold"}}');
    return true;
  });
}

async function startTlsServer(tls, ends) {
  const server = await listen({
    tls,
    handle: () => (_req, res) => res.end('{"subscription":{"plan":"gold"}}'),
  });
  ends.push(server.close);
  return server.domain;
}
