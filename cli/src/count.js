/**
 * A number for a person to read, such as `97,191`.
 *
 * @param {number} number
 */
export function count(number) {
  return number.toLocaleString("en");
}
