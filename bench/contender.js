// One contender in a process of its own. Reads orders as lines of JSON and prints what each cost.
//
// usage: node contender.js NAME ORIGIN

import { createInterface } from "node:readline";
import { createApi, createCache, createEvent } from "claimsmith-cli/host";
import { CONTENDERS } from "./contenders.js";

const [name, origin] = process.argv.slice(2);
const secrets = {
  TOKEN_ORIGIN: origin,
  API_ORIGIN: origin,
  CLIENT_ID: "bench-client",
  CLIENT_SECRET: "bench-secret",
};
const cache = createCache();
const action = CONTENDERS[name]();
let users = 0;

function prepare() {
  const event = createEvent({ user: { user_id: `auth0|${users++}` }, secrets });
  return { event, ...createApi(event, { cache, trigger: "post-login" }) };
}

async function login({ event, api, outcome }) {
  const { status, reason, durationMs } = await action.executeSettled("onExecutePostLogin", event, api);
  if (status === "rejected") throw reason;
  if (outcome.idTokenClaims["https://example.com/plan"] !== "gold") throw new Error(`${name} set no claim`);
  return durationMs;
}

async function run({ logins, atOnce }) {
  const prepared = Array.from({ length: logins }, prepare);
  const durations = [];
  const before = process.cpuUsage();
  const work = async () => {
    for (let one = prepared.pop(); one; one = prepared.pop()) durations.push(await login(one));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const { user, system } = process.cpuUsage(before);
  return { durations, cpuMs: (user + system) / 1_000, rss: process.memoryUsage().rss };
}

await login(prepare());
// Milliseconds since this process started, the host's own loading included, which is the same for all.
console.log(JSON.stringify({ firstMs: performance.now() }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}
process.exit();
