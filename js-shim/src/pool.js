// Connections that are kept for the next request.
//
// Node's agents keep sockets without a limit of time where the server names none, cannot tell how long one has lain
// idle, and hand one out whose unread bytes then answer the next request. So they only connect here.

import { connect } from "./connect.js";
import { after, afterPoll, monotonic } from "./timer.js";

/** The idle time of a connection whose server names none. */
const LIFETIME_MS = 60_000;

/** As many as Node's agents keep. */
const MAX_IDLE = 256;

/** The time in which a connection is made and used that no request has asked for yet. */
const AHEAD_MS = 10_000;

/** The connections that lie idle, by origin and what they present; the one used last stands at the end. @type {Map<string, Set<Connection>>} */
const pools = new Map();

/**
 * Connections under way that no request has asked for yet, by origin: each gives itself to the first that does, and
 * returns what gives it up.
 * @type {Map<string, (callback: (error: Error | null, socket?: import("node:net").Socket) => void) => () => void>}
 */
const ahead = new Map();

function poolOf(origin) {
  return pools.get(origin) ?? new Set();
}

/**
 * One socket, from one request to the next.
 * @typedef {object} Connection
 * @property {import("node:net").Socket} socket
 * @property {boolean} isNew It has served no request yet.
 * @property {number | undefined} waitedMs How long it lay idle since its last request; undefined where it is new.
 * @property {boolean} isSilent No byte has come since the request was sent.
 * @property {import("node:http").IncomingMessage | undefined} response The answer, once its headers are there.
 * @property {string | undefined} saysOfKeeping What it says of the connection.
 * @property {boolean} isIdle No request has it.
 * @property {number} idleSince
 * @property {number} lifetimeMs How long it may lie idle.
 */

/**
 * @param {import("node:net").Socket} socket
 * @param {string} origin
 * @returns {Connection}
 */
function create(socket, origin) {
  /** @type {Connection} */
  const connection = {
    socket,
    isNew: true,
    waitedMs: undefined,
    isSilent: true,
    response: undefined,
    saysOfKeeping: undefined,
    isIdle: false,
    idleSince: 0,
    lifetimeMs: 0,
  };
  // Before Node's parser, so that what follows an answer is known from the answer.
  socket.on("data", () => {
    connection.isSilent = false;
    // It is unsolicited, and must not answer the next request.
    if (connection.isIdle || connection.response?.complete) socket.destroy();
  });
  for (const event of ["end", "timeout"]) socket.on(event, () => connection.isIdle && socket.destroy());
  // Its end while idle is no error.
  socket.on("error", () => {});
  socket.on("close", () => {
    const pool = poolOf(origin);
    pool.delete(connection);
    // One origin a user must not fill the memory.
    if (pool.size === 0) pools.delete(origin);
  });
  // Node's word for a request that has been answered whole, on a connection that both sides keep.
  socket.on("free", () => {
    connection.isNew = false;
    keep(connection, origin, readLifetimeMs(connection.saysOfKeeping));
  });
  return connection;
}

/** Puts a connection into the pool, for so long. */
function keep(connection, origin, lifetimeMs) {
  const { socket } = connection;
  const pool = poolOf(origin);
  if (lifetimeMs <= 0 || !socket.writable || pool.size >= MAX_IDLE) return socket.destroy();
  connection.isIdle = connection.isSilent = true;
  connection.response = undefined;
  connection.idleSince = monotonic();
  connection.lifetimeMs = lifetimeMs;
  pools.set(origin, pool.add(connection));
  socket.setTimeout(lifetimeMs);
  socket.unref();
  // The socket must flow, or bytes and its end are not seen.
  socket.resume();
}

/** Returns the idle time by the server's `Keep-Alive`, less a second for the round trip. */
function readLifetimeMs(header = "") {
  const [, seconds] = /\btimeout\s*=\s*"?(\d+)/i.exec(header) ?? [];
  // A timer holds no more than some weeks.
  return seconds ? Math.min(Number(seconds), 86_400) * 1_000 - 1_000 : LIFETIME_MS;
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
    const begin = ahead.get(origin.id) ?? ((done) => connect(origin, done));
    return begin((error, socket) => callback(error, socket && create(socket, origin.id)));
  }
  const { socket } = kept;
  let isGivenUp = false;
  let giveUp = () => {
    socket.destroy();
  };
  // The kernel's buffer is read before the request is sent: while the loop was blocked, or the process frozen, bytes
  // or the connection's end may have come that nothing has seen yet.
  afterPoll(() => {
    if (!socket.destroyed) {
      kept.isIdle = false;
      socket.setTimeout(0);
      callback(null, kept);
    } else if (!isGivenUp) giveUp = acquire(origin, maxIdleMs, callback);
  });
  return () => {
    isGivenUp = true;
    giveUp();
  };
}

/**
 * Connects before there is a request, unless a connection lies idle or is under way already. What fails is forgotten: the
 * request will tell.
 * @param {import("./connect.js").Origin} origin
 */
export function prepare(origin) {
  const { id } = origin;
  if (ahead.has(id) || poolOf(id).size > 0) return;
  /** @type {((error: Error | null, socket?: import("node:net").Socket) => void) | undefined} */
  let claimed;
  const giveUp = connect(origin, (error, socket) => {
    if (claimed) return claimed(error, socket);
    forget();
    if (socket) keep(create(socket, id), id, AHEAD_MS);
  });
  const stopWaiting = after(AHEAD_MS, () => {
    forget();
    giveUp();
  });
  const forget = () => {
    stopWaiting();
    ahead.delete(id);
  };
  ahead.set(id, (callback) => {
    forget();
    claimed = callback;
    return giveUp;
  });
}

/** The connection that has lain idle for the shortest time, out of the pool. */
function take(origin, maxIdleMs) {
  const pool = poolOf(origin);
  for (const connection of [...pool].reverse()) {
    const { socket, idleSince, lifetimeMs } = connection;
    const idleMs = monotonic() - idleSince;
    // The others have lain idle for longer.
    if (idleMs > maxIdleMs) return undefined;
    pool.delete(connection);
    // A process that was frozen is late to end them.
    if (idleMs < lifetimeMs && !socket.destroyed) {
      // A new one that breaks tells of its server what any other new one would.
      if (!connection.isNew) connection.waitedMs = idleMs;
      socket.ref();
      return connection;
    }
    socket.destroy();
  }
  return undefined;
}

/** Closes every connection to an origin that lies idle, whatever it presents. */
export function purge(origin) {
  for (const [id, pool] of pools) {
    if (id.split("#")[0] === origin) for (const { socket } of pool) socket.destroy();
  }
}
