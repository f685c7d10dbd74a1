/**
 * What the login saw: its event, what each source answered, settings, values and calls, for expressions to be tried on.
 */

import { evaluate } from "claimsmith";

/**
 * @typedef {object} Child A member or item, for a tree.
 * @property {string | number} key
 * @property {"object" | "array" | "string" | "number" | "boolean" | "null"} type
 * @property {string} text The value, or how much of it there is.
 * @property {number} count Its own members or items.
 *
 * @typedef {object} Seen
 * @property {(expression: string) => unknown} evaluate
 * @property {(path: (string | number)[]) => Child[]} children
 */

/** The children that are listed: nobody reads more. */
const MAX_CHILDREN = 200;
const MAX_TEXT = 80;

/** @type {Seen} */
export const nothingSeen = createSeen({
  config: {},
  event: {},
  report: null,
  bodies: new Map(),
  secrets: {},
});

/**
 * @param {object} login
 * @param {Record<string, any>} login.config
 * @param {object} login.event
 * @param {import("claimsmith").Report | null} login.report
 * @param {Map<string, string>} login.bodies Of each source the body that it sent last.
 * @param {Record<string, string>} login.secrets
 * @returns {Seen}
 */
export function createSeen({ config, event, report, bodies, secrets }) {
  /** @type {Record<string, any> | undefined} */
  let data;

  function read() {
    data ??= withValues(config, {
      event,
      settings: readSettings(config.settings, secrets),
      now: describeNow(),
      calls: readCalls(report),
      ...readAnswers(config.sources, report, bodies),
    });
    return data;
  }

  return {
    evaluate: (expression) => evaluateIn(expression, read()),
    children(path) {
      const value = path.reduce(
        (/** @type {any} */ parent, key) => (hasOwn(parent, key) ? parent[key] : undefined),
        read(),
      );
      if (typeof value !== "object" || value === null) return [];
      const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
      return entries.slice(0, MAX_CHILDREN).map(([key, child]) => ({ key, ...describe(child) }));
    },
  };
}

const hasOwn = (value, key) => typeof value === "object" && value !== null && Object.hasOwn(value, key);

/** @returns {Omit<Child, "key">} */
function describe(value) {
  if (value === null) return { type: "null", text: "null", count: 0 };
  if (Array.isArray(value)) return { type: "array", text: `${value.length} items`, count: value.length };
  if (typeof value === "object") {
    const count = Object.keys(value).length;
    return { type: "object", text: `${count} members`, count };
  }
  const text = JSON.stringify(value);
  return {
    type: /** @type {Child["type"]} */ (typeof value),
    text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text,
    count: 0,
  };
}

/** The roots, which an expression may also read as variables. */
function evaluateIn(expression, data) {
  if (!expression.includes("$")) return evaluate(expression, data);
  const bindings = Object.keys(data).filter((name) => /^\w+$/.test(name));
  const prefix = `let ${bindings.map((name) => `$${name} = ${name}`).join(", ")} in `;
  try {
    return evaluate(prefix + expression, data);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(
      message.replace(/\(column (\d+)\)/, (_, column) => `(column ${Number(column) - prefix.length})`),
    );
  }
}

/** Each value by its expression, however they read one another: there are no circles. */
function withValues(config, data) {
  const expressions = Object.entries(config.values ?? {}).map(
    ([name, value]) => /** @type {const} */ ([name, typeof value === "string" ? value : value?.value]),
  );
  let values = {};
  for (let round = 0; round <= expressions.length; round++) {
    const next = Object.fromEntries(
      expressions.map(([name, expression]) => [name, evaluateOrNull(expression, { ...data, values })]),
    );
    if (JSON.stringify(next) === JSON.stringify(values)) break;
    values = next;
  }
  return { ...data, values };
}

function evaluateOrNull(expression, data) {
  try {
    return evaluateIn(expression, data);
  } catch {
    return null;
  }
}

function readSettings(settings = {}, secrets) {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => {
      const isTyped = hasOwn(setting, "value");
      const { value, type } = isTyped ? setting : { value: setting, type: undefined };
      const secret = typeof value === "string" ? /^\{secrets\.(\w+)\}$/.exec(value)?.[1] : undefined;
      const text = secret === undefined ? value : (secrets[secret] ?? null);
      return [name, typeof text === "string" ? readAs(text, type) : text];
    }),
  );
}

function readAs(text, type) {
  if (type === "number") return Number.isFinite(Number(text)) ? Number(text) : null;
  if (type === "list") {
    return text
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean);
  }
  return text;
}

function describeNow() {
  const now = new Date(Date.now());
  return {
    iso: now.toISOString().replace(/\.\d+/, ""),
    seconds: Math.floor(now.getTime() / 1000),
    weekday: now.getUTCDay() || 7,
    id: crypto.randomUUID(),
  };
}

function readCalls(report) {
  return Object.fromEntries(
    Object.entries(report?.sources ?? {}).map(([name, { skipped, error, status, from }]) => [
      name,
      skipped ? null : { ok: error === null, status, stale: from === "stale" },
    ]),
  );
}

/** What each source answered. One that failed or was not asked is null here. */
function readAnswers(sources = {}, report, bodies) {
  return Object.fromEntries(
    Object.keys(sources).map((name) => {
      const { error = null, skipped = true, from = null } = report?.sources[name] ?? {};
      const isThere = !skipped && (error === null || from === "stale");
      return [name, isThere ? readBody(bodies.get(name) ?? "", sources[name]) : null];
    }),
  );
}

function readBody(body, { answer = "json", graphql }) {
  if (answer === "text") return body;
  if (answer === "none" || body === "") return null;
  try {
    const value = JSON.parse(body);
    return graphql === undefined ? value : (value?.data ?? null);
  } catch {
    return null;
  }
}
