// One contender in a process of its own, in the host that behaves as Auth0's does. Logs in once, then reads orders
// as lines of JSON, and prints what each cost.
//
// usage: node contender.js CONTENDER ORIGIN     the contender as JSON, see contenders.js

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createApi, createCache, createEvent, loadAction } from "claimsmith-cli/host";

const { code, dependencies, root } = JSON.parse(process.argv[2]);
const origin = process.argv[3];
const secrets = {
  TOKEN_ORIGIN: origin,
  API_ORIGIN: origin,
  CLIENT_ID: "bench-client",
  CLIENT_SECRET: "bench-secret",
};
const cache = createCache();
const action = loadAction(readFileSync(code, "utf8"), { dependencies, root });
let users = 0;

const { initDurationMs: loadMs } = await login(prepare());
// Milliseconds since this process started, with Node's own start and the host's, which are the same for all.
console.log(JSON.stringify({ firstMs: performance.now(), loadMs }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}
process.exit();

function prepare() {
  const event = createEvent({ user: { user_id: `auth0|${users++}` }, secrets });
  return { event, ...createApi(event, { cache, trigger: "post-login" }) };
}

async function login({ event, api, outcome }) {
  const execution = await action.execute("onExecutePostLogin", event, api);
  if (outcome.idTokenClaims["https://example.com/plan"] !== "gold") {
    throw new Error(`no claim was set: ${execution.logs}`);
  }
  return execution;
}

async function run({ logins, atOnce }) {
  const prepared = Array.from({ length: logins }, prepare);
  const durations = [];
  const before = process.cpuUsage();
  const work = async () => {
    for (let one = prepared.pop(); one; one = prepared.pop()) durations.push((await login(one)).durationMs);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const { user, system } = process.cpuUsage(before);
  return { durations, cpuMs: (user + system) / 1_000, rss: process.memoryUsage.rss() };
}
