/**
 * The secrets of an Action in Rust, made up as they are read: which ones it reads stands in its code.
 */

/**
 * @typedef {object} OpenSecrets
 * @property {Record<string, string>} secrets For the event.
 * @property {Map<string, string>} read Those that were read, with their values.
 *
 * @param {Record<string, string>} [given] Where it is there, no other is made up.
 * @param {Record<string, string | null>} [over] Over what is made up; null is one that the Action lacks.
 * @returns {OpenSecrets}
 */
export function openSecrets(given, over = {}) {
  const read = new Map();
  const find = (name) => {
    if (typeof name !== "string") return undefined;
    const value = lookUp(name);
    if (value !== undefined) read.set(name, value);
    return value;
  };
  const lookUp = (name) => {
    if (Object.hasOwn(over, name)) return over[name] ?? undefined;
    if (given === undefined) return makeUp(name);
    return Object.hasOwn(given, name) ? given[name] : undefined;
  };
  const secrets = new Proxy(
    {},
    {
      get: (_target, name) => find(name),
      has: (_target, name) => find(name) !== undefined,
      ownKeys: () => (given === undefined ? [...read.keys()] : Object.keys(given)),
      getOwnPropertyDescriptor(_target, name) {
        const value = find(name);
        return value === undefined
          ? undefined
          : { value, writable: true, enumerable: true, configurable: true };
      },
    },
  );
  return { secrets, read };
}

/** A value of the kind that the name asks for. */
function makeUp(name) {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  if (/DOMAIN|HOST/i.test(name)) return `${label}.example`;
  if (/TOKEN_?(URL|ENDPOINT)/i.test(name)) return `https://${label}.example/oauth/token`;
  if (/URL|ENDPOINT|ORIGIN|AUDIENCE/i.test(name)) return `https://${label}.example`;
  return `made-up-${label}`;
}
