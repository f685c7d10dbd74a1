// Runs every row of the table for every way in which the engine is deployed, and prints what was seen as JSON.
//
// In a process of its own: the certificates that it trusts are given to Node at its start, and a promise
// that nobody handles must be seen.
//
// usage: node run.js < CERTIFICATES_JSON, with NODE_EXTRA_CA_CERTS

import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import https from "node:https";
import net from "node:net";
import { text } from "node:stream/consumers";
import { createCache } from "claimsmith-cli/host";
import { cacheFaults, PLANTED_BODY, PLANTED_TOKEN, sourceFaults, tokenFaults } from "claimsmith-cli/tenant";
import { createConfig, DEPLOYMENTS, PLAN, startWorld, visibleOutput } from "../support/world.js";
import { ROWS } from "./rows.js";

const DEADLINE_MS = 15_000;
/** Of what a row waits for in vain. All else has as long as the configuration says, however busy the machine is. */
const TIMEOUT_MS = 2_000;
const AT_ONCE = 4;

const certificates = JSON.parse(await text(process.stdin));
const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(String(reason)));

/** Refused connections, by port. */
const refused = new Map();
subscribe("net.client.socket", ({ socket }) => {
  socket.on("error", ({ code, port }) => {
    if (code === "ECONNREFUSED") refused.set(port, (refused.get(port) ?? 0) + 1);
  });
});

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
    const injection = await inject(world, part, fault, row, ends);
    return await runLogins(world, part, row, injection, deployment);
  } finally {
    for (const end of ends) await end();
  }
}

/**
 * What a row changes, and how often that was met: a row whose fault is switched off must not stay green.
 * @typedef {{ secrets: object, cache: any, wrap: (action: any, login: number) => any, met: () => number }} Injection
 * @returns {Promise<Injection>}
 */
async function inject(world, part, fault, row, ends) {
  let contacts = 0;
  const meet = () => {
    contacts += 1;
  };
  const counted = (server) => ({
    url: server.url,
    setFault: (inner) =>
      server.setFault((req, res) => {
        const isTaken = inner(req, res);
        if (isTaken) meet();
        return isTaken;
      }),
  });
  const backend = counted(world.backend);
  const oauthServer = counted(world.oauthServer);
  const injection = {
    secrets: {},
    cache: createCache(),
    wrap: (action) => action,
    met: () => contacts + (row.met?.(world) ?? 0),
  };

  if (row.refuses) {
    const port = await closedPort(ends);
    injection.secrets = { [row.refuses]: `127.0.0.1:${port}` };
    injection.met = () => refused.get(port) ?? 0;
  } else if (row.tls) {
    injection.secrets = { API_DOMAIN: await startTlsServer(certificates[row.tls], meet, ends) };
  } else if (row.jumpMs !== undefined) {
    injection.wrap = (action, login) => (login > 0 ? withClock(action, row.jumpMs, meet) : action);
  } else if (part === "api.cache") {
    injection.cache = find(cacheFaults, fault)();
    if (injection.cache) injection.met = () => injection.cache.calls;
    else injection.wrap = (action) => watchMissingCache(action, meet);
  } else if (row.prepare) {
    row.prepare({ backend, oauthServer });
  } else if (part === "backend") {
    backend.setFault(find(sourceFaults, fault)());
  } else if (!row.met) {
    oauthServer.setFault(find(tokenFaults, fault)());
  }
  return injection;
}

function find(faults, name) {
  if (!Object.hasOwn(faults, name)) throw new Error(`no fault is called "${name}"`);
  return faults[name];
}

async function runLogins(world, part, row, injection, deployment) {
  if (row.accepts) acceptAnyToken(world);
  const event = structuredClone(row.event ?? {});
  event.secrets = { ...event.secrets, ...injection.secrets };
  const config = createConfig((config_) => {
    config_.deadline_ms = DEADLINE_MS;
    if (row.expect.error === "timeout") {
      const waitsFor = part === "backend" ? config_.sources.profile : config_.tokens.api;
      waitsFor.timeout_ms = TIMEOUT_MS;
    }
    if (row.tls) config_.sources.profile.url = config_.sources.profile.url.replace("http:", "https:");
    config_.claims = { [PLAN]: { value: "profile.subscription.plan", type: "string" } };
    row.config?.(config_);
  });
  let action = DEPLOYMENTS[deployment](config);
  let result;
  for (let login = 0; login < (row.logins ?? 1); login++) {
    if (login > 0 && row.isFresh) action = DEPLOYMENTS[deployment](config);
    result = await world.login(injection.wrap(action, login), { ...event, cache: injection.cache });
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
    met: injection.met(),
  };
}

/** A port that refuses connections. A socket of ours has it until the row ends, so that no server of another row gets it. */
async function closedPort(ends) {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const holder = net.connect(port, "127.0.0.1");
  await Promise.all([once(holder, "connect"), once(server, "connection")]);
  ends.push(() => {
    holder.destroy();
    server.close();
  });
  return holder.localPort;
}

/** The Action with an `api` that counts how often a cache was looked for that is not there. */
function watchMissingCache(action, meet) {
  return {
    executeSettled(handler, event, api) {
      const watched = new Proxy(api, {
        get(target, name) {
          if (name === "cache" && target.cache === undefined) meet();
          return target[name];
        },
      });
      return action.executeSettled(handler, event, watched);
    },
  };
}

/** The Action while the clock is elsewhere. The tenant's own is right. */
function withClock(action, jumpMs, meet) {
  return {
    async executeSettled(...execution) {
      let isAction = true;
      Date.now = () => {
        if (isAction) meet();
        return realNow() + jumpMs;
      };
      try {
        // Later the tenant may look at the clock as well.
        setImmediate(() => {
          isAction = false;
        });
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

async function startTlsServer(tls, meet, ends) {
  const server = https.createServer(tls, (_req, res) => res.end('{"subscription":{"plan":"gold"}}'));
  server.on("connection", meet);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `localhost:${/** @type {net.AddressInfo} */ (server.address()).port}`;
}
