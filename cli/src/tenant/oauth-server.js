/**
 * The tenant's authorization server: client-credentials grants for registered applications and APIs, answered by
 * oidc-provider under Auth0's paths and with Auth0's `audience` parameter.
 */

import { randomBytes, X509Certificate } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { listen } from "./listener.js";

/** The library. Loaded with the first server, since most that imports this starts none. @type {typeof import("oidc-provider")} */
let oidc;

/** @type {ReturnType<typeof importProvider> | undefined} */
let loading;

const ALGORITHM = "RS256";
const TOKEN_PATH = "/oauth/token";
const JWKS_PATH = "/.well-known/jwks.json";

const DEFAULT_APIS = [{ audience: "https://api.example.com", scopes: ["read:users"] }];

/**
 * @typedef {object} Client A machine-to-machine application.
 * @property {string} clientId
 * @property {string} [clientSecret]
 * @property {ClientAuth} [clientAuth] The two ways of a secret are both taken, whichever is registered.
 * @property {{ keys: object[] }} [jwks] Public keys, for private_key_jwt.
 * @property {string} [certificate] PEM: for tls_client_auth one with the client's subject, for
 *   self_signed_tls_client_auth the client's own.
 *
 * @typedef {"client_secret_post" | "client_secret_basic" | "private_key_jwt" | "tls_client_auth" | "self_signed_tls_client_auth"} ClientAuth
 *
 * @typedef {{ audience: string, scopes: string[] }} Api
 *
 * @typedef {object} TokenCall What the form carried is unknown where a fault answered.
 * @property {number | null} status Null where nothing was answered.
 * @property {string | null} error The OAuth error code, such as `invalid_client`.
 * @property {string} clientAuth How the application authenticated: one of `ClientAuth`, or `none`.
 * @property {string} [certificate] The subject of the certificate that it presented, where it did.
 * @property {string | undefined} clientId
 * @property {string | undefined} grantType
 * @property {string | undefined} scope As asked for.
 * @property {string | undefined} audience As asked for.
 * @property {string | undefined} resource As asked for.
 * @property {Record<string, unknown>} parameters All form fields but the secret and the assertion.
 * @property {number | null} expiresInS As answered.
 * @property {number} atMs
 *
 * @typedef {object} OAuthServer
 * @property {string} url Without a slash at the end.
 * @property {string} domain Host and port, what an Action has as `AUTH0_DOMAIN`.
 * @property {string} issuer The URL with a slash at the end, as Auth0's is.
 * @property {string} audience The first API's.
 * @property {string} tokenUrl
 * @property {string} jwksUrl
 * @property {{ keys: object[] }} jwks The public keys, as served.
 * @property {Client[]} clients With their secrets.
 * @property {{ AUTH0_DOMAIN: string, CLIENT_ID: string, CLIENT_SECRET: string }} secrets What the first client's
 *   owner would enter as the Action's secrets.
 * @property {TokenCall[]} tokenCalls In the order in which they arrived.
 * @property {{ privateKey: CryptoKey, alg: string, kid: string }} signing The tenant's key, which signs user tokens.
 * @property {import("node:http").RequestListener} handle Answers a request that came in elsewhere.
 * @property {(fault: import("./faults.js").Fault | null) => void} setFault Lets the token endpoint answer otherwise.
 * @property {() => Promise<void>} close
 */

/**
 * @param {object} [options]
 * @param {Client[]} [options.clients] One with a random secret where left out.
 * @param {Api[]} [options.apis]
 * @param {string} [options.defaultAudience] For requests that name none, which are refused otherwise.
 * @param {number} [options.accessTokenTtlS]
 * @param {string} [options.tokenPath] Auth0's where left out.
 * @param {string} [options.issuer] The own address where left out.
 * @param {import("./listener.js").Tls} [options.tls] Clients are asked for certificates, of its `ca` where it has one.
 * @returns {Promise<OAuthServer>}
 */
