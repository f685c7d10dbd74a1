/**
 * Events as Auth0 hands them to an Action: every field that a trigger promises, filled with sample data.
 */

/**
 * An object of which every field may be given in part; arrays and scalars replace, `undefined` removes.
 * @typedef {Record<string, any>} Overrides
 */

/** An application that acts by itself, for a user or for nobody. Early access at Auth0. */
const createAgent = () => ({
  agent_id: "agt_3mVqT8yLw2Kc",
  agent_metadata: { owner: "sales" },
  name: "Acme Order Assistant",
});

/**
 * A post-login event (trigger version v3) of a browser login with the authorization code flow. Members that only some
 * logins have, such as the agent and whoever acts for the user, are there as well.
 *
 * @param {Overrides} [overrides]
 * @returns {Record<string, any>} a fresh object, which an Action may change
 */
export function createEvent(overrides = {}) {
  return merge(
    {
      agent: createAgent(),
      authentication: { methods: [{ name: "pwd", timestamp: "2026-08-03T09:15:02.417Z" }] },
      authorization: { roles: [] },
      client: {
        client_id: "Z9kHq3tVb2mXw7RsLd5NcYf1PgJe8uAo",
        metadata: {},
        name: "Acme Web Shop",
      },
      connection: {
        id: "con_fpe5kj482KO1eOzQ",
        metadata: {},
        name: "Username-Password-Authentication",
        strategy: "auth0",
      },
      request: {
        asn: "AS64496",
        body: {},
        geoip: {
          cityName: "Berlin",
          continentCode: "EU",
          countryCode: "DE",
          countryCode3: "DEU",
          countryName: "Germany",
          latitude: 52.52,
          longitude: 13.41,
          subdivisionCode: "BE",
          subdivisionName: "Land Berlin",
          timeZone: "Europe/Berlin",
        },
        hostname: "acme.eu.auth0.com",
        ip: "192.0.2.17",
        language: "en",
        method: "GET",
        query: {
          audience: "https://shop.example.com/api",
          client_id: "Z9kHq3tVb2mXw7RsLd5NcYf1PgJe8uAo",
          nonce: "b7Yw0TQxk3",
          redirect_uri: "https://shop.example.com/callback",
          response_type: "code",
          scope: "openid profile email",
          state: "hKFo2SBqd1",
        },
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      },
      resource_server: { identifier: "https://shop.example.com/api" },
      secrets: {},
      security_context: { ja3: "773906b0efdefa24a7f2b8eb6985bf37" },
      session: { id: "Xk2fT9vQ4sLr8ZbN" },
      stats: { logins_count: 1 },
      tenant: { id: "acme" },
      transaction: {
        acr_values: [],
        actor: { sub: "acme-order-assistant", act: { sub: "acme-gateway" } },
        correlation_id: crypto.randomUUID(),
        id: crypto.randomUUID(),
        locale: "en",
        metadata: {},
        prompt: [],
        protocol: "oidc-basic-profile",
        redirect_uri: "https://shop.example.com/callback",
        requested_scopes: ["openid", "profile", "email"],
        response_mode: "query",
        response_type: ["code"],
        state: "hKFo2SBqd1",
        ui_locales: [],
      },
      user: {
        app_metadata: {},
        created_at: "2025-02-11T16:40:21.903Z",
        email: "alice@example.com",
        email_verified: true,
        enrolledFactors: [],
        family_name: "Archer",
        given_name: "Alice",
        identities: [
          {
            connection: "Username-Password-Authentication",
            isSocial: false,
            provider: "auth0",
            user_id: "alice",
          },
        ],
        multifactor: [],
        name: "Alice Archer",
        nickname: "alice",
        picture: "https://cdn.example.com/avatars/alice.png",
        updated_at: "2026-08-03T09:15:02.417Z",
        user_id: "auth0|alice",
        user_metadata: {},
      },
    },
    overrides,
  );
}

/**
 * A credentials-exchange event (trigger version v2): an application asks for a token of its own.
 *
 * @param {Overrides} [overrides]
 * @returns {Record<string, any>} a fresh object, which an Action may change
 */
export function createCredentialsExchangeEvent(overrides = {}) {
  return merge(
    {
      accessToken: { customClaims: {}, scope: ["read:orders"] },
      agent: createAgent(),
      client: {
        client_id: "q5WnT0yKc8RzXv2JbLm6GdHs4PfAe9uO",
        metadata: {},
        name: "Acme Nightly Export",
      },
      request: {
        body: {
          audience: "https://shop.example.com/api",
          client_id: "q5WnT0yKc8RzXv2JbLm6GdHs4PfAe9uO",
          grant_type: "client_credentials",
        },
        geoip: { countryCode: "DE", countryName: "Germany", timeZone: "Europe/Berlin" },
        hostname: "acme.eu.auth0.com",
        ip: "192.0.2.44",
        language: "en",
        method: "POST",
        user_agent: "acme-export/4.2",
      },
      resource_server: { identifier: "https://shop.example.com/api" },
      secrets: {},
      tenant: { id: "acme" },
      transaction: { correlation_id: crypto.randomUUID(), requested_scopes: ["read:orders"] },
    },
    overrides,
  );
}

/**
 * Merges deeply: arrays and scalars replace, `undefined` removes.
 *
 * @param {Record<string, any>} base
 * @param {Overrides} overrides
 * @returns {Record<string, any>}
 */
export function merge(base, overrides) {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) merged.delete(key);
    else if (isPlainObject(value))
      merged.set(key, merge(isPlainObject(merged.get(key)) ? merged.get(key) : {}, value));
    else merged.set(key, structuredClone(value));
  }
  return Object.fromEntries(merged);
}

export function isPlainObject(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
