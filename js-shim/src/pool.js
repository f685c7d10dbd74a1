// Connections that are kept for the next request.
//
// Node's agents keep sockets without a limit of time where the server names none, cannot tell how long one has lain
// idle, and hand one out whose unread bytes then answer the next request. So they only connect here.

import { connect } from "./connect.js";
import { afterPoll, monotonic } from "./timer.js";

/** How long a connection lies idle where its server names no time. */
const LIFETIME_MS = 60_000;

/** As many as Node's agents keep. */
const MAX_IDLE = 256;

/** The connections that lie idle, by origin; the one used last stands at the end. @type {Map<string, Connection[]>} */
const idle = new Map();

/** One socket, from one request to the next. */
export class Connection {
  /** When it was last given back. */
  idleSince = 0;
  /** How long it lay idle before its request; null where it is new. @type {number | null} */
  waitedMs = null;
  /** How long it then may lie idle. */
  lifetimeMs = LIFETIME_MS;
  /** Whether a request has it. */
  isBusy = true;
  /** Whether a byte has come since the request was sent. */
  hasAnswered = false;
  /** The answer to the request, once its headers are there. @type {import("node:http").IncomingMessage | undefined} */
  response;

  /**
   * @param {import("node:net").Socket} socket
   * @param {string} origin
   */
  constructor(socket, origin) {
    this.socket = socket;
    this.origin = origin;
    // Before Node's parser, so that what follows an answer is known from the answer.
    socket.on("data", () => {
      this.hasAnswered = true;
      // Nobody asked for it, and it must not answer whoever asks next.
      if (!this.isBusy || this.response?.complete) socket.destroy();
    });
    const endIdle = () => {
      if (!this.isBusy) socket.destroy();
    };
    socket.on("end", endIdle);
    socket.on("timeout", endIdle);
    // While it lies idle, its end concerns nobody.
    socket.on("error", () => {});
    socket.on("close", () => {
      const connections = idle.get(origin);
      if (connections?.includes(this)) connections.splice(connections.indexOf(this), 1);
    });
    // Node's word for a request that has been answered whole, on a connection that both sides keep.
    socket.on("free", () => this.#release());
  }

  /**
   * Takes note of an answer's headers.
   * @param {import("node:http").IncomingMessage} response
   */
  answer(response) {
    this.response = response;
    const [, seconds] = /\btimeout\s*=\s*"?(\d+)/i.exec(`${response.headers["keep-alive"]}`) ?? [];
    // A second is left for the way; a timer holds no more than some weeks.
    this.lifetimeMs = seconds ? Math.min(Number(seconds), 86_400) * 1_000 - 1_000 : LIFETIME_MS;
  }

  #release() {
    const { socket, origin } = this;
    const connections = idle.get(origin) ?? [];
    if (this.lifetimeMs <= 0 || !socket.writable || connections.length >= MAX_IDLE) {
      socket.destroy();
      return;
    }
    idle.set(origin, connections);
    connections.push(this);
    this.isBusy = false;
    this.hasAnswered = false;
    this.response = undefined;
    this.idleSince = monotonic();
    socket.setTimeout(this.lifetimeMs);
    socket.unref();
    // What comes must be seen.
    socket.resume();
  }
}

/**
 * Gets a connection for one request: one that is kept, or a new one.
 *
 * @param {import("./connect.js").Origin} origin
 * @param {number} maxIdleMs how long it may have lain idle at most
 * @param {(error: Error | null, connection?: Connection) => void} callback
 * @returns {() => void} gives it up
 */
export function acquire(origin, maxIdleMs, callback) {
  const kept = take(origin.id, maxIdleMs);
  if (!kept) {
    return connect(origin, (error, socket) => {
      if (error) callback(error);
      else callback(null, new Connection(socket, origin.id));
    });
  }
  const { socket } = kept;
  let giveUp = () => void socket.destroy();
  // What the kernel holds is read before the request leaves: while the loop was blocked, or the process frozen, bytes
  // or the connection's end may have come that nothing has seen yet.
  let isGivenUp = false;
  afterPoll(() => {
    if (!socket.destroyed) {
      kept.isBusy = true;
      socket.setTimeout(0);
      callback(null, kept);
    } else if (!isGivenUp) giveUp = acquire(origin, maxIdleMs, callback);
  });
  return () => {
    isGivenUp = true;
    giveUp();
  };
}

/** The connection that has lain idle for the shortest time, out of the pool. */
function take(origin, maxIdleMs) {
  const connections = idle.get(origin) ?? [];
  for (let connection = connections.at(-1); connection; connection = connections.at(-1)) {
    const { socket, idleSince, lifetimeMs } = connection;
    const idleMs = monotonic() - idleSince;
    // The others have lain idle for longer.
    if (idleMs > maxIdleMs) return undefined;
    connections.pop();
    // A process that was frozen is late to end them.
    if (idleMs < lifetimeMs && !socket.destroyed) {
      connection.waitedMs = idleMs;
      socket.ref();
      return connection;
    }
    socket.destroy();
  }
  return undefined;
}

/** Closes every connection to an origin that lies idle. */
export function purge(origin) {
  for (const { socket } of [...(idle.get(origin) ?? [])]) socket.destroy();
}
