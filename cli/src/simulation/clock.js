/**
 * Clocks for the code of an Action, in the place of the machine's.
 */

/**
 * @param {string | number | Date} time
 * @returns {DateConstructor} in the place of `Date`: a clock that stands, while timers go on
 */
export function stoppedAt(time) {
  const nowMs = new Date(time).getTime();
  return dateOf(() => nowMs);
}

/**
 * @param {() => number} now Milliseconds since the epoch.
 * @returns {DateConstructor} in the place of `Date`
 */
export function dateOf(now) {
  class OtherDate extends Date {
    /** @param {any[]} parts */
    constructor(...parts) {
      // @ts-expect-error -- Date takes as many as there are.
      super(...(parts.length === 0 ? [now()] : parts));
    }
    static now() {
      return now();
    }
  }
  return /** @type {DateConstructor} */ (/** @type {unknown} */ (OtherDate));
}

/**
 * The time that a login in memory goes by.
 *
 * @typedef {object} Clock
 * @property {() => number} now Milliseconds since the epoch.
 * @property {() => number} monotonic Milliseconds that only move forward.
 * @property {(callback: () => void, durationMs: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** The machine's. @type {Clock} */
export const REAL_CLOCK = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, durationMs) => setTimeout(callback, durationMs),
  clearTimeout: (timer) => clearTimeout(timer),
});

/** Turns of the loop without work after which everybody waits for a timer. */
const IDLE_TURNS = 2;

/**
 * A clock that stands while there is work, and moves to the next timer when there is none: what would wait for seconds
 * is over at once, in the same order. For Node.
 *
 * @typedef {Clock & {
 *   set: (timeMs: number) => void,
 *   advance: (durationMs: number) => void,
 *   during: <T>(work: () => Promise<T>) => Promise<T>,
 *   busy: <T>(work: Promise<T>) => Promise<T>,
 * }} VirtualClock `set` forgets all timers. Time moves on `during` work only, and not while what is `busy` goes on
 *   elsewhere, such as on a thread of Node's.
 *
 * @returns {VirtualClock}
 */
export function createVirtualClock() {
  let nowMs = 0;
  let monotonicMs = 0;
  let lastId = 0;
  /** @type {Map<number, { atMs: number, callback: () => void }>} */
  const timers = new Map();
  let works = 0;
  let busy = 0;
  let turns = 0;
  let isTurning = false;

  function turn() {
    if (isTurning || works === 0) return;
    isTurning = true;
    setImmediate(() => {
      isTurning = false;
      if (works === 0) return;
      turns = busy > 0 ? 0 : turns + 1;
      if (turns >= IDLE_TURNS) fireNext();
      // What is busy turns the loop again when it ends.
      if (busy === 0 && timers.size > 0) turn();
    });
  }

  function fireNext() {
    turns = 0;
    let next;
    // Of two for the same time the older one is first, as in a loop.
    for (const [id, timer] of timers) {
      if (next === undefined || timer.atMs < next.timer.atMs) next = { id, timer };
    }
    if (next === undefined) return;
    timers.delete(next.id);
    move(next.timer.atMs - monotonicMs);
    next.timer.callback();
  }

  function move(durationMs) {
    const forward = Math.max(0, durationMs);
    nowMs += forward;
    monotonicMs += forward;
  }

  return {
    now: () => nowMs,
    monotonic: () => monotonicMs,
    setTimeout(callback, durationMs) {
      const id = ++lastId;
      timers.set(id, { atMs: monotonicMs + Math.max(0, Number(durationMs) || 0), callback });
      turns = 0;
      turn();
      return id;
    },
    clearTimeout(id) {
      timers.delete(id);
    },
    set(timeMs) {
      nowMs = timeMs;
      timers.clear();
    },
    advance: move,
    async during(work) {
      works += 1;
      turn();
      try {
        return await work();
      } finally {
        works -= 1;
      }
    },
    async busy(work) {
      busy += 1;
      try {
        return await work;
      } finally {
        busy -= 1;
        turns = 0;
        turn();
      }
    },
  };
}
