/**
 * The members that an object has itself. What it inherits, perhaps from a polluted `Object.prototype`, nobody chose.
 * @param {any} object
 * @returns {any}
 */
export function own(object) {
  return { __proto__: null, ...object };
}
