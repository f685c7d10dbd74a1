/**
 * The two servers on loopback to which a simulation's calls are redirected: one with TLS, one without.
 */

import { listen } from "../tenant/listener.js";
import { createTestCertificate } from "../tenant/tls.js";

/**
 * @param {object} options
 * @param {string[]} [options.names] Hosts that the certificate is for, beside this machine.
 * @param {(scheme: "https" | "http", req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse) => Promise<void>} options.answer
 *   Where it is rejected, the connection is closed.
 */
export async function listenForCalls({ names = [], answer }) {
  const tls = await createTestCertificate(["localhost", ...new Set(names)]);
  const handle = (scheme) => () => (req, res) => {
    answer(scheme, req, res).catch(() => res.destroy());
  };
  const secure = await listen({
    tls: { ...tls, requestCert: true, rejectUnauthorized: false },
    handle: handle("https"),
  });
  const plain = await listen({ handle: handle("http") });
  return {
    redirection: { httpPort: portOf(plain), httpsPort: portOf(secure), ca: tls.cert },
    async close() {
      await Promise.all([secure.close(), plain.close()]);
    },
  };
}

/** Sends an answer as it is written down. */
export function send(res, { status, headers, body }) {
  res.writeHead(status, { "content-type": "application/json", ...headers });
  res.end(status === 204 || status === 304 ? undefined : body);
}

function portOf({ url }) {
  return Number(new URL(url).port);
}
