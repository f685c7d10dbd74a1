/**
 * Finds the token or source of a configuration that a request is for. Runs in Node and in the browser.
 */

import { parseTemplate } from "claimsmith";

/**
 * @typedef {object} Route
 * @property {"token" | "source"} kind
 * @property {string} name As in the configuration.
 * @property {string} method
 * @property {string} origin Such as `https://api.example.com`.
 *
 * @typedef {object} Routes
 * @property {string[]} origins Each once.
 * @property {(method: string, url: string | URL) => Route | undefined} find
 */

/**
 * Returns the route of a request that is for nothing in the configuration.
 *
 * @param {string | URL} url
 */
export function unknownRoute(url) {
  return { kind: /** @type {const} */ ("source"), name: new URL(url).host };
}

/** The pattern of a value in a URL: it is percent-encoded whole. */
const ENCODED_VALUE = "[A-Za-z0-9%._~-]*";

/**
 * @param {Record<string, any>} config One without problems.
 * @param {Record<string, string>} secrets
 * @returns {Routes}
 */
export function createRoutes(config, secrets) {
  const routes = [
    ...Object.entries(config.tokens ?? {}).map(([name, { token_url: url }]) =>
      createRoute("token", name, "POST", url, secrets),
    ),
    ...Object.entries(config.sources ?? {}).map(([name, source]) =>
      createRoute("source", name, methodOf(source), source.url, secrets, source.query !== undefined),
    ),
  ].filter((route) => route !== undefined);
  // Of two that fit, the one that leaves less open is meant.
  routes.sort((one, other) => other.fixedLength - one.fixedLength);

  return {
    origins: [...new Set(routes.map(({ origin }) => origin))],
    find(method, url) {
      const { origin, pathname, search } = new URL(url);
      return routes.find(
        (route) =>
          route.method === method && route.origin === origin && route.pattern.test(pathname + search),
      );
    },
  };
}

/** The keys of a body, with each of which a source sends a POST where it says nothing else. */
const BODIES = ["body", "form", "text", "graphql"];

function methodOf(source) {
  return source.method ?? (BODIES.some((key) => source[key] !== undefined) ? "POST" : "GET");
}

/**
 * Undefined where the address cannot be made, since a secret is missing or is no host.
 *
 * @param {"token" | "source"} kind
 * @param {string} name
 * @param {string} method
 * @param {string} template
 * @param {Record<string, string>} secrets
 * @param {boolean} [addsQuery] Whether fields are appended to the URL.
 */
function createRoute(kind, name, method, template, secrets, addsQuery = false) {
  const whole = parseTemplate(template)
    .map((part) => {
      if ("literal" in part) return part.literal;
      return "secret" in part ? (secrets[part.secret] ?? OPEN) : OPEN;
    })
    .join("");
  const [, authority, rest] = /^(https?:\/\/[^/?#]+)([^#]*)/.exec(whole) ?? [];
  if (authority === undefined || !URL.canParse(authority)) return undefined;
  const { origin } = new URL(authority);
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  const pieces = path.split(OPEN);
  const fields = addsQuery ? "([?&].*)?" : "";
  const pattern = new RegExp(`^${pieces.map(escapeRegExp).join(ENCODED_VALUE)}${fields}$`);
  return { kind, name, method, origin, pattern, fixedLength: pieces.join("").length };
}

/** Stands where a value of the login will stand; no URL has it. */
const OPEN = "\u0000";

function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
