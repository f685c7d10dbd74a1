/**
 * The kinds of API that `init` knows how to ask.
 */

const USER = "{event.user.user_id}";

/** The member of `tokens` for an API that is registered in the tenant. */
const tenantToken = (audience, more = {}) => ({
  token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
  client_id: "{secrets.CLIENT_ID}",
  client_secret: "{secrets.CLIENT_SECRET}",
  audience,
  ...more,
});

/**
 * @typedef {"api" | "audience" | "namespace"} Question
 *
 * @typedef {object} Start
 * @property {object} config The configuration, but for `$schema`.
 * @property {Record<string, unknown>} answers What each source is taken to say.
 * @property {Record<string, unknown>} claims What the claims of both tokens are then, without the namespace.
 * @property {Record<string, any>} [event] What the event has for it.
 *
 * @typedef {object} Shape
 * @property {string} title
 * @property {string} login The name of its first test.
 * @property {Question[]} asks
 * @property {string} [api] An address, as an example of what is asked for.
 * @property {(given: { api: string, audience: string, prefix: string }) => Start} make
 */

/** @type {Record<string, Shape>} */
export const SHAPES = {
  api: {
    title: "an API of your own, registered in the tenant",
    login: "a gold customer with two roles, of which one is active",
    asks: ["api", "audience", "namespace"],
    api: `https://api.example.com/users/${USER}`,
    make: ({ api, audience, prefix }) => ({
      config: {
        tokens: { api: tenantToken(audience) },
        sources: { profile: { url: userUrl(api) } },
        claims: {
          [`${prefix}plan`]: "profile.subscription.plan",
          [`${prefix}roles`]: { value: "profile.roles[?active].name", type: "string[]", default: [] },
        },
      },
      answers: {
        profile: {
          subscription: { plan: "gold" },
          roles: [
            { name: "editor", active: true },
            { name: "auditor", active: false },
          ],
        },
      },
      claims: { plan: "gold", roles: ["editor"] },
    }),
  },
  management: {
    title: "Auth0's Management API: the roles of the user",
    login: "a user with one role",
    asks: ["namespace"],
    make: ({ prefix }) => ({
      config: {
        tokens: {
          management: tenantToken("https://{secrets.AUTH0_DOMAIN}/api/v2/", {
            scope: "read:users read:role_members",
          }),
        },
        sources: {
          roles: {
            url: `https://{secrets.AUTH0_DOMAIN}/api/v2/users/${USER}/roles`,
            query: { per_page: "100" },
            // A burst of logins does not meet Auth0's rate limit.
            cache: { ttl_s: 60 },
          },
        },
        claims: { [`${prefix}roles`]: { value: "roles[].name", type: "string[]", default: [] } },
      },
      answers: { roles: [{ id: "rol_1", name: "editor", description: "Edits" }] },
      claims: { roles: ["editor"] },
    }),
  },
  graphql: {
    title: "a GraphQL API, registered in the tenant",
    login: "a gold customer with one role",
    asks: ["api", "audience", "namespace"],
    api: "https://api.example.com/graphql",
    make: ({ api, audience, prefix }) => ({
      config: {
        tokens: { api: tenantToken(audience) },
        sources: {
          account: {
            url: api,
            graphql: {
              query: "query ($id: ID!) { user(id: $id) { plan roles } }",
              variables: { id: USER },
            },
          },
        },
        claims: {
          [`${prefix}plan`]: "account.user.plan",
          [`${prefix}roles`]: { value: "account.user.roles", type: "string[]", default: [] },
        },
      },
      answers: { account: { data: { user: { plan: "gold", roles: ["editor"] } } } },
      claims: { plan: "gold", roles: ["editor"] },
    }),
  },
  stripe: {
    title: "Stripe: what the customer has subscribed to",
    login: "a customer with one subscription",
    asks: ["namespace"],
    make: ({ prefix }) => ({
      config: {
        sources: {
          subscriptions: {
            url: "https://api.stripe.com/v1/subscriptions",
            query: { customer: "{event.user.app_metadata.stripe_customer}", status: "active" },
            basic: { user: "{secrets.STRIPE_KEY}", password: "" },
            when: "event.user.app_metadata.stripe_customer",
            cache: { ttl_s: 60 },
          },
        },
        claims: {
          [`${prefix}products`]: {
            value: "subscriptions.data[].items.data[].price.product",
            type: "string[]",
            default: [],
          },
        },
      },
      answers: {
        subscriptions: { data: [{ id: "sub_1", items: { data: [{ price: { product: "prod_gold" } }] } }] },
      },
      claims: { products: ["prod_gold"] },
      event: { user: { app_metadata: { stripe_customer: "cus_alice" } } },
    }),
  },
  openfga: {
    title: "OpenFGA or Auth0 FGA: the objects that the user may see",
    login: "a user who may see two documents",
    asks: ["api", "namespace"],
    api: "https://api.us1.fga.dev",
    make: ({ api, prefix }) => ({
      config: {
        tokens: {
          fga: {
            token_url: "https://{secrets.FGA_TOKEN_DOMAIN}/oauth/token",
            client_id: "{secrets.FGA_CLIENT_ID}",
            client_secret: "{secrets.FGA_CLIENT_SECRET}",
            audience: `${new URL(api).origin}/`,
          },
        },
        sources: {
          documents: {
            url: `${withoutSlash(api)}/stores/{secrets.FGA_STORE_ID}/list-objects`,
            body: { type: "document", relation: "viewer", user: `user:${USER}` },
            // Asking twice changes nothing.
            retries: 2,
          },
        },
        claims: {
          [`${prefix}documents`]: {
            value: "documents.objects[].split(@, ':', `1`)[1]",
            type: "string[]",
            default: [],
          },
        },
      },
      answers: { documents: { objects: ["document:handbook", "document:roadmap"] } },
      claims: { documents: ["handbook", "roadmap"] },
    }),
  },
};

/** An address without a place for the user gets one at the end of its path. */
export function userUrl(api) {
  if (api.includes("{")) return api;
  const [, path, query] = /^([^?#]*)(.*)$/s.exec(api) ?? [];
  return `${withoutSlash(path)}/users/${USER}${query}`;
}

function withoutSlash(address) {
  return address.replace(/\/+$/, "");
}
