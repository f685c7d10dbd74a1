// One contender in a process of its own, in the host that behaves as Auth0's does. Logs in once, then reads orders
// as lines of JSON, and prints what each cost.
//
// usage: node contender.js CONTENDER ORIGINS [COUNT]     the contender as JSON, see contenders.js; where tokens and
//        profiles come from, as JSON; with a COUNT so many log in at once at first

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createApi, createCache, createEvent, loadAction } from "claimsmith-cli/host";

const { code, dependencies, root } = JSON.parse(process.argv[2]);
const { token, api } = JSON.parse(process.argv[3]);
const atFirst = Number(process.argv[4] ?? 1);
const secrets = {
  TOKEN_ORIGIN: token,
  API_ORIGIN: api,
  CLIENT_ID: "bench-client",
  CLIENT_SECRET: "bench-secret",
};
const cache = createCache();
// What comes before, Node's own start and the host's, is the same for all.
const hostMs = performance.now();
const action = loadAction(readFileSync(code, "utf8"), { dependencies, root });
let users = 0;

const firsts = await Promise.all(Array.from({ length: atFirst }, () => login(prepare({}))));
const loadMs = Math.max(...firsts.map(({ initDurationMs }) => initDurationMs));
const durations = firsts.map(({ durationMs }) => durationMs);
console.log(JSON.stringify({ firstMs: performance.now() - hostMs, hostMs, loadMs, durations }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}
process.exit();

/** A login: of another user each time, or of one whose application exchanges a refresh token again and again. */
function prepare({ isExchange = false }) {
  const user = { user_id: `auth0|${isExchange ? "one" : users++}` };
  const transaction = isExchange ? { transaction: { protocol: "oauth2-refresh-token" } } : {};
  const event = createEvent({ user, secrets, ...transaction });
  return { event, ...createApi(event, { cache, trigger: "post-login" }) };
}

async function login({ event, api, outcome }) {
  const execution = await action.execute("onExecutePostLogin", event, api);
  if (outcome.idTokenClaims["https://example.com/plan"] !== "gold") {
    throw new Error(`no claim was set: ${execution.logs}`);
  }
  return execution;
}

async function run({ logins, atOnce, isExchange }) {
  const prepared = Array.from({ length: logins }, () => prepare({ isExchange }));
  const durations = [];
  const before = process.cpuUsage();
  const work = async () => {
    for (let one = prepared.pop(); one; one = prepared.pop()) durations.push((await login(one)).durationMs);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const { user, system } = process.cpuUsage(before);
  return { durations, cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() };
}
