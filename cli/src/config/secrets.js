/**
 * Values for the secrets that a configuration reads, for trying it where there are none.
 */

import { inspectConfig } from "claimsmith";

/** @typedef {import("../bundle.js").Trigger} Trigger */

/** The port of a made-up server on this machine; nobody connects to it. */
const FIRST_PORT = 8001;

/**
 * A value for each secret, of the kind that its place asks for: a host where it stands as one, a key, a certificate, or a
 * word. What is given is kept.
 *
 * @param {Record<string, any>} config
 * @param {Trigger} trigger
 * @param {Record<string, any>} [given]
 * @param {() => Promise<{ key: string, cert: string }>} [createCertificate] Where connections are made, which present it.
 * @returns {Promise<Record<string, string>>}
 */
export async function madeUpSecrets(config, trigger, given = {}, createCertificate = noCertificate) {
  /** @type {Record<string, string>} */
  const secrets = {};
  const uses = inspectConfig(config, { trigger, warnings: false }).secrets;
  // One pair for all, so that a key is its certificate's wherever both stand.
  const certificate = uses.some(({ kind }) => kind.startsWith("certificate"))
    ? await createCertificate()
    : {};
  for (const [index, secret] of uses.entries()) {
    secrets[secret.name] = Object.hasOwn(given, secret.name)
      ? given[secret.name]
      : await makeUp(secret, index, certificate);
  }
  return secrets;
}

/**
 * @param {import("claimsmith").SecretUse} secret
 * @param {number} index
 * @param {{ key?: string, cert?: string }} certificate
 */
async function makeUp({ name, kind, algorithm }, index, { key = "", cert = "" }) {
  const label = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  switch (kind) {
    case "private_key":
      return createPrivateKey(algorithm);
    case "certificate":
    case "certificate_authority":
      return cert;
    case "certificate_key":
      return key;
    case "origin":
      return `https://${label}.example`;
    case "host":
      return `${label}.example`;
    case "local_host":
      return `localhost:${FIRST_PORT + index}`;
    case "signing_key":
      return createKey(name);
    default:
      return `made-up-${label}`;
  }
}

/**
 * The same key for the same name, so that what is made of it is the same at each run.
 *
 * @returns {Promise<string>} 32 bytes in hexadecimal digits
 */
async function createKey(name) {
  const text = new TextEncoder().encode(`claimsmith made up ${name}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** PEM by its looks, for where nothing is presented to anybody. */
async function noCertificate() {
  const pem = (label) => `-----BEGIN ${label}-----\nbWFkZSB1cA==\n-----END ${label}-----\n`;
  return { cert: pem("CERTIFICATE"), key: pem("PRIVATE KEY") };
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
