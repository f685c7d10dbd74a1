/**
 * The secrets that a configuration names, and values for trying it where there are none.
 */

import { allStrings, templateParts } from "./template.js";

const NAME = /(?:^|[^\w.])secrets\.(?:([A-Za-z_]\w*)|"((?:[^"\\]|\\.)*)")/g;

/** The port of a made-up server on this machine; nobody connects to it. */
const FIRST_PORT = 8001;

/**
 * @param {unknown} config
 * @returns {string[]} each name once, sorted
 */
export function secretNames(config) {
  const names = new Set();
  for (const text of allStrings(config)) {
    for (const part of templateParts(text)) {
      if (!("expression" in part)) continue;
      for (const [, plain, quoted] of part.expression.matchAll(NAME)) {
        names.add(plain ?? JSON.parse(`"${quoted}"`));
      }
    }
  }
  return [...names].sort();
}

/**
 * A value for each secret, of the kind that its place asks for: a host where it stands as one, a private key, or a
 * word. What is given is kept.
 *
 * @param {Record<string, any>} config
 * @param {Record<string, string>} [given]
 * @returns {Promise<Record<string, string>>}
 */
export async function madeUpSecrets(config, given = {}) {
  const addresses = new Set(addressesOf(config).map(leadingSecret));
  const hosts = new Set(addressesOf(config).flatMap(hostSecrets));
  // Plain http is for this machine alone.
  const ownHosts = addressesOf(config)
    .filter((address) => address.startsWith("http:"))
    .flatMap(hostSecrets);
  const keys = new Map(
    Object.values(config.tokens ?? {}).flatMap((token) =>
      secretNames(token?.private_key ?? "").map((name) => [name, token.algorithm]),
    ),
  );

  /** @type {Record<string, string>} */
  const secrets = {};
  for (const name of secretNames(config)) {
    const label = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    if (Object.hasOwn(given, name)) secrets[name] = given[name];
    else if (keys.has(name)) secrets[name] = await createPrivateKey(keys.get(name));
    else if (addresses.has(name)) secrets[name] = `https://${label}.example`;
    else if (ownHosts.includes(name)) secrets[name] = `localhost:${FIRST_PORT + ownHosts.indexOf(name)}`;
    else if (hosts.has(name)) secrets[name] = `${label}.example`;
    else secrets[name] = `made-up-${label}`;
  }
  return secrets;
}

/**
 * @param {Record<string, any>} config
 * @returns {string[]}
 */
function addressesOf({ tokens, sources }) {
  const addresses = [
    ...Object.values(tokens ?? {}).map((token) => token?.token_url),
    ...Object.values(sources ?? {}).map((source) => source?.url),
  ];
  return addresses.filter((address) => typeof address === "string");
}

/** The secret that a whole origin comes from. */
function leadingSecret(address) {
  return /^\{\s*secrets\.(\w+)\s*\}/.exec(address)?.[1];
}

function hostSecrets(address) {
  const [authority = ""] = /^https?:\/\/[^/?#]*/.exec(address) ?? [];
  return secretNames(authority);
}

const KEY_PARAMETERS = {
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  PS256: { name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
};

/** @returns {Promise<string>} PKCS#8 in PEM */
async function createPrivateKey(algorithm) {
  const parameters = KEY_PARAMETERS[algorithm] ?? KEY_PARAMETERS.RS256;
  const pair = /** @type {CryptoKeyPair} */ (
    await crypto.subtle.generateKey(parameters, true, ["sign", "verify"])
  );
  const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const base64 = btoa(String.fromCharCode(...bytes));
  const lines = base64.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}
