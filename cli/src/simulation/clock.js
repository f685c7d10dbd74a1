/**
 * A clock that stands, for the code of an Action. Its timers go on.
 */

/**
 * @param {string | number | Date} time
 * @returns {DateConstructor} in the place of `Date`
 */
export function stoppedAt(time) {
  const nowMs = new Date(time).getTime();
  class StoppedDate extends Date {
    /** @param {any[]} parts */
    constructor(...parts) {
      // @ts-expect-error -- Date takes as many as there are.
      super(...(parts.length === 0 ? [nowMs] : parts));
    }
    static now() {
      return nowMs;
    }
  }
  return /** @type {DateConstructor} */ (/** @type {unknown} */ (StoppedDate));
}
