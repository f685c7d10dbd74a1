/**
 * The clock of the worker, which a person may put forward: to see renewals, caches and breakers. Timers go on as they do.
 */

const realNow = Date.now.bind(Date);
const realMonotonic = performance.now.bind(performance);
let aheadMs = 0;

Date.now = () => realNow() + aheadMs;
performance.now = () => realMonotonic() + aheadMs;

export const clock = {
  /** @param {number} ms */
  advance(ms) {
    aheadMs += ms;
  },
  ahead: () => aheadMs,
};
