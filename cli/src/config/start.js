/**
 * The files to start from.
 */

const USER = "{event.user.user_id}";

/**
 * @param {{ api: string, audience: string, namespace: string }} answers
 * @returns {Record<string, string>} contents by name of the file
 */
export function createStart({ api, audience, namespace }) {
  const prefix = namespace.endsWith("/") || namespace.endsWith(":") ? namespace : `${namespace}/`;
  const config = {
    $schema: "./claimsmith.schema.json",
    tokens: {
      api: {
        token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
        client_id: "{secrets.CLIENT_ID}",
        client_secret: "{secrets.CLIENT_SECRET}",
        audience,
      },
    },
    sources: {
      profile: { url: userUrl(api) },
    },
    claims: {
      [`${prefix}plan`]: "profile.subscription.plan",
      [`${prefix}roles`]: { value: "profile.roles[?active].name", type: "string[]", default: [] },
    },
  };
  const event = {
    user: { user_id: "auth0|alice", email: "alice@example.com", email_verified: true, app_metadata: {} },
    client: { name: "Web Shop", metadata: {} },
  };
  const answers = {
    profile: {
      subscription: { plan: "gold" },
      roles: [
        { name: "editor", active: true },
        { name: "auditor", active: false },
      ],
    },
  };
  const fixture = {
    name: "a gold customer with two roles, of which one is active",
    event: "../event.json",
    answers: "../answers.json",
    expect: {
      denied: null,
      id_token: { [`${prefix}plan`]: "gold", [`${prefix}roles`]: ["editor"] },
      access_token: { [`${prefix}plan`]: "gold", [`${prefix}roles`]: ["editor"] },
    },
  };
  return {
    "claimsmith.json": toText(config),
    "event.json": toText(event),
    "answers.json": toText(answers),
    "tests/first.json": toText(fixture),
    "secrets.example.env": [
      "# Copy to secrets.env for `claimsmith simulate --live`, and keep that file out of version control.",
      "AUTH0_DOMAIN=acme.eu.auth0.com",
      "CLIENT_ID=",
      "CLIENT_SECRET=",
      "",
    ].join("\n"),
  };
}

/** An address without a place for the user gets one at its end. */
function userUrl(api) {
  return api.includes("{") ? api : `${api.replace(/\/$/, "")}/users/${USER}`;
}

function toText(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
