/**
 * Stand-ins for the servers that a configuration calls: a real OAuth server for its tokens, and a backend that
 * checks those tokens and answers what was written down. All on loopback, under the real names.
 */

import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { evaluate, parseTemplate } from "claimsmith";
import { createLocalJWKSet, jwtVerify } from "jose";
import { startOAuthServer } from "../tenant/oauth-server.js";
import { NO_ANSWER } from "./answers.js";
import { listenForCalls, send } from "./listening.js";
import { createRoutes } from "./routes.js";

/** An API is asked for by a token that names none. */
const DEFAULT_AUDIENCE = "https://api.example.com";

/** The issuer of the user's tokens where the configuration asks for none of its own. */
const DEFAULT_ISSUER = "https://tenant.example/";

/**
 * @typedef {import("../tenant/oauth-server.js").OAuthServer} OAuthServer
 *
 * @typedef {object} StandIns
 * @property {OAuthServer} oauthServer The tenant that issues the users' tokens.
 * @property {import("./recorder.js").Redirection} redirection
 * @property {(kind: "token" | "source", name: string, fault: import("../tenant/faults.js").Fault) => void} setFault
 * @property {Set<string>} unanswered Sources that were called without an answer written down.
 * @property {() => Promise<void>} close
 */

/**
 * @param {object} options
 * @param {Record<string, any>} options.config
 * @param {Record<string, string>} options.secrets
 * @param {import("./answers.js").Answers} options.answers
 * @param {(correlationId: string) => string | undefined} [options.userOf] Whose login a call belongs to.
 * @returns {Promise<StandIns>}
 */
export async function startStandIns({ config, secrets, answers, userOf = () => undefined }) {
  const routes = createRoutes(config, secrets);
  const tokens = await startTokenServers(config, secrets);
  const faults = new Map();
  const unanswered = new Set();

  async function answer(scheme, req, res) {
    const route = routes.find(req.method, `${scheme}://${req.headers.host}${req.url}`);
    if (route === undefined) return send(res, { ...NO_ANSWER, body: '{"error":"address_unknown"}' });
    if (!presentsCertificate(req, config, secrets, route)) {
      return send(res, { ...NO_ANSWER, status: 400, body: '{"error":"no_certificate"}' });
    }
    const fault = faults.get(`${route.kind}:${route.name}`);
    if (fault !== undefined && (await fault(req, res))) return;
    if (route.kind === "token") return void tokens.servers.get(route.name).handle(req, res);

    const token = tokenOf(config, route.name);
    if (token !== null && !(await tokens.isValid(token, req.headers.authorization))) {
      return send(res, { ...NO_ANSWER, status: 401, body: '{"error":"invalid_token"}' });
    }
    const found = answers.find(route.name, userOf(String(req.headers["x-correlation-id"])));
    if (found === undefined) unanswered.add(route.name);
    await respond(req, res, found ?? NO_ANSWER);
  }

  const hosts = routes.origins.map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, ""));
  const calls = await listenForCalls({ names: hosts, answer });
  return {
    oauthServer: tokens.tenant,
    redirection: calls.redirection,
    setFault: (kind, name, fault) => faults.set(`${kind}:${name}`, fault),
    unanswered,
    async close() {
      await Promise.all([calls.close(), tokens.close()]);
    },
  };
}

/** Whether a request came with the certificate that the configuration has for it. */
function presentsCertificate(req, config, secrets, { kind, name }) {
  const template = (kind === "token" ? config.tokens : config.sources)[name].tls?.certificate;
  if (template === undefined) return true;
  const [expected] = readCertificates(resolve(template, secrets));
  return expected !== undefined && req.socket.getPeerCertificate?.().raw?.equals(expected.raw) === true;
}

/** @returns {X509Certificate[]} */
function readCertificates(pem) {
  // What was pasted as one line has `\n` for line ends.
  const blocks = pem
    .replaceAll("\\n", "\n")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (blocks ?? []).map((block) => new X509Certificate(block));
}

/** One server for each token: it knows the application that the configuration describes, and the API it asks for. */
async function startTokenServers(config, secrets) {
  const servers = new Map();
  for (const [name, token] of Object.entries(config.tokens ?? {})) {
    const url = new URL(resolve(token.token_url, secrets));
    const audience = audienceOf(token, secrets);
    const server = await startOAuthServer({
      issuer: `${url.origin}/`,
      tokenPath: url.pathname,
      clients: [await clientOf(token, secrets)],
      apis: [
        {
          audience,
          scopes: resolve(token.scope ?? "", secrets)
            .split(" ")
            .filter(Boolean),
        },
      ],
      defaultAudience: audience,
    });
    servers.set(name, server);
  }
  const tenant = [...servers.values()][0] ?? (await startOAuthServer({ issuer: DEFAULT_ISSUER }));

  return {
    servers,
    tenant,
    async isValid(name, authorization) {
      const { issuer, audience, jwks } = servers.get(name);
      const [, jwt] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
      if (jwt === undefined) return false;
      try {
        await jwtVerify(jwt, createLocalJWKSet(jwks), { issuer, audience, algorithms: ["RS256"] });
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      await Promise.all([tenant, ...servers.values()].map((server) => server.close()));
    },
  };
}

/**
 * The token that a source brings: the only one where none is named, and none where that is null or it has `basic`.
 *
 * @param {Record<string, any>} config
 * @param {string} source
 */
function tokenOf({ tokens = {}, sources }, source) {
  const { token, basic } = sources[source];
  if (token !== undefined || basic !== undefined) return token ?? null;
  const names = Object.keys(tokens);
  return names.length === 1 ? names[0] : null;
}

function audienceOf(token, secrets) {
  return resolve(token.resource ?? token.audience ?? DEFAULT_AUDIENCE, secrets);
}

async function clientOf(token, secrets) {
  const clientAuth = token.client_auth ?? "client_secret_post";
  const client = { clientId: resolve(token.client_id, secrets), clientAuth };
  if (clientAuth.endsWith("tls_client_auth")) {
    const [certificate] = readCertificates(resolve(token.tls.certificate, secrets));
    return { ...client, certificate: certificate?.toString() };
  }
  if (clientAuth !== "private_key_jwt") {
    // Of several the server knows the first.
    const [secret] = [token.client_secret].flat();
    return { ...client, clientSecret: resolve(secret, secrets) };
  }
  const { createPublicKey } = await import("node:crypto");
  const jwk = createPublicKey(resolve(token.private_key, secrets)).export({ format: "jwk" });
  const key = {
    ...jwk,
    use: "sig",
    alg: token.algorithm ?? "RS256",
    kid: token.key_id && resolve(token.key_id, secrets),
  };
  return { ...client, jwks: { keys: [key] } };
}

function resolve(template, secrets) {
  return parseTemplate(template)
    .map((part) => {
      if ("literal" in part) return part.literal;
      return "secret" in part ? secrets[part.secret] : String(evaluate(part.expression, { event: {} }));
    })
    .join("");
}

async function respond(req, res, { status, headers, body, delayMs }) {
  // A request has a body that somebody must read before the connection can be used again.
  req.resume();
  await sleep(delayMs);
  send(res, { status, headers, body });
}
