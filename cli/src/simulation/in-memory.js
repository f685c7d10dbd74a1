/**
 * Logins without a network: the engine of the package, and answers made up in its `fetch`. For the page; in Node,
 * `simulation.js` runs the pasted file against real servers.
 */

import { createCredentialsExchange, createExplainer, createPostLogin } from "claimsmith";
import { madeUpSecrets } from "../config/secrets.js";
import { createApi } from "../host/api.js";
import { createCache } from "../host/cache.js";
import { createCredentialsExchangeEvent, createEvent } from "../host/event.js";
import {
  customClaims,
  enrichedPayloads,
  plainPayloads,
  readTokenRequest,
  tooLargeMessage,
} from "../tenant/token-payloads.js";
import { NO_ANSWER } from "./answers.js";
import { createCallLog } from "./call-log.js";
import { createRedactor } from "./redact.js";
import { describeLogin } from "./result.js";
import { createRoutes, unknownRoute } from "./routes.js";

/** Milliseconds that a call takes where its answer says nothing else: about what one in a data centre does. */
const TOKEN_DELAY_MS = 35;
const SOURCE_DELAY_MS = 20;

const ISSUER = "https://tenant.example/";

const TRIGGERS = {
  "post-login": { create: createPostLogin, createEvent },
  "credentials-exchange": { create: createCredentialsExchange, createEvent: createCredentialsExchangeEvent },
};

/**
 * The faults of a call, by name: the response in place of the right one, or a promise that is rejected.
 * @type {Record<string, (signal: AbortSignal | undefined) => Response | Promise<Response>>}
 */
const FAULTS = {
  "connection lost": () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNRESET" } })),
  silent: (signal) => untilAborted(signal),
  "sends HTML": () => new Response("<!doctype html><h1>Back soon</h1>", { status: 200 }),
  "answers 401": () => jsonResponse(401, { error: "invalid_token" }),
  "answers 403": () => jsonResponse(403, { error: "forbidden" }),
  "answers 429": () => jsonResponse(429, { error: "slow_down" }, { "retry-after": "1" }),
  "answers 500": () => jsonResponse(500, { error: "server_error" }),
  "answers 503": () => jsonResponse(503, { error: "unavailable" }),
  "sends 10 MB": () => new Response(new Uint8Array(10_000_000)),
};

export const FAULT_NAMES = Object.freeze(Object.keys(FAULTS));

/**
 * @typedef {object} InMemoryOptions
 * @property {Record<string, any>} config One without problems.
 * @property {import("../bundle.js").Trigger} [trigger]
 * @property {import("./answers.js").Answers} answers
 * @property {Record<string, string>} [faults] By the name of the source or token: one of `FAULT_NAMES`.
 * @property {import("../host/cache.js").Cache} [cache]
 * @property {Record<string, string>} [secrets] Those that are missing are made up.
 *
 * @param {InMemoryOptions} options
 */
