// Signatures by WebCrypto, for clients that prove themselves with a private key (RFC 7523).

import { webcrypto } from "node:crypto";

const { subtle } = webcrypto;

/** The algorithms of RFC 7518 §3 that Auth0 takes: how a key is imported, and how it signs. */
const algorithms = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
};

/** The keys, imported once: a promise by algorithm and PEM. */
const keys = new Map();

/**
 * Signs a text.
 * @param {"RS256" | "PS256" | "ES256"} algorithm
 * @param {string} pem a private key as PKCS#8
 * @param {string} text
 * @returns {Promise<Uint8Array>} rejected where the key is unfit
 */
export async function sign(algorithm, pem, text) {
  const parameters = algorithms[algorithm];
  const id = algorithm + pem;
  // A key that could not be imported stays so: the secret it came from has not changed.
  if (!keys.has(id)) keys.set(id, importKey(parameters, pem));
  const signature = await subtle.sign(parameters, await keys.get(id), Buffer.from(text));
  return new Uint8Array(signature);
}

async function importKey(parameters, pem) {
  // What was pasted into a line of its own has `\\n` in place of line ends.
  const base64 = pem.replace(/-----[^-]+-----|\\n|\s/g, "");
  return subtle.importKey("pkcs8", Buffer.from(base64, "base64"), parameters, false, ["sign"]);
}
