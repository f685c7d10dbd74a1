/**
 * Cases to start from.
 */

const TOKENS = {
  api: {
    token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
    client_id: "{secrets.CLIENT_ID}",
    client_secret: "{secrets.CLIENT_SECRET}",
    audience: "https://api.example.com",
  },
};

/**
 * @typedef {object} Preset
 * @property {string} name
 * @property {"post-login" | "credentials-exchange"} trigger
 * @property {object} config
 * @property {object} event What it has beside the sample's.
 * @property {object} answers
 * @property {string} expression To try on them.
 */

/** @type {Preset[]} */
export const PRESETS = [
  {
    name: "Plan and roles",
    trigger: "post-login",
    config: {
      tokens: TOKENS,
      sources: { profile: { url: "https://api.example.com/users/{event.user.user_id}" } },
      claims: {
        "https://example.com/plan": "profile.subscription.plan",
        "https://example.com/roles": { value: "profile.roles[?active].name", type: "string[]", default: [] },
      },
    },
    event: { user: { user_id: "auth0|alice", email: "alice@example.com" } },
    answers: {
      profile: {
        subscription: { plan: "gold" },
        roles: [
          { name: "editor", active: true },
          { name: "auditor", active: false },
        ],
      },
    },
    expression: "profile.roles[?active].name",
  },
  {
    name: "Organisation metadata",
    trigger: "post-login",
    config: {
      claims: {
        "https://example.com/organisation": {
          value: "event.organization.{id: id, tier: metadata.tier}",
          type: "object",
        },
        "https://example.com/features": {
          value: "split(event.organization.metadata.features, ',')",
          type: "string[]",
          when: "event.organization.metadata.features",
          to: ["access_token"],
        },
      },
    },
    event: {
      organization: {
        id: "org_7kQ2",
        name: "acme",
        display_name: "Acme",
        metadata: { tier: "enterprise", features: "reports,exports" },
      },
    },
    answers: {},
    expression: "event.organization.metadata",
  },
  {
    name: "Two sources",
    trigger: "post-login",
    config: {
      deadline_ms: 3000,
      tokens: TOKENS,
      sources: {
        profile: { url: "https://api.example.com/users/{event.user.user_id}" },
        billing: {
          url: "https://billing.example.com/accounts?user={event.user.user_id}",
          token: null,
          headers: { "x-api-key": "{secrets.BILLING_KEY}" },
          timeout_ms: 800,
          cache: { ttl_s: 300, stale_if_error_s: 3600 },
        },
      },
      claims: {
        "https://example.com/plan": { value: "billing.plan", type: "string", default: "free" },
        "https://example.com/seats": { value: "billing.seats", type: "integer", to: ["access_token"] },
        "https://example.com/team": "profile.team.name",
      },
    },
    event: { user: { user_id: "auth0|alice" } },
    answers: {
      profile: { team: { id: 17, name: "Search" } },
      billing: { $delay_ms: 180, $body: { plan: "gold", seats: 25 } },
    },
    expression: "[profile.team.name, billing.plan]",
  },
  {
    name: "SAML attributes",
    trigger: "post-login",
    config: {
      tokens: TOKENS,
      sources: { staff: { url: "https://hr.example.com/staff/{event.user.user_id}" } },
      claims: {
        "https://aws.amazon.com/SAML/Attributes/Role": {
          value: "staff.accounts[?enabled].join(',', [role_arn, provider_arn])",
          type: "string[]",
          to: ["saml_response"],
        },
        department: { value: "staff.department", to: ["saml_response"] },
      },
    },
    event: { transaction: { protocol: "samlp" }, client: { name: "AWS" } },
    answers: {
      staff: {
        department: "Engineering",
        accounts: [
          {
            role_arn: "arn:aws:iam::111122223333:role/Developer",
            provider_arn: "arn:aws:iam::111122223333:saml-provider/auth0",
            enabled: true,
          },
        ],
      },
    },
    expression: "staff.accounts[?enabled].role_arn",
  },
  {
    name: "Machine to machine",
    trigger: "credentials-exchange",
    config: {
      tokens: TOKENS,
      sources: { account: { url: "https://api.example.com/clients/{event.client.client_id}" } },
      claims: {
        "https://example.com/tenant": { value: "account.tenant", required: true },
        "https://example.com/quota": { value: "account.limits.requests_per_minute", type: "integer" },
      },
    },
    event: { client: { name: "Nightly export" } },
    answers: { account: { tenant: "acme", limits: { requests_per_minute: 600 } } },
    expression: "account.limits",
  },
];
