/**
 * Logins as they would be: the pasted file in the production-like loader, against stand-ins or the real servers.
 */

import { bundleAction } from "../bundle.js";
import { madeUpSecrets } from "../config/secrets.js";
import { createCache } from "../host/cache.js";
import { createCredentialsExchangeEvent, createEvent } from "../host/event.js";
import { loadAction } from "../host/loader.js";
import { LoginError, login } from "../tenant/login.js";
import { startOAuthServer } from "../tenant/oauth-server.js";
import { createTestCertificate } from "../tenant/tls.js";
import { createCallLog } from "./call-log.js";
import { stoppedAt } from "./clock.js";
import { createRecordingModules } from "./recorder.js";
import { createRedactor } from "./redact.js";
import { describeLogin, shadowOf } from "./result.js";
import { createRoutes, unknownRoute } from "./routes.js";
import { startStandIns } from "./stand-ins.js";

/**
 * @typedef {import("../bundle.js").Trigger} Trigger
 *
 * @typedef {object} SimulationOptions
 * @property {Record<string, any>} config One without problems.
 * @property {Trigger} [trigger]
 * @property {Record<string, string>} [secrets] Those that are missing are made up, unless `live`.
 * @property {import("./answers.js").Answers} [answers] What the backend's stand-in says.
 * @property {boolean} [live] Call the real servers.
 * @property {string} [now] When the logins take place; the clock goes on where left out.
 * @property {import("../host/cache.js").Cache | null} [cache]
 *
 * @typedef {object} LoginSimulation
 * @property {(overrides?: Record<string, any>) => Promise<import("./result.js").Simulation>} login One login, with
 *   what its event has beside the sample's. Of logins at once each has the calls of all.
 * @property {(overrides?: Record<string, any>) => Promise<import("./result.js").Shadow | undefined>} [shadow] What the
 *   login comes to where the mode is not `shadow`, against the stand-ins; undefined where it is not, and where the real
 *   servers are called, which would be asked twice.
 * @property {() => void} restart What follows runs in a fresh instance.
 * @property {{ token: number, source: number }} calls All requests so far.
 * @property {import("./stand-ins.js").StandIns | null} standIns Null where the real servers are called.
 * @property {() => Promise<void>} close
 */

const CREATE_EVENT = { "post-login": createEvent, "credentials-exchange": createCredentialsExchangeEvent };

/**
 * @param {SimulationOptions} options
 * @returns {Promise<LoginSimulation>}
 */
export async function startSimulation({
  config,
  trigger = "post-login",
  secrets: given = {},
  answers = { find: () => undefined },
  live = false,
  now,
  cache = createCache(),
}) {
  const secrets = live ? given : await madeUpSecrets(config, trigger, given, createTestCertificate);
  const redact = createRedactor(secrets);
  const routes = createRoutes(config, secrets);
  /** @type {Map<string, string>} */
  const users = new Map();
  const standIns = live
    ? null
    : await startStandIns({ config, secrets, answers, userOf: (id) => users.get(id) });
  const oauthServer =
    standIns?.oauthServer ?? (await startOAuthServer({ issuer: "https://tenant.example/" }));

  const callLog = createCallLog();
  /** @type {Map<string | null, import("claimsmith").Report>} */
  const reports = new Map();
  const bundle = (live) => bundleAction(config, { trigger, live, options: "onReport", isWhole: true });
  const code = bundle("{}");
  const load = (loaded = code, onRequest = record) =>
    loadAction(loaded, {
      // The line that asks for reports is not in the file that is pasted.
      maxCodeBytes: Number.POSITIVE_INFINITY,
      builtins: createRecordingModules(onRequest, standIns?.redirection),
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
    login: (overrides) => run(action, overrides, cache),
    async shadow(overrides) {
      if (live || config.mode !== "shadow") return undefined;
      const enforcing = load(bundle('{ mode: "enforce" }'), () => {});
      return shadowOf(await run(enforcing, overrides, createCache()));
    },
    async close() {
      await (standIns ?? oauthServer).close();
    },
  };

  /** @returns {Promise<import("./result.js").Simulation>} */
  async function run(loaded, overrides = {}, ownCache) {
    const event = CREATE_EVENT[trigger]({ ...overrides, secrets: { ...overrides.secrets, ...secrets } });
    const correlationId = event.transaction?.correlation_id ?? null;
    if (correlationId !== null && event.user) users.set(correlationId, event.user.user_id);
    const [ended, calls] = await callLog.during(() =>
      runLogin({ action: loaded, event, cache: ownCache, trigger, oauthServer }),
    );
    users.delete(correlationId ?? "");
    const report = reports.get(correlationId) ?? null;
    reports.delete(correlationId);
    return describeLogin({ ...ended, config, report, calls, cache: ownCache ?? createCache() });
  }

  function record(request) {
    const { kind, name } = routes.find(request.method, request.url) ?? unknownRoute(request.url);
    callLog.add(Object.assign(request, { kind, name, url: redact(request.url) }));
  }
}

/**
 * What a login ends with that Auth0 would fail.
 * @satisfies {Partial<Parameters<typeof describeLogin>[0]>}
 */
export const NOTHING = Object.freeze({
  before: null,
  after: null,
  dropped: { idToken: [], accessToken: [] },
  custom: { idToken: {}, accessToken: {} },
  outcome: {
    calls: [],
    denied: null,
    accessTokenClaims: {},
    idTokenClaims: {},
    scopes: { added: [], removed: [] },
    samlAttributes: {},
    appMetadata: {},
    userMetadata: {},
    transactionMetadata: {},
    sessionMetadata: {},
    refreshTokenMetadata: {},
    mfa: null,
    session: [],
    refreshToken: [],
  },
});

/** A login that Auth0 would fail is a result as well. */
export async function runLogin(options) {
  const startMs = performance.now();
  try {
    return await login(options);
  } catch (error) {
    if (!(error instanceof LoginError)) throw error;
    return { ...NOTHING, logs: error.logs, durationMs: performance.now() - startMs, error: error.message };
  }
}
