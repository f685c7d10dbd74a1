/**
 * Logins of an Action in Rust, as they would be: its pasted file in the production-like loader, against stand-ins or the
 * real servers. What it calls and reads stands in its code, so that all of it is learned as it happens.
 */

import { createHash, randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";
import { createCache } from "../host/cache.js";
import { createCredentialsExchangeEvent, createEvent } from "../host/event.js";
import { loadAction } from "../host/loader.js";
import { withOptions } from "../rust/file.js";
import { startOAuthServer } from "../tenant/oauth-server.js";
import { NO_ANSWER } from "./answers.js";
import { createCallLog } from "./call-log.js";
import { stoppedAt } from "./clock.js";
import { listenForCalls, send } from "./listening.js";
import { openSecrets } from "./made-up-secrets.js";
import { createPathAnswers, pathKeyOf } from "./path-answers.js";
import { createRecordingModules } from "./recorder.js";
import { createRedactor } from "./redact.js";
import { describeLogin } from "./result.js";
import { runLogin } from "./simulation.js";

/**
 * @typedef {object} RustSimulationOptions
 * @property {string} code The file.
 * @property {import("../bundle.js").Trigger} trigger The file's.
 * @property {Record<string, string>} [secrets] Where they are there, the Action has these and no other; else each that it
 *   reads is made up.
 * @property {import("./path-answers.js").PathAnswers} [answers] What the backend's stand-in says.
 * @property {boolean} [live] Call the real servers.
 * @property {string} [now] When the logins take place; the clock goes on where left out.
 * @property {import("../host/cache.js").Cache | null} [cache]
 */

const ISSUER = "https://tenant.example/";
const TOKEN_LIFETIME_S = 3_600;
const CREATE_EVENT = { "post-login": createEvent, "credentials-exchange": createCredentialsExchangeEvent };

/**
 * As `startSimulation`, for the file of an Action in Rust.
 *
 * @param {RustSimulationOptions} options
 * @returns {Promise<import("./simulation.js").LoginSimulation>}
 */
export async function startRustSimulation({
  code,
  trigger,
  secrets: given,
  answers = createPathAnswers({}),
  live = false,
  now,
  cache = createCache(),
}) {
  const { secrets, read } = openSecrets(given);
  const oauthServer = await startOAuthServer({ issuer: ISSUER });
  const redact = (text) => createRedactor(Object.fromEntries(read))(text);
  const standIns = live ? null : await startStandIns({ answers, oauthServer, redact });
  const callLog = createCallLog();
  /** @type {Map<string | null, import("claimsmith").Report>} */
  const reports = new Map();
  const load = () =>
    loadAction(withOptions(code, trigger, "onReport"), {
      // The line that asks for reports is not in the file that is pasted.
      maxCodeBytes: Number.POSITIVE_INFINITY,
      builtins: createRecordingModules(record, standIns?.redirection),
      injected: {
        onReport: (report) => reports.set(report.correlation_id, report),
        ...(now === undefined ? {} : { Date: stoppedAt(now) }),
      },
    });
  let action = load();

  return {
    standIns,
    calls: callLog.counts,
    restart() {
      action = load();
    },
    async login({ secrets: _ignored, ...overrides } = {}) {
      /** @type {Record<string, any>} */
      const event = { ...CREATE_EVENT[trigger](overrides), secrets };
      const correlationId = event.transaction?.correlation_id ?? null;
      const [ended, calls] = await callLog.during(() =>
        runLogin({ action, event, cache, trigger, oauthServer }),
      );
      const report = reports.get(correlationId) ?? null;
      reports.delete(correlationId);
      const login = describeLogin({ ...ended, config: {}, report, calls, cache: cache ?? createCache() });
      // Deadline and limits are the code's.
      return { ...login, deadlineMs: null, secrets: [...read.keys()].sort() };
    },
    // Whether it shadows stands in its code.
    shadow: async () => undefined,
    async close() {
      await Promise.all([standIns?.close(), oauthServer.close()]);
    },
  };

  function record(request, { hasForm }) {
    const kind = request.method === "POST" && hasForm ? "token" : "source";
    const { host } = new URL(request.url);
    callLog.add(Object.assign(request, { kind, name: host, url: redact(request.url) }));
  }
}

/**
 * Whatever is called, on loopback: what asks for a token gets one, all else the answer that is written for it.
 *
 * @returns {Promise<import("./stand-ins.js").StandIns>}
 */
async function startStandIns({ answers, oauthServer, redact }) {
  const faults = new Map();
  const unanswered = new Set();

  async function answer(scheme, req, res) {
    const url = `${scheme}://${req.headers.host}${req.url}`;
    const body = await text(req);
    const found = answers.find(req.method, url);
    const isTokenRequest = found === undefined && req.method === "POST" && asksForToken(body);
    const fault = faults.get(isTokenRequest ? "token" : "source");
    if (fault !== undefined && (await fault(req, res))) return;
    if (isTokenRequest) return send(res, await issueToken(oauthServer, body));
    if (found === undefined) unanswered.add(redact(pathKeyOf(req.method, url)));
    await sleep(found?.delayMs ?? 0);
    send(res, found ?? NO_ANSWER);
  }

  const calls = await listenForCalls({ answer });
  return {
    oauthServer,
    redirection: { ...calls.redirection, hasAnyName: true },
    setFault: (kind, _name, fault) => faults.set(kind, fault),
    unanswered,
    close: calls.close,
  };
}

/** Whether the body of a POST asks for a token by client credentials. @param {string} body */
export const asksForToken = (body) => new URLSearchParams(body).get("grant_type") === "client_credentials";

/** A token such as a tenant's. Which application asks is not known, so that none is refused. */
async function issueToken({ issuer, signing }, body) {
  const fields = new URLSearchParams(body);
  const token = await new SignJWT({ scope: fields.get("scope") ?? undefined, jti: randomUUID() })
    .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: "at+jwt" })
    .setIssuer(issuer)
    .setSubject(fields.get("client_id") ?? createHash("sha256").update(body).digest("hex").slice(0, 8))
    .setAudience(fields.get("audience") ?? fields.get("resource") ?? issuer)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_LIFETIME_S} s`)
    .sign(signing.privateKey);
  const answer = { access_token: token, token_type: "Bearer", expires_in: TOKEN_LIFETIME_S };
  return { status: 200, headers: { "cache-control": "no-store" }, body: JSON.stringify(answer) };
}
