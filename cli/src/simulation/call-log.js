/**
 * Records the calls of each login in flight. Concurrent logins each have the calls of all.
 */

/**
 * @typedef {import("./result.js").Call} Call Its times are those of the clock here.
 *
 * @typedef {object} CallLog
 * @property {{ token: number, source: number }} counts All calls so far.
 * @property {(call: Call) => void} add It may be filled later: the log keeps the object.
 * @property {(call: Pick<Call, "kind" | "name" | "method" | "url">) => { end(status: number | null): void }} begin Adds a call
 *   that begins now; its end is told once, with null where nothing was answered.
 * @property {<T>(work: () => Promise<T>) => Promise<[T, Call[]]>} during The calls while the work went on, with times
 *   since it began.
 */

/**
 * @param {() => number} [monotonic] The clock of the calls' times.
 * @returns {CallLog}
 */
export function createCallLog(monotonic = () => performance.now()) {
  const counts = { token: 0, source: 0 };
  /** @type {Set<Call[]>} */
  const underWay = new Set();

  function add(call) {
    counts[call.kind]++;
    for (const calls of underWay) calls.push(call);
  }

  return {
    counts,
    add,
    begin(about) {
      /** @type {Call} */
      const call = { ...about, startMs: monotonic(), endMs: null, status: null };
      add(call);
      return {
        end(status) {
          call.endMs = monotonic();
          call.status = status;
        },
      };
    },
    async during(work) {
      /** @type {Call[]} */
      const calls = [];
      underWay.add(calls);
      const startMs = monotonic();
      try {
        const result = await work();
        return [result, calls.map((call) => since(startMs, call))];
      } finally {
        underWay.delete(calls);
      }
    },
  };
}

function since(startMs, call) {
  return {
    ...call,
    startMs: call.startMs - startMs,
    endMs: call.endMs === null ? null : call.endMs - startMs,
  };
}
