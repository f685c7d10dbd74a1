/**
 * The files to start from.
 */

import { checkConfig, inspectConfig } from "claimsmith";
import { SHAPES } from "./shapes.js";

/** What must not get into version control. */
const IGNORED = ["secrets.env"];

const EVENT = {
  user: { user_id: "auth0|alice", email: "alice@example.com", email_verified: true, app_metadata: {} },
  client: { name: "Web Shop", metadata: {} },
};

/** An example of what a secret looks like, where one helps. */
const EXAMPLES = { AUTH0_DOMAIN: "acme.eu.auth0.com", FGA_TOKEN_DOMAIN: "auth.fga.dev" };

/**
 * What a configuration asks, by the option of `init` that a problem of it is about: the first part of its path.
 * @type {Record<string, import("./shapes.js").Question>}
 */
const QUESTION_OF = { tokens: "audience", sources: "api", claims: "namespace" };

/**
 * @typedef {{ shape: string, api?: string, audience?: string, namespace?: string }} Answers
 */

/**
 * @param {Answers} answers
 * @returns {Record<string, any>} the configuration, and what its API and its tokens say
 */
function makeStart({ shape, api = "", audience = "", namespace = "" }) {
  const prefix = /[/:]$/.test(namespace) ? namespace : `${namespace}/`;
  const { config, ...rest } = SHAPES[shape].make({ api: withAsciiHost(api), audience, prefix });
  return { config: { $schema: "./claimsmith.schema.json", ...config }, ...rest, prefix };
}

/** A host as it is looked up (RFC 3490): `żubr.test` is `xn--ubr-6yb.test`. */
function withAsciiHost(address) {
  return address.replace(/^(https?:\/\/)([^/?#{]*[^\0-\x7f][^/?#{]*)/i, (whole, scheme, host) =>
    URL.canParse(whole) ? scheme + new URL(whole).host : scheme + host,
  );
}

/**
 * What `check` would say of the configuration.
 *
 * @param {Answers} answers
 * @returns {{ question: import("./shapes.js").Question | undefined, message: string }[]}
 */
export function problemsOfStart(answers) {
  return checkConfig(makeStart(answers).config).problems.map(({ path, message }) => ({
    question: QUESTION_OF[/^\w*/.exec(path)?.[0] ?? ""],
    message,
  }));
}

/**
 * @param {Answers} given Of which nothing is wrong.
 * @returns {Record<string, string>} contents by name of the file
 */
export function createStart(given) {
  const { config, answers, claims, event = {}, prefix } = makeStart(given);
  const named = Object.fromEntries(Object.entries(claims).map(([name, value]) => [prefix + name, value]));
  const { user, ...others } = event;
  return {
    "claimsmith.json": toText(config),
    "event.json": toText({ ...EVENT, ...others, user: { ...EVENT.user, ...user } }),
    "answers.json": toText(answers),
    "tests/first.json": toText({
      name: SHAPES[given.shape].login,
      event: "../event.json",
      answers: "../answers.json",
      expect: { denied: null, id_token: named, access_token: named },
    }),
    "secrets.example.env": [
      "# Copy to secrets.env for `claimsmith simulate --live`, and keep that file out of version control.",
      ...inspectConfig(config, { warnings: false }).secrets.map(
        ({ name }) => `${name}=${EXAMPLES[name] ?? ""}`,
      ),
      "",
    ].join("\n"),
  };
}

/**
 * A `.gitignore` that leaves secrets out.
 *
 * @param {string | undefined} text Of the one that is there.
 * @returns {string | undefined} undefined where nothing is missing in it
 */
export function ignoreSecrets(text = "") {
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, "")));
  const missing = IGNORED.filter((name) => !lines.has(name));
  if (missing.length === 0) return undefined;
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${before}${missing.join("\n")}\n`;
}

function toText(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
