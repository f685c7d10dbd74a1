/**
 * A whole tenant in one call: the authorization server, the backend that trusts it, and logins.
 */

import { createEvent } from "../host/event.js";
import { startBackend } from "./backend.js";
import { login } from "./login.js";
import { startOAuthServer } from "./oauth-server.js";

/**
 * @typedef {object} Tenant
 * @property {import("./oauth-server.js").OAuthServer} oauthServer
 * @property {import("./backend.js").Backend} backend
 * @property {(overrides?: Record<string, any>) => Record<string, any>} createEvent A post-login event with the
 *   secrets of this tenant.
 * @property {(options: Omit<Parameters<typeof login>[0], "oauthServer">) => ReturnType<typeof login>} login
 * @property {() => Promise<void>} close
 */

/**
 * @param {object} options
 * @param {Record<string, Record<string, unknown>>} options.users Profiles by `user_id`.
 * @param {import("./listener.js").Tls} [options.tls] Both servers speak HTTPS with it.
 * @param {Omit<NonNullable<Parameters<typeof startOAuthServer>[0]>, "tls">} [options.oauth] For the authorization
 *   server.
 * @returns {Promise<Tenant>}
 */
export async function startTenant({ users, tls, oauth = {} }) {
  const oauthServer = await startOAuthServer({ ...oauth, tls });
  const { issuer, audience, jwksUrl } = oauthServer;
  const backend = await startBackend({ issuer, audience, jwksUrl, users, tls });

  return {
    oauthServer,
    backend,
    createEvent: ({ secrets, ...overrides } = {}) =>
      createEvent({ ...overrides, secrets: { ...oauthServer.secrets, ...secrets } }),
    login: (options) => login({ ...options, oauthServer }),
    async close() {
      await Promise.all([backend.close(), oauthServer.close()]);
    },
  };
}
