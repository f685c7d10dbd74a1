/**
 * Many logins at once in one instance, and what they came to.
 */

import { hasErrors, isSpoiled } from "./result.js";

/**
 * @typedef {object} Storm
 * @property {number} logins The logins that have ended.
 * @property {number} planned The logins that were asked for: more than have ended where the storm was stopped.
 * @property {number} users By so many users.
 * @property {number} concurrency So many at once.
 * @property {number} durationMs The time that all of them took, in milliseconds.
 * @property {Record<string, number>} outcomes Logins by outcome.
 * @property {number} spoiled Logins that Auth0 would fail, or whose claims it would leave out.
 * @property {number} withErrors Logins in which something went wrong, a denial by mistake among them.
 * @property {Record<string, number>} errors Reports that name the error, by code.
 * @property {number} tokenCalls The calls of token endpoints.
 * @property {number} sourceCalls The calls of sources.
 * @property {{ p50: number, p90: number, p99: number, max: number }} latencyMs The time that one login took, in milliseconds: percentiles, and the longest.
 * @property {{ fromMs: number, toMs: number, logins: number }[]} histogram The logins by the time that they took.
 */

/** Where the first bucket of the histogram ends; the others double. */
const FIRST_BUCKET_MS = 0.25;

/**
 * @param {Pick<import("./simulation.js").LoginSimulation, "login" | "calls">} simulation
 * @param {object} options
 * @param {number} options.logins
 * @param {number} options.users
 * @param {number} options.concurrency
 * @param {Record<string, any>} options.event
 * @param {(done: number) => void} [options.onProgress]
 * @param {AbortSignal} [options.signal] Stops the storm: what has ended counts, what is under way does not.
 * @returns {Promise<Storm>}
 */
export async function runStorm(
  simulation,
  { logins: planned, users, concurrency, event, onProgress = () => {}, signal },
) {
  /** @type {number[]} */
  const latencies = [];
  /** @type {Record<string, number>} */
  const outcomes = {};
  /** @type {Record<string, number>} */
  const errors = {};
  let begun = 0;
  let spoiled = 0;
  let withErrors = 0;

  async function work() {
    while (begun < planned && !signal?.aborted) {
      const result = await simulation.login(withUser(event, begun++ % users));
      if (signal?.aborted) return;
      latencies.push(result.durationMs);
      outcomes[result.outcome] = (outcomes[result.outcome] ?? 0) + 1;
      for (const { code } of result.report?.errors ?? []) errors[code] = (errors[code] ?? 0) + 1;
      if (isSpoiled(result)) spoiled++;
      if (hasErrors(result)) withErrors++;
      onProgress(latencies.length);
    }
  }

  const callsBefore = { ...simulation.calls };
  const startMs = performance.now();
  const worked = Promise.all(Array.from({ length: Math.min(concurrency, planned) }, work));
  await Promise.race(signal === undefined ? [worked] : [worked, aborted(signal)]);
  const durationMs = performance.now() - startMs;
  latencies.sort((one, other) => one - other);
  return {
    logins: latencies.length,
    planned,
    users,
    concurrency,
    durationMs,
    outcomes,
    spoiled,
    withErrors,
    errors,
    tokenCalls: simulation.calls.token - callsBefore.token,
    sourceCalls: simulation.calls.source - callsBefore.source,
    latencyMs: {
      p50: percentile(latencies, 50),
      p90: percentile(latencies, 90),
      p99: percentile(latencies, 99),
      max: latencies.at(-1) ?? 0,
    },
    histogram: toHistogram(latencies),
  };
}

/** @param {AbortSignal} signal @returns {Promise<void>} */
function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function withUser(event, number) {
  const label = String(number + 1).padStart(4, "0");
  const user = { ...event.user, user_id: `auth0|user-${label}`, email: `user-${label}@example.com` };
  return { ...event, user };
}

/** The smallest that no more than so many percent are above. */
function percentile(sorted, percent) {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

/** Buckets that double, from the one of the fastest login to the one of the slowest. */
function toHistogram(sorted) {
  const buckets = [];
  let index = 0;
  for (let fromMs = 0, toMs = FIRST_BUCKET_MS; index < sorted.length; fromMs = toMs, toMs *= 2) {
    const end = sorted.findIndex((latency) => latency >= toMs);
    const next = end < 0 ? sorted.length : end;
    if (buckets.length > 0 || next > index) buckets.push({ fromMs, toMs, logins: next - index });
    index = next;
  }
  return buckets;
}
