/**
 * The business backend: a user API that answers those who bring a valid access token.
 */

import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";
import { listen } from "./listener.js";
import { createTrustingFetch } from "./trusting-fetch.js";

const USERS_PATH = ["api", "users"];

/**
 * @typedef {object} BackendCall
 * @property {string | undefined} method
 * @property {string} rawPath As on the wire, still percent-encoded, without the query.
 * @property {string} rawQuery What follows the question mark, as on the wire.
 * @property {string[] | null} segments The path's segments, decoded; null where they cannot be.
 * @property {Record<string, string | string[] | undefined>} headers Without `authorization`.
 * @property {string} body
 * @property {boolean} authorized The token was valid.
 * @property {string | null} tokenId The valid token's `jti`, which tells tokens apart.
 * @property {number | null} status Null while, or where, nothing has been answered.
 * @property {number} atMs
 *
 * @typedef {object} Backend
 * @property {string} url
 * @property {string} domain
 * @property {BackendCall[]} calls In the order in which they arrived.
 * @property {(fault: import("./faults.js").Fault | null) => void} setFault Lets each request be answered otherwise.
 *   The token is looked at before that, so that `authorized` holds.
 * @property {() => Promise<void>} close
 */

/**
 * Serves `/api/users/:id`, where the id is a user's `user_id` or email address: GET, PUT, PATCH and DELETE. What they
 * change is the backend's own; `users` stays as it is.
 *
 * @param {object} options
 * @param {string} options.issuer
 * @param {string} options.audience
 * @param {string} options.jwksUrl
 * @param {Record<string, Record<string, unknown>>} options.users Profiles by `user_id`, each perhaps with an `email`.
 * @param {import("./listener.js").Tls} [options.tls]
 * @param {string} [options.ca] Whom to trust when the keys are fetched; the own certificate where left out.
 * @param {import("./faults.js").Fault | null} [options.fault] The fault to begin with.
 * @returns {Promise<Backend>}
 */
export async function startBackend({ issuer, audience, jwksUrl, users, tls, ca = tls?.cert, fault = null }) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), ca ? { [customFetch]: createTrustingFetch(ca) } : {});
  /** @type {BackendCall[]} */
  const calls = [];
  const held = new Map(Object.entries(users));
  let currentFault = fault;

  async function answer(req, res) {
    const call = recordCall(req, res);
    calls.push(call);
    call.body = await readBody(req);
    const access = await checkAccess(req.headers.authorization, keys, { issuer, audience });
    call.authorized = access.authorized;
    call.tokenId = access.tokenId;

    if (currentFault !== null && (await currentFault(req, res))) return;
    if (!access.authorized) return sendUnauthorized(res, issuer, access.problem);
    serveUser(req, res, call, held);
  }

  const listener = await listen({
    tls,
    handle: () => (req, res) => {
      answer(req, res).catch((error) => {
        if (res.headersSent || res.destroyed) res.destroy();
        else sendJson(res, 500, { error: "server_error", error_description: error.message });
      });
    },
  });

  return {
    url: listener.url,
    domain: listener.domain,
    calls,
    setFault(next) {
      currentFault = next;
    },
    close: listener.close,
  };
}

/** @returns {BackendCall} */
function recordCall(req, res) {
  const [rawPath, ...rest] = req.url.split("?");
  const { authorization: _secret, ...headers } = req.headers;
  return {
    method: req.method,
    rawPath,
    rawQuery: rest.join("?"),
    segments: decodeSegments(rawPath),
    headers,
    body: "",
    authorized: false,
    tokenId: null,
    get status() {
      return res.headersSent ? res.statusCode : null;
    },
    atMs: Date.now(),
  };
}

function decodeSegments(rawPath) {
  try {
    return rawPath.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
}

async function readBody(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * @returns {Promise<{ authorized: true, tokenId: string | null } | { authorized: false, tokenId: null, problem: string | null }>}
 *   The problem is null where no token was sent at all.
 */
async function checkAccess(authorization, keys, { issuer, audience }) {
  if (authorization === undefined) return { authorized: false, tokenId: null, problem: null };
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return { authorized: false, tokenId: null, problem: "the token cannot be read" };
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ["RS256"],
      requiredClaims: ["exp"],
    });
    return { authorized: true, tokenId: payload.jti ?? null };
  } catch (error) {
    if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
    return { authorized: false, tokenId: null, problem: error.message };
  }
}

/** RFC 6750, section 3: no error code where no token was sent. */
function sendUnauthorized(res, issuer, problem) {
  const description = problem?.replaceAll('"', "'");
  const challenge = problem === null ? "" : `, error="invalid_token", error_description="${description}"`;
  sendJson(
    res,
    401,
    { error: problem === null ? "token_missing" : "invalid_token", error_description: description },
    { "www-authenticate": `Bearer realm="${issuer}"${challenge}` },
  );
}

const METHODS = ["GET", "PUT", "PATCH", "DELETE"];

/** @param {Map<string, Record<string, unknown>>} users */
function serveUser(req, res, { segments, body }, users) {
  if (segments === null) return sendJson(res, 400, { error: "path_invalid" });
  const [first, second, id, ...rest] = segments;
  const isUserPath =
    first === USERS_PATH[0] && second === USERS_PATH[1] && id !== undefined && rest.length === 0;
  if (!isUserPath) return sendJson(res, 404, { error: "path_unknown" });
  if (!METHODS.includes(req.method)) {
    return sendJson(res, 405, { error: "method_not_allowed" }, { allow: METHODS.join(", ") });
  }

  const userId = findUser(users, id);
  const user = userId === undefined ? undefined : users.get(userId);
  if (req.method === "GET") return user ? sendJson(res, 200, user) : sendUnknown(res);
  if (req.method === "DELETE") {
    if (!user) return sendUnknown(res);
    users.delete(userId);
    return void res.writeHead(204).end();
  }
  if (req.method === "PATCH" && !user) return sendUnknown(res);
  const change = readObject(body);
  if (change === undefined) return sendJson(res, 400, { error: "body_invalid" });
  const changed = req.method === "PATCH" ? { ...user, ...change } : change;
  users.set(userId ?? id, changed);
  sendJson(res, user ? 200 : 201, changed);
}

function sendUnknown(res) {
  sendJson(res, 404, { error: "user_unknown" });
}

/** Undefined where the text is no JSON object. */
function readObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function findUser(users, id) {
  if (users.has(id)) return id;
  return [...users].find(([, user]) => user.email === id)?.[0];
}

function sendJson(res, status, body, headers = {}) {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
}