export async function startOAuthServer({
  clients = [createClient()],
  apis = DEFAULT_APIS,
  defaultAudience,
  accessTokenTtlS = 86400,
  tokenPath = TOKEN_PATH,
  issuer,
  tls,
} = {}) {
  loading ??= importProvider();
  oidc = await loading;
  const { signing, privateJwk, publicJwk } = await createSigningKey();
  /** @type {TokenCall[]} */
  const tokenCalls = [];
  /** @type {import("./faults.js").Fault | null} */
  let fault = null;

  /** @type {import("node:http").RequestListener} */
  let handle = () => {};
  const listener = await listen({
    tls: tls && { requestCert: true, rejectUnauthorized: false, ...tls },
    handle: ({ url }) => {
      const provider = new oidc.Provider(
        issuer ?? `${url}/`,
        createConfiguration({
          clients,
          apis,
          defaultAudience,
          accessTokenTtlS,
          tokenPath,
          jwks: { keys: [privateJwk] },
          verifiesClients: tls?.ca !== undefined,
        }),
      );
      provider.use(async (ctx, next) => {
        if (ctx.method !== "POST" || ctx.path !== tokenPath) return next();
        const call = recordTokenCall(ctx);
        tokenCalls.push(call);
        if (fault !== null) {
          // Koa starts at 404, a fault that names no status means 200.
          ctx.res.statusCode = 200;
          // Where the fault took the request, it has written the answer itself, or never will.
          ctx.respond = !(await fault(ctx.req, ctx.res));
          if (!ctx.respond) return;
        }
        await next();
        completeTokenCall(call, ctx);
      });
      handle = provider.callback();
      return handle;
    },
  });

  const [client] = clients;
  return {
    url: listener.url,
    domain: listener.domain,
    issuer: issuer ?? `${listener.url}/`,
    audience: apis[0].audience,
    tokenUrl: `${listener.url}${tokenPath}`,
    jwksUrl: `${listener.url}${JWKS_PATH}`,
    jwks: { keys: [publicJwk] },
    clients,
    secrets: {
      AUTH0_DOMAIN: listener.domain,
      CLIENT_ID: client.clientId,
      CLIENT_SECRET: client.clientSecret ?? "",
    },
    tokenCalls,
    signing,
    handle,
    setFault(next) {
      fault = next;
    },
    close: listener.close,
  };
}

/** @returns {Client} */
function createClient() {
  return {
    clientId: "k2VtR8mYpXq4LzB7NwJd1FhSg9CeUa60",
    // Characters that a client must encode in a form and in a Basic header.
    clientSecret: `s+/%${randomBytes(24).toString("base64url")}`,
    clientAuth: "client_secret_post",
  };
}

/** Imports the package without its warning of Node 20, on which all that is used here works. */
async function importProvider() {
  const { warn } = console;
  console.warn = (...words) => {
    if (!String(words[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...words);
  };
  try {
    return await import("oidc-provider");
  } finally {
    console.warn = warn;
  }
}

async function createSigningKey() {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const [privateParameters, publicParameters] = await Promise.all([
    exportJWK(privateKey),
    exportJWK(publicKey),
  ]);
  const kid = await calculateJwkThumbprint(publicParameters);
  const attributes = { kid, alg: ALGORITHM, use: "sig" };
  return {
    signing: { privateKey, alg: ALGORITHM, kid },
    privateJwk: { ...privateParameters, ...attributes },
    publicJwk: { ...publicParameters, ...attributes },
  };
}

function createConfiguration({
  clients,
  apis,
  defaultAudience,
  accessTokenTtlS,
  tokenPath,
  jwks,
  verifiesClients,
}) {
  return {
    jwks,
    adapter: createAdapter(),
    clients: clients.map(clientMetadata),
    clientAuthMethods: [
      "client_secret_post",
      "client_secret_basic",
      "private_key_jwt",
      "tls_client_auth",
      "self_signed_tls_client_auth",
    ],
    routes: { token: tokenPath, jwks: JWKS_PATH },
    ttl: { ClientCredentials: accessTokenTtlS },
    // A token endpoint speaks JSON, to a client that accepts HTML too.
    renderError(ctx, error) {
      ctx.body = error;
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        getCertificate: presentedCertificate,
        // A stand-in without authorities of its own knows a client by the subject alone.
        certificateAuthorized: (ctx) => !verifiesClients || ctx.socket.authorized,
        certificateSubjectMatches: (ctx, _key, subject) => presentedCertificate(ctx)?.subject === subject,
      },
      resourceIndicators: {
        enabled: true,
        // Auth0 names the API in `audience`, RFC 8707 in `resource`: where there is no resource, this is asked.
        defaultResource: (ctx) => requestedAudience(ctx) ?? defaultAudience ?? refuseWithoutAudience(),
        getResourceServerInfo: (_ctx, identifier) => resourceServer(apis, identifier),
      },
    },
  };
}

function clientMetadata({ clientId, clientAuth = "client_secret_post", clientSecret, jwks, certificate }) {
  return {
    client_id: clientId,
    ...credentialMetadata(clientAuth, { clientSecret, jwks, certificate }),
    token_endpoint_auth_method: clientAuth,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  };
}

function credentialMetadata(clientAuth, { clientSecret, jwks, certificate }) {
  switch (clientAuth) {
    case "private_key_jwt":
      return { jwks };
    case "tls_client_auth":
      return { tls_client_auth_subject_dn: new X509Certificate(certificate).subject };
    case "self_signed_tls_client_auth": {
      const { raw, publicKey } = new X509Certificate(certificate);
      return { jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), x5c: [raw.toString("base64")] }] } };
    }
    default:
      return { client_secret: clientSecret };
  }
}

