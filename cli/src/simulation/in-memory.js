/**
 * Logins without a network: the engine of the package, and answers made up in its `fetch`. For the page and for
 * fixtures; `simulation.js` runs the pasted file against real servers.
 */

import { createCredentialsExchange, createExplainer, createFromPlan, createPostLogin } from "claimsmith";
import { madeUpSecrets } from "../config/secrets.js";
import { createApi } from "../host/api.js";
import { createCache } from "../host/cache.js";
import { createCredentialsExchangeEvent, createEvent } from "../host/event.js";
import { readTokenRequest } from "../tenant/token-payloads.js";
import { NO_ANSWER } from "./answers.js";
import { createCallLog } from "./call-log.js";
import { REAL_CLOCK } from "./clock.js";
import { createRedactor } from "./redact.js";
import { shadowOf } from "./result.js";
import { createRoutes, unknownRoute } from "./routes.js";
import { describeUnsigned } from "./unsigned.js";

/** Milliseconds that a call takes where its answer says nothing else: about what one in a data centre does. */
const DELAYS_MS = { token: 35, source: 20 };

const TRIGGERS = {
  "post-login": { create: "createPostLogin", createEvent },
  "credentials-exchange": {
    create: "createCredentialsExchange",
    createEvent: createCredentialsExchangeEvent,
  },
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
 * @typedef {object} MadeRequest
 * @property {"token" | "source"} kind
 * @property {string} name As in the configuration.
 * @property {string} method
 * @property {string} url With the name of a secret in place of its value, as in the headers and the body.
 * @property {Record<string, string>} headers By names in lower case.
 * @property {string | null} body
 * @property {AbortSignal} signal
 *
 * @typedef {import("./result.js").Simulation & { event: object }} SeenLogin With the event as the Action saw it, but for its
 *   secrets.
 *
 * @typedef {object} InMemoryOptions
 * @property {Record<string, any>} config One without problems.
 * @property {import("../bundle.js").Trigger} [trigger]
 * @property {import("./answers.js").Answers} answers May be one that changes between logins.
 * @property {Record<string, string>} [faults] By the name of the source or token: one of `FAULT_NAMES`.
 * @property {import("../host/cache.js").Cache | null} [cache]
 * @property {Record<string, string | null>} [secrets] Those that are missing are made up; null is one that the Action lacks.
 * @property {Uint8Array} [plan] The configuration, compiled before: then the secrets are all that the Action has.
 * @property {(request: MadeRequest) => void} [onRequest] Is told of each request as it comes, also where nobody waits for its
 *   answer any more.
 * @property {(request: MadeRequest) => Promise<Response | undefined>} [interfere] May answer a request in place of the stand-in.
 * @property {import("./clock.js").Clock} [clock]
 * @property {{ token: number, source: number }} [delaysMs] Of a call where its answer says nothing else.
 * @property {import("./timed-engine.js").Engine} [engine] One that goes by the clock.
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
  plan,
  onRequest = () => {},
  interfere = async () => undefined,
  clock = REAL_CLOCK,
  delaysMs = DELAYS_MS,
  engine = { createPostLogin, createCredentialsExchange, createExplainer, createFromPlan },
}) {
  const secrets = withoutNulls(plan === undefined ? await madeUpSecrets(config, trigger, given) : given);
  // Nothing is sent, so there is nobody to present a certificate to.
  recordingFetch.isStandIn = true;
  const routes = createRoutes(config, secrets);
  const redact = createRedactor(secrets);
  const callLog = createCallLog(clock.monotonic);
  const reports = new Map();
  const logs = [];
  const unanswered = new Set();
  const issued = new Map();
  const users = new Map();
  /** @type {Map<string, string>} Of each source the body that it sent last. */
  const bodies = new Map();
  const options = {
    fetch: recordingFetch,
    log: (line) => logs.push(line),
    onReport: (report) => reports.set(report.correlation_id, report),
  };
  const make = () =>
    plan === undefined
      ? engine[TRIGGERS[trigger].create](config, options)
      : engine.createFromPlan(plan, { ...options, trigger });
  let handler = make();

  return {
    calls: callLog.counts,
    secrets,
    bodies,
    /** Sources that were called without an answer written down. */
    unanswered,
    /** Makes a new instance, which runs the logins that follow. */
    restart() {
      handler = make();
    },
    /**
     * @param {Record<string, any>} [overrides] An `undefined` member is one that the event does not have.
     * @param {{ cache?: import("../host/cache.js").Cache | null }} [options] The cache of this login.
     * @returns {Promise<SeenLogin>}
     */
    login: (overrides, options) => run(overrides, handler, options),
    shadow,
    /**
     * The same in an instance of its own, which tells afterwards how each value came about.
     *
     * @param {Record<string, any>} [overrides]
     * @param {{ cache?: import("../host/cache.js").Cache | null }} [options]
     * @returns {Promise<[import("./result.js").Simulation, import("claimsmith").ExplainedLogin["explain"]]>}
     */
    async explainedLogin(overrides, options) {
      const explainer = engine.createExplainer(config, { trigger, fetch: recordingFetch });
      let explain = /** @type {import("claimsmith").ExplainedLogin["explain"]} */ (() => undefined);
      const handle = async (event, api) => {
        const explained = await explainer(event, api);
        explain = explained.explain;
        logs.push(explained.line);
        reports.set(explained.report.correlation_id, explained.report);
      };
      const login = await run(overrides, handle, options);
      return [login, explain];
    },
  };

  /**
   * What a login comes to where the mode is not `shadow`, in an instance and a cache of its own.
   *
   * @param {Record<string, any>} [overrides]
   * @returns {Promise<import("./result.js").Shadow | undefined>} undefined where the mode is not `shadow`
   */
  async function shadow(overrides) {
    if (config.mode !== "shadow") return undefined;
    const enforced = { ...config, mode: "enforce" };
    const twin = await startInMemory({ config: enforced, trigger, answers, faults, secrets });
    return shadowOf(await twin.login(overrides));
  }

  /**
   * @param {Record<string, any> | undefined} overrides
   * @param {(event: object, api: object) => Promise<void>} handle
   * @param {{ cache?: import("../host/cache.js").Cache | null }} [options]
   * @returns {Promise<SeenLogin>}
   */
  async function run(overrides, handle, { cache: ownCache = cache } = {}) {
    const event = TRIGGERS[trigger].createEvent({
      ...overrides,
      secrets: { ...overrides?.secrets, ...secrets },
    });
    const id = idOf(event);
    users.set(id, event.user?.user_id);
    const { api, outcome } = createApi(event, { cache: ownCache, trigger });
    const request = readTokenRequest(event);
    const seen = structuredClone({ ...event, secrets: undefined });
    const [durationMs, calls] = await callLog.during(async () => {
      const startMs = clock.monotonic();
      await handle(event, api);
      return clock.monotonic() - startMs;
    });
    users.delete(id);
    const report = reports.get(id) ?? null;
    reports.delete(id);

    const result = describeUnsigned({
      config,
      request,
      outcome,
      report,
      calls,
      cache: cache ?? createCache(),
      nowMs: clock.now(),
      durationMs,
      logs: logs.splice(0),
    });
    // Not one of what is printed.
    return /** @type {any} */ (Object.defineProperty(result, "event", { value: seen }));
  }

  /** A token by which a request tells whose it is, another one each time. */
  function issueToken(name) {
    const number = (issued.get(name) ?? 0) + 1;
    issued.set(name, number);
    return number === 1 ? `token-${name}` : `token-${name}-${number}`;
  }

  async function recordingFetch(url, init) {
    const route = routes.find(init.method, url);
    const { kind, name } = route ?? unknownRoute(url);
    const call = callLog.begin({ kind, name, method: init.method, url: redact(url) });
    /** @type {number | null} */
    let status = null;
    try {
      const response = await respond(route, url, init);
      ({ status } = response);
      return response;
    } finally {
      call.end(status);
    }
  }

  async function respond(route, url, { method, headers, body, signal }) {
    if (route === undefined) return jsonResponse(404, { error: "address_unknown" });
    const answer = route.kind === "source" ? findAnswer(route.name, headers) : undefined;
    const request = {
      kind: route.kind,
      name: route.name,
      method,
      url: redact(url),
      headers: Object.fromEntries([...new Headers(headers)].map(([name, value]) => [name, redact(value)])),
      body: typeof body === "string" ? redact(body) : null,
      signal,
    };
    onRequest(request);
    await wait(clock, answer?.delayMs || delaysMs[route.kind], signal);
    const interfered = await interfere(request);
    if (interfered !== undefined) return interfered;
    const fault = FAULTS[faults[route.name]];
    if (fault !== undefined) {
      bodies.delete(route.name);
      return fault(signal);
    }
    if (route.kind === "token") {
      return jsonResponse(200, {
        access_token: issueToken(route.name),
        token_type: "Bearer",
        expires_in: 86_400,
      });
    }
    if (answer === undefined) unanswered.add(route.name);
    const { status, headers: answered, body: text } = answer ?? NO_ANSWER;
    const hasBody = status !== 204 && status !== 304;
    bodies.set(route.name, hasBody ? text : "");
    return new Response(hasBody ? text : null, {
      status,
      headers: { "content-type": "application/json", ...answered },
    });
  }

  function findAnswer(source, headers) {
    return answers.find(source, users.get(new Headers(headers).get("x-correlation-id") ?? ""));
  }
}

function withoutNulls(secrets) {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== null));
}

/** As the report has it. */
function idOf(event) {
  const id = event.transaction?.correlation_id;
  return typeof id === "string" ? id : null;
}

function jsonResponse(status, body, headers = {}) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** @param {import("./clock.js").Clock} clock */
function wait(clock, durationMs, signal) {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(undefined), durationMs);
    signal?.addEventListener("abort", () => {
      clock.clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** @returns {Promise<Response>} */
function untilAborted(signal) {
  return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
}
