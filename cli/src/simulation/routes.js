/**
 * Which token or source of a configuration a request is for. Runs in Node and in the browser.
 */

import { evaluate } from "claimsmith";
import { templateParts } from "../config/template.js";

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
 * What a request is shown as that is for nothing in the configuration.
 *
 * @param {string | URL} url
 */
export function unknownRoute(url) {
  return { kind: /** @type {const} */ ("source"), name: new URL(url).host };
}

/** What a value becomes in a URL: it is percent-encoded whole. */
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
    ...Object.entries(config.sources ?? {}).map(([name, { method = "GET", url }]) =>
      createRoute("source", name, method, url, secrets),
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

/** Undefined where the address cannot be made, since a secret is missing or is no host. */
function createRoute(kind, name, method, template, secrets) {
  const parts = templateParts(template).map((part) =>
    "literal" in part ? part : resolveSecrets(part.expression, secrets),
  );
  const whole = parts.map((part) => ("literal" in part ? part.literal : OPEN)).join("");
  const [, authority, rest] = /^(https?:\/\/[^/?#]+)([^#]*)/.exec(whole) ?? [];
  if (authority === undefined || !URL.canParse(authority)) return undefined;
  const { origin } = new URL(authority);
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  const pieces = path.split(OPEN);
  const pattern = new RegExp(`^${pieces.map(escapeRegExp).join(ENCODED_VALUE)}$`);
  return { kind, name, method, origin, pattern, fixedLength: pieces.join("").length };
}

/** Stands where a value of the login will stand; no URL has it. */
const OPEN = "\u0000";

/** What an expression gives that reads secrets alone is known before any login. */
function resolveSecrets(expression, secrets) {
  if (!/\bsecrets\b/.test(expression)) return { expression };
  const value = evaluate(expression, { secrets });
  return typeof value === "string" ? { literal: value } : { expression };
}

function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
