/**
 * Node's `http` and `https` without a network: the same code of Node's on both sides, and between them sockets in memory.
 * What an Action sends is answered here, whatever host it is for; it is HTTP byte by byte, without names, TLS and connections
 * that are kept.
 */

import http from "node:http";
import https from "node:https";
import net from "node:net";
import { Duplex } from "node:stream";

/**
 * @param {object} options
 * @param {(scheme: "https" | "http", req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>} options.answer
 *   Where it is rejected, the connection is closed.
 * @param {Pick<import("./clock.js").Clock, "setTimeout" | "clearTimeout">} options.clock Of the sockets.
 * @returns {Record<string, unknown>} modules by name, for the loader
 */
export function createMemoryNetwork({ answer, clock }) {
  const [plain, secure] = [opener("http"), opener("https")];
  return {
    "node:https": {
      ...https,
      Agent: class extends https.Agent {
        createConnection() {
          return secure();
        }
      },
    },
    "node:net": { ...net, createConnection: plain },
  };

  /** What opens a connection of a scheme. */
  function opener(scheme) {
    const server = http.createServer((req, res) => {
      // One that is kept may be tried twice within one attempt, and each request counts here.
      res.shouldKeepAlive = false;
      answer(scheme, req, res).catch(() => res.destroy());
    });
    // Its timers would be the machine's.
    server.keepAliveTimeout = 0;
    return () => {
      const [near, far] = createSockets(clock);
      server.emit("connection", far);
      process.nextTick(() => near.emit(scheme === "https" ? "secureConnect" : "connect"));
      return near;
    };
  }
}

/** Two ends of a connection. */
function createSockets(clock) {
  const [near, far] = [new MemorySocket(clock), new MemorySocket(clock)];
  near.other = far;
  far.other = near;
  return [near, far];
}

/** A socket as Node's HTTP uses one. What is written at one end is read at the other a tick later. */
class MemorySocket extends Duplex {
  /** @type {MemorySocket} */
  other = this;
  #clock;
  #timer;
  /** Takes more of what the other end writes. */
  #resume = () => {};

  constructor(clock) {
    super({ allowHalfOpen: false });
    this.#clock = clock;
  }

  _read() {
    const resume = this.#resume;
    this.#resume = () => {};
    resume();
  }

  _write(chunk, _encoding, done) {
    process.nextTick(() => {
      const { other } = this;
      if (other.destroyed) return done(failed("EPIPE"));
      if (other.push(chunk)) done();
      else other.#resume = done;
    });
  }

  _final(done) {
    process.nextTick(() => {
      this.other.#end();
      done();
    });
  }

  _destroy(error, done) {
    this.setTimeout(0);
    const resume = this.#resume;
    // Whoever waits to write learns of it by an error.
    process.nextTick(() => {
      resume();
      this.other.#end();
    });
    done(error);
  }

  #end() {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  destroySoon() {
    if (!this.writableEnded) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  resetAndDestroy() {
    process.nextTick(() => this.other.destroy(failed("ECONNRESET")));
    return this.destroy();
  }

  setTimeout(durationMs, callback) {
    this.#clock.clearTimeout(this.#timer);
    if (callback) this.once("timeout", callback);
    if (durationMs > 0) this.#timer = this.#clock.setTimeout(() => this.emit("timeout"), durationMs);
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }
}

function failed(code) {
  return Object.assign(new Error(code), { code });
}
