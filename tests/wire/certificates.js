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

async function generate(host, fromMs, toMs) {
  const { private: key, cert } = await selfsigned.generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(fromMs),
    notAfterDate: new Date(toMs),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: host }] },
    ],
  });
  return { key, cert };
}
