/**
 * Texts for the screen, with the name of a secret in place of its value.
 */

/**
 * @param {Record<string, string>} secrets
 * @returns {(text: string) => string}
 */
export function createRedactor(secrets) {
  // Longest first: one value may stand within another. A host is no secret, whatever the Action calls it.
  const values = Object.entries(secrets)
    .filter(([, value]) => value !== "" && !isHost(value))
    .flatMap(([name, value]) => [value, encodeURIComponent(value)].map((text) => ({ name, text })))
    .sort((one, other) => other.text.length - one.text.length);
  return (text) =>
    values.reduce((shown, { name, text: value }) => shown.replaceAll(value, () => `{secrets.${name}}`), text);
}

function isHost(value) {
  return /^(https?:\/\/)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?\/?$/i.test(value) && /[.:]/.test(value);
}
