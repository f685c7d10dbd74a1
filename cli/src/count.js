/**
 * Numbers for a person to read.
 */

/**
 * A count, such as `97,191`.
 *
 * @param {number} number
 */
export function count(number) {
  return number.toLocaleString("en");
}

/**
 * A time of two digits and more, such as `0.34 ms`, `100 ms` or `1.2 s`.
 *
 * @param {number} durationMs
 */
export function ms(durationMs) {
  // Where rounding makes a digit more, the next unit begins.
  if (durationMs >= 999.5) return `${(durationMs / 1000).toFixed(1)} s`;
  if (durationMs >= 9.95) return `${Math.round(durationMs)} ms`;
  return `${durationMs.toFixed(durationMs >= 0.995 ? 1 : 2)} ms`;
}
