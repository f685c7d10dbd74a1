// The engine alone: what a login costs, how that grows, and what crosses its boundary.
//
// usage: node times.js [--quick]     after `./build.sh bench` has built the engine; prints its figures as JSON

import { parseArgs } from "node:util";
import { median, progress } from "../statistics.js";
import { createAnswerCases, createClaimsCases, createEventCases } from "./cases.js";
import { countCrossings } from "./crossings.js";
import { createLogins, loadEngine } from "./world.js";

const { values } = parseArgs({ options: { quick: { type: "boolean" } } });
const ROUNDS = values.quick ? 3 : 15;
/** How long each case runs in a round. */
const ROUND_MS = values.quick ? 20 : 100;

const [packaged, pasted] = await measure("the README's configuration", [
  { size: 1, login: { Engine: loadEngine("package") } },
  { size: 1, login: { Engine: loadEngine("pasted") } },
]);
const figures = {
  readmeUs: { package: packaged.us, pasted: pasted.us },
  claims: await measure("claims", createClaimsCases()),
  answer: await measure("answer", createAnswerCases()),
  eventUnread: await measure("event", createEventCases("event.user.app_metadata.plan")),
  eventRead: await measure("event, read whole", createEventCases("length(event.user.app_metadata.items)")),
  crossings: await countCrossings(),
};
console.log(JSON.stringify(figures));

/**
 * Microseconds a login, for each case the median over rounds in which all take their turn.
 *
 * @param {{ size: number, login: Parameters<typeof createLogins>[0] }[]} cases
 */
async function measure(title, cases) {
  progress(`engine alone: ${title}`);
  const running = [];
  for (const { size, login } of cases) {
    const run = createLogins(login);
    const logins = await loginsFor(run, ROUND_MS);
    running.push({ size, run, logins, times: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { run, logins, times } of running) times.push((await timeMs(run, logins)) / logins);
  }
  return running.map(({ size, times }) => ({ size, us: median(times) * 1_000 }));
}

/** How many logins take about so long, once the code is warm. */
async function loginsFor(run, durationMs) {
  let logins = 1;
  while ((await timeMs(run, logins)) < durationMs) logins *= 2;
  return logins;
}

async function timeMs(run, logins) {
  const startedMs = performance.now();
  await run(logins);
  return performance.now() - startedMs;
}
