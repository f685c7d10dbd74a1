// What connections present and trust: client certificates (RFC 8705) and private authorities.

import { coded } from "./body.js";
import { crypto, fs, tls } from "./later.js";

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
 * The origin, whose connections present and trust this.
 * @param {import("./connect.js").Origin} origin
 * @param {string[]} parts name, PEM, name, PEM …: `certificate`, `key`, `ca`, in this order
 * @returns {import("./connect.js").Origin}
 * @throws where the origin has no TLS: there is nothing to present there, and nothing is verified
 */
export function presenting(origin, parts) {
  const { id, secureContext } = contextOf(parts);
  if (!(secureContext && origin.isSecure)) throw coded("TLS_NEEDS_HTTPS");
  return { ...origin, id: origin.id + id, secureContext };
}

/**
 * The context of a connection, made once.
 * @param {string[]} parts
 * @returns {Context}
 */
function contextOf(parts) {
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
  const { createPrivateKey, X509Certificate } = crypto();
  const { existsSync, readFileSync } = fs();
  const { createSecureContext } = tls();
  /** @type {{ cert?: string, key?: string }} */
  const options = {};
  let secureContext = createSecureContext();
  let part = "";
  try {
    for (let index = 0; index < parts.length; index += 2) {
      part = parts[index];
      const blocks = readPem(parts[index + 1]);
      if (blocks.length === 0) throw part;
      if (part !== "ca") {
        options[part === "key" ? "key" : "cert"] = blocks.join("");
        secureContext = createSecureContext(options);
        const { cert, key } = options;
        // A key of another kind would lie beside the certificate unused.
        if (key && !new X509Certificate(`${cert}`).checkPrivateKey(createPrivateKey(key))) throw part;
        continue;
      }
      for (const block of blocks) {
        // The store takes anything. The option `ca` would replace Node's own authorities.
        new X509Certificate(block);
        secureContext.context.addCACert(block);
      }
      // Node before 22 leaves these out of a store that others are added to.
      const extra = process.env.NODE_EXTRA_CA_CERTS ?? "";
      if (existsSync(extra)) secureContext.context.addCACert(readFileSync(extra));
    }
    return { id: `#${++count}`, secureContext };
  } catch {
    return { id: "", unfit: part };
  }
}

/** The blocks of PEM. What was pasted as one line has `\n`, or spaces, for line ends. */
function readPem(text) {
  const blocks = text.matchAll(/-----BEGIN ([\w ]+)-----([^-]+)-----END \1-----/g);
  return [...blocks].map(([, label, body]) => {
    const lines = body.replace(/\\[rn]|\s/g, "").replace(/.{1,64}/g, "$&\n");
    return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
  });
}
