// Certificates that must not be believed, and why.

import selfsigned from "selfsigned";

const DAY_MS = 86_400_000;

/** `otherHost` and `expired` are vouched for by an authority that is trusted; `untrusted` by nobody. */
export async function createCertificates() {
  const now = Date.now();
  return {
    untrusted: await generate("localhost", now, now + DAY_MS),
    otherHost: await generate("api.example.com", now, now + DAY_MS),
    expired: await generate("localhost", now - 2 * DAY_MS, now - DAY_MS),
  };
}

/**
 * An authority, a server's certificate for localhost by it, and clients: `first` and `second` by the authority,
 * `expired` too; `stranger` by another one, which is `otherAuthority`; `rsa` by nobody, with a key of another kind.
 */
export async function createClientCertificates() {
  const now = Date.now();
  const [authority, otherAuthority] = await Promise.all(
    ["authority", "other authority"].map((name) => generate(name, now, now + DAY_MS)),
  );
  const by = (issuer, name) => generate(name, now - 2 * DAY_MS, now + DAY_MS, { ca: issuer, cA: false });
  return {
    authority,
    otherAuthority,
    server: await by(authority, "localhost"),
    first: await by(authority, "first"),
    second: await by(authority, "second"),
    rsa: await generate("rsa", now, now + DAY_MS, { keyType: "rsa" }),
    stranger: await by(otherAuthority, "stranger"),
    expired: await generate("expired", now - 2 * DAY_MS, now - DAY_MS, { ca: authority, cA: false }),
  };
}

/** One that is its own authority, for a day. */
export const createNamed = (name) => generate(name, Date.now(), Date.now() + DAY_MS);

async function generate(host, fromMs, toMs, { ca, cA = true, keyType = "ec" } = {}) {
  const { private: key, cert } = await selfsigned.generate([{ name: "commonName", value: host }], {
    keyType,
    ca: ca && { key: ca.key, cert: ca.cert },
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(fromMs),
    notAfterDate: new Date(toMs),
    extensions: [
      { name: "basicConstraints", cA, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: cA, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: host }] },
    ],
  });
  return { key, cert };
}
