/**
 * A certificate for HTTPS on loopback.
 */

import { randomUUID } from "node:crypto";
import { isIP } from "node:net";

/**
 * A self-signed certificate for `localhost` and 127.0.0.1, or for other names, made anew at each call and valid for a
 * day; a client may present it as well. It is its own authority: give `cert` as `ca`, or its file as NODE_EXTRA_CA_CERTS, to whoever shall trust it.
 *
 * @param {string[]} [names] Hosts and IP addresses.
 * @returns {Promise<import("./listener.js").Tls>}
 */
export async function createTestCertificate(names = ["localhost", "127.0.0.1"]) {
  // Imported here because it takes a quarter of a second that plain HTTP need not pay.
  const { default: selfsigned } = await import("selfsigned");

  const notBeforeDate = new Date();
  const notAfterDate = new Date(notBeforeDate.getTime() + 24 * 60 * 60 * 1000);
  const subject = [
    { name: "commonName", value: "localhost" },
    // Of two authorities of one name only the first would be looked at.
    { name: "organizationName", value: randomUUID() },
  ];
  const { private: key, cert } = await selfsigned.generate(subject, {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { key, cert };
}
