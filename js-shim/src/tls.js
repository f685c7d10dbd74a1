// What connections present and trust: client certificates (RFC 8705) and private authorities.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

/**
 * @typedef {object} Context What was made of one set of PEM.
 * @property {string} id What tells it from others: no two share a connection or a TLS session.
 * @property {string} [unfit] The part that cannot be used.
 * @property {import("node:tls").SecureContext} [secureContext]
 */

/** As many sets as are kept; a configuration has a handful, and secrets change seldom. */
const MAX_CONTEXTS = 32;

/** @type {Map<string, Context>} */
const contexts = new Map();

let count = 0;

/**
 * The context of a connection, made once.
 * @param {string[]} parts name, PEM, name, PEM …: `certificate`, `key`, `ca`, in this order; empty where Node's own
 *   will do
 * @returns {Context}
 */
export function contextOf(parts) {
  if (parts.length === 0) return { id: "" };
  const key = JSON.stringify(parts);
  let context = contexts.get(key);
  if (!context) {
    if (contexts.size >= MAX_CONTEXTS) contexts.clear();
    context = create(parts);
    contexts.set(key, context);
  }
  return context;
}

/** The part that is unfit, by its name. @param {string[]} parts */
export const unfitPart = (parts) => contextOf(parts).unfit;

/** What OpenSSL says is not repeated: it may quote what it was given. */
function create(parts) {
  /** @type {Record<string, string[]>} */
  const pem = { ca: [] };
  let part = "";
  try {
    for (let index = 0; index < parts.length; index += 2) {
      part = parts[index];
      const isKey = part === "key";
      pem[part] = readPem(parts[index + 1], !isKey);
      const [certificate] = pem[isKey ? "certificate" : part].map((block) => new X509Certificate(block));
      if (isKey && !certificate.checkPrivateKey(createPrivateKey(pem.key.join("")))) throw part;
      if (!certificate) throw part;
    }
    const [cert, key] = [pem.certificate, pem.key].map((blocks) => blocks?.join(""));
    // It refuses keys and signatures that are too weak.
    part = "certificate";
    const secureContext = createSecureContext({ cert, key });
    // The option of this name would replace Node's own authorities.
    for (const authority of [...pem.ca, ...extraAuthorities(pem.ca)])
      secureContext.context.addCACert(authority);
    return { id: `#${++count}`, secureContext };
  } catch {
    return { id: "", unfit: part };
  }
}

/** Node before 22 leaves these out of a store that others are added to. */
function extraAuthorities({ length }) {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  try {
    return length && file ? [readFileSync(file)] : [];
  } catch {
    // Node itself has warned of it.
    return [];
  }
}

/** The certificates of PEM, or what else it holds. What was pasted as one line has `\n`, or spaces, for line ends. */
function readPem(text, isCertificate) {
  const blocks = [];
  for (const [, label, body] of text.matchAll(/-----BEGIN ([\w ]+)-----([^-]+)-----END \1-----/g)) {
    if (label.endsWith("CERTIFICATE") !== isCertificate) continue;
    const lines = body.replace(/\\[rn]|\s/g, "").replace(/.{64}/g, "$&\n");
    blocks.push(`-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`);
  }
  return blocks;
}
