// New connections, by Happy Eyeballs (RFC 8305): where an address does not answer soon the next one is tried beside
// it, and the first that is there serves. Node's own version gives the earlier one up, so that a host which is
// merely slow is never reached.

import { isIP } from "node:net";
import { resolve } from "./resolver.js";
import { after } from "./timer.js";

/** The delay of RFC 8305 §5. */
const ATTEMPT_DELAY_MS = 250;

/**
 * @typedef {object} Origin
 * @property {string} id What tells it from others.
 * @property {string} host A name, or an address without brackets.
 * @property {string} port
 * @property {boolean} isSecure
 * @property {import("node:tls").SecureContext} [secureContext] What it presents and trusts, where that is not Node's own.
 * @property {(options: object) => import("node:net").Socket} open
 */

/**
 * Connects, TLS included.
 *
 * @param {Origin} origin
 * @param {(error: Error | null, socket?: import("node:net").Socket) => void} callback called once
 * @returns {() => void} gives it up
 */
export function connect({ id, host, port, isSecure, secureContext, open }, callback) {
  const sockets = new Set();
  /** @type {Promise<import("./resolver.js").Addresses> | undefined} */
  let lookup;
  let addressCount = 0;
  let tried = 0;
  let isOver = false;
  let stopWaiting = () => {};

  const end = () => {
    isOver = true;
    stopWaiting();
    for (const socket of sockets) socket.destroy();
  };
  const hasNext = () => !isOver && tried < addressCount;

  const attempt = () => {
    const index = tried++;
    stopWaiting();
    const waitForIt = () => {
      if (hasNext()) stopWaiting = after(ATTEMPT_DELAY_MS, attempt);
    };
    const socket = open({
      host,
      port,
      servername: isIP(host) ? "" : host,
      ALPNProtocols: ["http/1.1"],
      secureContext,
      // Whatever the process's environment says.
      rejectUnauthorized: true,
      // The agent keeps TLS sessions by this name.
      _agentKey: id,
      autoSelectFamily: false,
      noDelay: true,
      lookup: (_host, _options, done) => {
        // One list for all attempts: asked again, the name may lead to fewer addresses, or to the same one first.
        lookup ??= resolve(host);
        lookup.then((found) => {
          addressCount = found.length;
          done(null, found[index].address, found[index].family);
          waitForIt();
        }, done);
      },
    });
    sockets.add(socket);
    const fail = (error) => {
      if (!sockets.delete(socket) || isOver) return;
      if (hasNext()) attempt();
      else if (sockets.size === 0) {
        end();
        callback(error);
      }
    };
    socket.on("error", fail);
    socket.once("close", fail);
    socket.once("connect", () => stopWaiting());
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      if (isOver) return;
      sockets.delete(socket);
      end();
      callback(null, socket);
    });
  };

  attempt();
  return end;
}