export async function startInMemory({
  config,
  trigger = "post-login",
  answers,
  faults = {},
  cache = createCache(),
  secrets: given = {},
}) {
  const secrets = await madeUpSecrets(config, trigger, given);
  // Nothing is sent, so there is nobody to present a certificate to.
  recordingFetch.isStandIn = true;
  const routes = createRoutes(config, secrets);
  const redact = createRedactor(secrets);
  const callLog = createCallLog();
  const reports = new Map();
  const logs = [];
  const users = new Map();
  const make = () =>
    TRIGGERS[trigger].create(config, {
      fetch: recordingFetch,
      log: (line) => logs.push(line),
      onReport: (report) => reports.set(report.correlation_id, report),
    });
  let handler = make();

  return {
    calls: callLog.counts,
    /** Makes a new instance, which runs the logins that follow. */
    restart() {
      handler = make();
    },
    /**
     * @param {Record<string, any>} [overrides]
     * @returns {Promise<import("./result.js").Simulation>}
     */
    async login(overrides) {
      return run(overrides, handler);
    },
    /**
     * The same in an instance of its own, which tells afterwards how each value came about.
     *
     * @param {Record<string, any>} [overrides]
     * @returns {Promise<[import("./result.js").Simulation, import("claimsmith").ExplainedLogin["explain"]]>}
     */
    async explainedLogin(overrides) {
      const explainer = createExplainer(config, { trigger, fetch: recordingFetch });
      let explain = /** @type {import("claimsmith").ExplainedLogin["explain"]} */ (() => undefined);
      const login = await run(overrides, async (event, api) => {
        const explained = await explainer(event, api);
        explain = explained.explain;
        logs.push(explained.line);
        reports.set(explained.report.correlation_id, explained.report);
      });
      return [login, explain];
    },
  };

  /**
   * @param {Record<string, any> | undefined} overrides
   * @param {(event: object, api: object) => Promise<void>} handle
   * @returns {Promise<import("./result.js").Simulation>}
   */
  async function run(overrides, handle) {
    const event = TRIGGERS[trigger].createEvent({
      ...overrides,
      secrets: { ...overrides?.secrets, ...secrets },
    });
    const id = event.transaction.correlation_id;
    users.set(id, event.user?.user_id);
    const { api, outcome } = createApi(event, { cache, trigger });
    const request = readTokenRequest(event);
    const [durationMs, calls] = await callLog.during(async () => {
      const startMs = performance.now();
      await handle(event, api);
      return performance.now() - startMs;
    });
    users.delete(id);
    const report = reports.get(id) ?? null;
    reports.delete(id);

    const custom = customClaims(request, outcome);
    const issued = { issuer: ISSUER, issuedAtS: Math.floor(Date.now() / 1000) };
    const isDenied = outcome.denied !== null;
    return describeLogin({
      config,
      outcome,
      before: isDenied ? null : plainPayloads(request, issued),
      after: isDenied ? null : enrichedPayloads(request, outcome, custom, issued),
      dropped: { idToken: custom.idToken.dropped, accessToken: custom.accessToken.dropped },
      report,
      calls,
      cache,
      durationMs,
      logs: logs.splice(0),
      error: tooLargeMessage(custom),
    });
  }

  async function recordingFetch(url, init) {
    const route = routes.find(init.method, url);
    const { kind, name } = route ?? unknownRoute(url);
    const call = {
      kind,
      name,
      method: init.method,
      url: redact(url),
      startMs: performance.now(),
      endMs: /** @type {number | null} */ (null),
      status: /** @type {number | null} */ (null),
    };
    callLog.add(call);
    try {
      const response = await respond(route, init);
      call.status = response.status;
      return response;
    } finally {
      call.endMs = performance.now();
    }
  }

  async function respond(route, { headers, signal }) {
    if (route === undefined) return jsonResponse(404, { error: "address_unknown" });
    const answer = route.kind === "source" ? findAnswer(route.name, headers) : undefined;
    await wait(answer?.delayMs ?? (route.kind === "token" ? TOKEN_DELAY_MS : SOURCE_DELAY_MS), signal);
    const fault = FAULTS[faults[route.name]];
    if (fault !== undefined) return fault(signal);
    if (route.kind === "token") {
      return jsonResponse(200, {
        access_token: crypto.randomUUID(),
        token_type: "Bearer",
        expires_in: 86_400,
      });
    }
    const { status, headers: answered, body } = answer ?? NO_ANSWER;
    const hasBody = status !== 204 && status !== 304;
    return new Response(hasBody ? body : null, {
      status,
      headers: { "content-type": "application/json", ...answered },
    });
  }

  function findAnswer(source, headers) {
    const found = answers.find(source, users.get(new Headers(headers).get("x-correlation-id") ?? ""));
    return found && { ...found, delayMs: found.delayMs || SOURCE_DELAY_MS };
  }
}

function jsonResponse(status, body, headers = {}) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

function wait(durationMs, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** @returns {Promise<Response>} */
function untilAborted(signal) {
  return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
}