/** The certificate of the connection that a request came on. */
function presentedCertificate({ socket }) {
  const raw = socket.getPeerCertificate?.().raw;
  return raw && new X509Certificate(raw);
}

function requestedAudience(ctx) {
  const { audience } = ctx.oidc.body;
  if (Array.isArray(audience))
    throw new oidc.errors.InvalidRequest("'audience' parameter must not be provided twice");
  return audience;
}

function refuseWithoutAudience() {
  throw new oidc.errors.InvalidTarget("no audience was requested, and no default audience is configured");
}

function resourceServer(apis, identifier) {
  const api = apis.find(({ audience }) => audience === identifier);
  if (api === undefined) throw new oidc.errors.InvalidTarget("no API has the requested audience");
  return {
    audience: api.audience,
    scope: api.scopes.join(" "),
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: ALGORITHM } },
  };
}

/** The server stores the assertions that it has seen. Each server has a store of its own and forgets it at the end. */
function createAdapter() {
  const records = new Map();
  return class Adapter {
    #model;

    constructor(model) {
      this.#model = model;
    }

    async upsert(id, payload) {
      records.set(`${this.#model}:${id}`, payload);
    }

    async find(id) {
      return records.get(`${this.#model}:${id}`);
    }

    async destroy(id) {
      records.delete(`${this.#model}:${id}`);
    }
  };
}

/** @returns {TokenCall} */
function recordTokenCall(ctx) {
  const certificate = presentedCertificate(ctx);
  return {
    get status() {
      return ctx.res.headersSent ? ctx.res.statusCode : null;
    },
    error: null,
    clientAuth: /^basic /i.test(ctx.get("authorization")) ? "client_secret_basic" : "none",
    ...(certificate ? { certificate: certificate.subject } : {}),
    clientId: undefined,
    grantType: undefined,
    scope: undefined,
    audience: undefined,
    resource: undefined,
    parameters: {},
    expiresInS: null,
    atMs: Date.now(),
  };
}

function completeTokenCall(call, ctx) {
  const { client_secret: secret, client_assertion: assertion, ...parameters } = ctx.oidc?.body ?? {};
  if (secret !== undefined) call.clientAuth = "client_secret_post";
  if (assertion !== undefined) call.clientAuth = "private_key_jwt";
  const registered = ctx.oidc?.entities.Client?.clientAuthMethod;
  if (registered?.endsWith("tls_client_auth") && call.certificate !== undefined) call.clientAuth = registered;
  call.clientId = ctx.oidc?.entities.Client?.clientId ?? parameters.client_id;
  call.grantType = parameters.grant_type;
  call.scope = parameters.scope;
  call.audience = parameters.audience;
  call.resource = parameters.resource;
  call.parameters = parameters;
  call.error = ctx.body?.error ?? null;
  call.expiresInS = ctx.body?.expires_in ?? null;
}
