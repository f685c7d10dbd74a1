/**
 * Logins of an Action in Rust without a network: its pasted file in the production-like loader, and below it sockets in
 * memory and a clock that moves at once. `rust-simulation.js` runs the same file against real servers.
 */

import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { createApi } from "../host/api.js";
import { createCredentialsExchangeEvent, createEvent } from "../host/event.js";
import { loadAction } from "../host/loader.js";
import { withOptions } from "../rust/file.js";
import { HANDLERS } from "../tenant/login.js";
import { readTokenRequest } from "../tenant/token-payloads.js";
import { NO_ANSWER } from "./answers.js";
import { createCallLog } from "./call-log.js";
import { dateOf } from "./clock.js";
import { send } from "./listening.js";
import { openSecrets } from "./made-up-secrets.js";
import { createMemoryNetwork } from "./memory-network.js";
import { pathKeyOf } from "./path-answers.js";
import { createRedactor } from "./redact.js";
import { describeLogin } from "./result.js";
import { asksForToken } from "./rust-simulation.js";
import { NOTHING } from "./simulation.js";
import { fixedCrypto, fixedMath } from "./timed-engine.js";
import { describeUnsigned } from "./unsigned.js";

const require = createRequire(import.meta.url);

const TOKEN_LIFETIME_S = 3_600;

const CREATE_EVENT = { "post-login": createEvent, "credentials-exchange": createCredentialsExchangeEvent };

/**
 * @typedef {Omit<import("./in-memory.js").MadeRequest, "signal"> & { called: URL }} MadeRequest Its name is its method and path;
 *   `called` is the URL as it was sent, which may hold a secret.
 *
 * @typedef {object} RustInMemoryOptions
 * @property {string} code The file.
 * @property {import("../bundle.js").Trigger} trigger The file's.
 * @property {import("./clock.js").VirtualClock} clock
 * @property {Record<string, string | null>} [secrets] All others are made up as they are read; null is one that the Action
 *   lacks.
 * @property {import("./path-answers.js").PathAnswers} answers May be one that changes between logins.
 * @property {(request: MadeRequest) => import("../tenant/faults.js").Fault | undefined} onRequest Is told of each
 *   request, and may let a fault answer it.
 *
 * @param {RustInMemoryOptions} options
 */
export function startRustInMemory({ code, trigger, clock, secrets: given, answers, onRequest }) {
  const { secrets, read } = openSecrets(undefined, given);
  const callLog = createCallLog(clock.monotonic);
  const unanswered = new Set();
  /** @type {import("claimsmith").Report | null} */
  let report = null;
  let tokens = 0;
  const action = loadAction(withOptions(code, trigger, "onReport"), {
    // The line that asks for reports is not in the file that is pasted.
    maxCodeBytes: Number.POSITIVE_INFINITY,
    builtins: {
      ...createMemoryNetwork({ answer, clock }),
      "node:timers": timersOf(clock),
      "node:crypto": { ...require("node:crypto"), webcrypto: fixedCrypto(clock) },
    },
    injected: {
      // After a trap it has no id. Of logins one after another the last one is meant.
      onReport: (told) => {
        report = told;
      },
      Date: dateOf(clock.now),
      performance: { now: clock.monotonic },
      Math: fixedMath(),
      // Of bindings of the crate's own.
      ...timersOf(clock),
      fetch: () => Promise.reject(new TypeError("there is no network here: a call goes by `session`")),
    },
  });

  return {
    /** Calls that nothing answered, by method and path. */
    unanswered,
    /**
     * @param {Record<string, any>} overrides
     * @param {{ cache: import("../host/cache.js").Cache | null, held: import("../host/cache.js").Cache }} caches The one
     *   that this login has, and the one to show.
     * @returns {Promise<import("./result.js").Simulation>}
     */
    async login(overrides, { cache, held }) {
      /** @type {Record<string, any>} */
      const event = { ...CREATE_EVENT[trigger](overrides), secrets };
      const { api, outcome } = createApi(event, { cache, trigger });
      const request = readTokenRequest(event);
      report = null;
      const startMs = clock.monotonic();
      const [ended, calls] = await callLog.during(() => action.executeSettled(HANDLERS[trigger], event, api));
      const common = {
        config: {},
        report,
        calls,
        cache: held,
        nowMs: clock.now(),
        durationMs: clock.monotonic() - startMs,
        logs: ended.logs,
      };
      const login =
        ended.status === "fulfilled"
          ? describeUnsigned({ ...common, request, outcome })
          : describeLogin({ ...NOTHING, ...common, error: `The Action failed: ${textOf(ended.reason)}` });
      // Deadline and limits are the code's.
      return { ...login, deadlineMs: null, secrets: [...read.keys()].sort() };
    },
  };

  async function answer(scheme, req, res) {
    const url = `${scheme}://${req.headers.host}${req.url}`;
    const body = await text(req);
    const isTokenRequest = req.method === "POST" && asksForToken(body);
    const kind = /** @type {"token" | "source"} */ (isTokenRequest ? "token" : "source");
    const redact = createRedactor(Object.fromEntries(read));
    const { method } = req;
    const name = redact(pathKeyOf(method, url));
    const call = callLog.begin({ kind, name, method, url: redact(url) });
    res.on("close", () => call.end(res.headersSent ? res.statusCode : null));
    const headers = Object.fromEntries(
      Object.entries(req.headers).map(([header, value]) => [header, redact(String(value))]),
    );
    const shown = { url: redact(url), headers, body: redact(body) || null };
    const fault = onRequest({ kind, name, method, ...shown, called: new URL(url) });
    const found = answers.find(method, url);
    if (found?.delayMs) await new Promise((resolve) => clock.setTimeout(() => resolve(null), found.delayMs));
    if (fault !== undefined && (await fault(req, res))) return;
    if (found === undefined && isTokenRequest) return send(res, issueToken());
    if (found === undefined) unanswered.add(name);
    send(res, found ?? NO_ANSWER);
  }

  /** A token by which a request tells whose it is, another one each time. */
  function issueToken() {
    const token = { access_token: `token-${++tokens}`, token_type: "Bearer", expires_in: TOKEN_LIFETIME_S };
    return { status: 200, headers: {}, body: JSON.stringify(token) };
  }
}

/** Node's timers, by a clock. */
function timersOf(clock) {
  return {
    setTimeout(callback, durationMs, ...args) {
      const id = clock.setTimeout(() => callback(...args), durationMs);
      // A clock in memory keeps no process alive.
      const timer = { id, ref: () => timer, unref: () => timer };
      return timer;
    },
    clearTimeout: (timer) => clock.clearTimeout(timer?.id),
    // Time stands until it was called: it is how the code waits for what has arrived already.
    setImmediate(callback, ...args) {
      const turned = new Promise((resolve) => setImmediate(() => resolve(callback(...args))));
      void clock.busy(turned);
    },
  };
}

function textOf(reason) {
  return reason instanceof Error ? reason.message : String(reason);
}
