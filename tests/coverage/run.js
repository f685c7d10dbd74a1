// Runs the cases: each configuration through the pasted file, as Auth0 would, with a backend on loopback that answers
// by source.

import { checkConfig } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createCredentialsExchangeEvent, createEvent, loadAction } from "claimsmith-cli/host";
import { madeUpSecrets } from "../../cli/src/config/secrets.js";
import { createAnswers, NO_ANSWER } from "../../cli/src/simulation/answers.js";
import { stoppedAt } from "../../cli/src/simulation/clock.js";
import { createRecordingModules } from "../../cli/src/simulation/recorder.js";
import { createRoutes } from "../../cli/src/simulation/routes.js";
import { listen } from "../../cli/src/tenant/listener.js";
import { createTestCertificate } from "../../cli/src/tenant/tls.js";
import { customClaims, readTokenRequest } from "../../cli/src/tenant/token-payloads.js";
import { sourceFaults } from "../../cli/src/tenant/wire-faults.js";

const TRIGGERS = {
  "post-login": { handler: "onExecutePostLogin", createEvent },
  "credentials-exchange": {
    handler: "onExecuteCredentialsExchange",
    createEvent: createCredentialsExchangeEvent,
  },
};

/**
 * @typedef {object} Case
 * @property {string} id
 * @property {string} does What the Action does.
 * @property {"full" | "partly" | "not"} verdict How much of it the configuration does.
 * @property {string} [why] What is missing.
 * @property {import("claimsmith").Trigger} [trigger]
 * @property {Record<string, string>} [secrets] Those that are left out are made up.
 * @property {Record<string, any>} [config]
 * @property {Run[]} runs
 *
 * @typedef {object} Run One login.
 * @property {string} name
 * @property {Record<string, any>} [with] What its event has beside the sample's.
 * @property {Record<string, string>} [secrets] All that the Action has, in place of the case's.
 * @property {Record<string, unknown>} [answers] By source, as in `claimsmith simulate`.
 * @property {Record<string, string>} [faults] By source: the name of one of the wire's faults.
 * @property {string} [now] The time at which the clock stands.
 * @property {Record<string, any>} expect Each member is compared whole.
 */

/**
 * Starts the backend for all cases: whatever host a request is for, it ends here.
 *
 * @param {Case[]} cases
 */
export async function startBackend(cases) {
  /** @type {import("node:http").RequestListener} */
  let answer = (_req, res) => res.destroy();
  const hosts = new Set();
  for (const { config, trigger = "post-login", secrets } of cases) {
    // What is wrong with one is told where it runs.
    if (config === undefined || !checkConfig(config, { trigger }).ok) continue;
    const { origins } = createRoutes(config, await madeUpSecrets(config, trigger, secrets));
    for (const origin of origins) hosts.add(new URL(origin).hostname);
  }
  const tls = await createTestCertificate(["localhost", ...hosts]);
  const server = await listen({ tls, handle: () => (req, res) => answer(req, res) });
  const port = Number(new URL(server.url).port);
  return {
    modules: createRecordingModules(() => {}, { httpsPort: port, httpPort: 0, ca: tls.cert }),
    close: server.close,
    /** @param {import("node:http").RequestListener} listener */
    answerWith(listener) {
      answer = listener;
    },
  };
}

/**
 * One login in a fresh instance.
 *
 * @param {Awaited<ReturnType<typeof startBackend>>} backend
 * @param {Case} found
 * @param {Run} run
 * @param {(config: Record<string, any>, how: { trigger: import("claimsmith").Trigger, options: string }) => string} [bundle]
 */
