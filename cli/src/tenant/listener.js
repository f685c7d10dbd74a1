/**
 * An HTTP or HTTPS server on a free loopback port.
 */

import http from "node:http";
import https from "node:https";

/**
 * @typedef {{ key: string, cert: string, ca?: string, requestCert?: boolean, rejectUnauthorized?: boolean }} Tls PEM, and
 *   whether clients are asked for certificates: of which authorities, and whether others are served.
 *
 * @typedef {object} Listener
 * @property {string} url Without a slash at the end.
 * @property {string} domain Host and port.
 * @property {() => Promise<void>} close Destroys every connection. May be called more than once.
 */

/**
 * @param {object} options
 * @param {Tls} [options.tls] Serves HTTPS, under the name `localhost`.
 * @param {(listener: Listener) => import("node:http").RequestListener} options.handle Makes the request handler,
 *   which may need to know the port.
 * @returns {Promise<Listener>}
 */
export async function listen({ tls, handle }) {
  const server = tls ? https.createServer(tls) : http.createServer();
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(undefined));
  });
  // A server that somebody forgets to close must not keep a process from ending.
  server.unref();

  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const domain = tls ? `localhost:${port}` : `127.0.0.1:${port}`;
  const listener = { url: `${tls ? "https" : "http"}://${domain}`, domain, close: () => close(server) };
  server.on("request", handle(listener));
  return listener;
}

/** @returns {Promise<void>} */
function close(server) {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