export async function runLogin(
  backend,
  { config = {}, trigger = "post-login", secrets: ofCase },
  run,
  bundle = (config, how) => bundleAction(config, { ...how, isFast: true }),
) {
  const secrets = run.secrets ?? (await madeUpSecrets(config, trigger, ofCase));
  const requests = createRequests(config, secrets, run);
  backend.answerWith(requests.listener);

  /** @type {import("claimsmith").Report | undefined} */
  let report;
  const action = loadAction(bundle(config, { trigger, options: "onReport" }), {
    // The line that asks for reports is not in the file that is pasted.
    maxCodeBytes: Number.POSITIVE_INFINITY,
    builtins: backend.modules,
    injected: { onReport: (given) => (report = given), ...(run.now ? { Date: stoppedAt(run.now) } : {}) },
  });
  const { handler, createEvent } = TRIGGERS[trigger];
  const event = createEvent({ ...run.with, secrets });
  const request = readTokenRequest(event);
  const { api, outcome } = createApi(event, { trigger });
  await action.execute(handler, event, api);
  return { ...describe(outcome, customClaims(request, outcome)), ...requests.describe(), report };
}

/** What the backend is asked, and answers. */
function createRequests(config, secrets, { answers: written = {}, faults = {} }) {
  const routes = createRoutes(config, secrets);
  const answers = createAnswers(written);
  const injected = new Map(
    Object.entries(faults).map(([source, name]) => [source, sourceFaults[name.replaceAll("-", " ")]()]),
  );
  /** @type {{ kind: string, name: string, url: string, headers: object, body: string }[]} */
  const seen = [];

  async function answer(req, res) {
    const url = `https://${req.headers.host}${req.url}`;
    const { kind, name } = routes.find(req.method, url) ?? { kind: "source", name: `${req.method} ${url}` };
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    seen.push({ kind, name, url, headers: req.headers, body: Buffer.concat(chunks).toString() });
    if (await injected.get(name)?.(req, res)) return;
    if (kind === "token") return send(res, { body: JSON.stringify(tokenOf(name)) });
    send(res, answers.find(name) ?? NO_ANSWER);
  }

  return {
    listener: (req, res) => answer(req, res).catch(() => res.destroy()),
    describe() {
      const ofSources = seen.filter(({ kind }) => kind === "source");
      const sources = new Set([...Object.keys(config.sources ?? {}), ...ofSources.map(({ name }) => name)]);
      const calls = Object.fromEntries([...sources].map((name) => [name, count(ofSources, name)]));
      const of = (read) => Object.fromEntries(ofSources.map((request) => [request.name, read(request)]));
      return {
        calls,
        url: of(({ url }) => url),
        query: of(({ url }) => readPairs(new URL(url).searchParams)),
        headers: of(({ headers }) => headers),
        sent: of(readBody),
        requests: seen.map(({ name, url, body }) => ({ name, url, body })),
      };
    },
  };
}

const count = (requests, name) => requests.filter((request) => request.name === name).length;

/** A token by which the backend's owner tells which of them was brought. */
function tokenOf(name) {
  return { access_token: `token-${name}`, token_type: "Bearer", expires_in: 3600 };
}

function readBody({ headers, body }) {
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/json")) return JSON.parse(body);
  return type.startsWith("application/x-www-form-urlencoded") ? readPairs(new URLSearchParams(body)) : body;
}

/** Pairs as an object: a key that stands more than once has a list. */
function readPairs(pairs) {
  return Object.fromEntries(
    [...new Set(pairs.keys())].map((key) => {
      const all = pairs.getAll(key);
      return [key, all.length === 1 ? all[0] : all];
    }),
  );
}

function send(res, { status = 200, headers = {}, body }) {
  res.writeHead(status, { "content-type": "application/json", ...headers });
  res.end(status === 204 ? undefined : body);
}

/** What became of the login, in the words of `expect`. */
function describe(outcome, custom) {
  return {
    refused: outcome.calls.filter(({ error }) => error !== undefined),
    denied: outcome.denied === null ? null : (outcome.denied.reason ?? ""),
    access_token: custom.accessToken.kept,
    id_token: custom.idToken.kept,
    saml_response: outcome.samlAttributes,
    app_metadata: outcome.appMetadata,
    user_metadata: outcome.userMetadata,
    transaction_metadata: outcome.transactionMetadata,
    session_metadata: outcome.sessionMetadata,
    refresh_token_metadata: outcome.refreshTokenMetadata,
    scopes: outcome.scopes,
    mfa: outcome.mfa,
    session: outcome.session,
    refresh_token: outcome.refreshToken,
  };
}
