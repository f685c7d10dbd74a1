/**
 * A link that holds a case in its fragment, which no server is sent: compressed, and without secrets.
 */

import { parseConfig } from "../../../src/config/text.js";
import { toText } from "./workspace.js";

const VERSION = 1;
const PREFIX = "#case=";

/** More is no case that somebody wrote. */
const MAX_CHARACTERS = 20_000_000;

/** Members whose values are nobody else's business, whatever they hold. */
const SECRET_NAMES =
  /^(secrets?|password|passwd|client_secret|private_key|api[-_]?key|x-api-key|authorization|cookie|set-cookie|access_token|refresh_token|id_token|.*[-_]secret|.*[-_]password)$/i;

/** Values that are secrets by their looks: keys in PEM, signed tokens. */
const SECRET_VALUES = /-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/;

/** A text that names secrets and holds none. */
const NAMES_A_SECRET = /^(?:(?:Bearer|Basic)\s+)?\{secrets\.\w+\}$/;

export const REMOVED = "(removed from the link)";

/**
 * @param {import("./workspace.js").Content} content
 * @returns {{ value: object, removed: string[] }} what the link holds, and the places whose values it does not
 * @throws {Error} where a text is no JSON
 */
export function toShared({ texts, trigger, faults, rows }) {
  const removed = [];
  const shared = {};
  for (const [name, text] of Object.entries(texts)) {
    const { value, problems } = parseConfig(text);
    if (value === undefined) throw new Error(`${name}: ${problems[0].message}; mend it first`);
    shared[name] = withoutSecrets(value, name, removed);
  }
  const people = rows.map((row) => ({ ...row, more: shareMore(row.more, removed) }));
  return { value: { v: VERSION, trigger, faults, rows: people, ...shared }, removed };
}

function shareMore(text, removed) {
  if (text.trim() === "") return "";
  const { value } = parseConfig(text);
  return value === undefined ? "" : JSON.stringify(withoutSecrets(value, "logins", removed));
}

function withoutSecrets(value, path, removed) {
  if (typeof value === "string" && (SECRET_VALUES.test(value) || hasUserInfo(value))) {
    removed.push(path);
    return REMOVED;
  }
  if (Array.isArray(value))
    return value.map((item, index) => withoutSecrets(item, `${path}[${index}]`, removed));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const place = `${path}.${key}`;
      const isSecret =
        SECRET_NAMES.test(key) || (key === "key" && path.endsWith(".tls")) || /\.basic$/.test(path);
      return [key, isSecret ? withoutValue(member, place, removed) : withoutSecrets(member, place, removed)];
    }),
  );
}

/** Keeps what is no secret at a secret's place: nothing, and the name of one. */
function withoutValue(value, path, removed) {
  if (value === null || typeof value === "boolean" || value === "") return value;
  if (typeof value === "string" && NAMES_A_SECRET.test(value)) return value;
  if (Array.isArray(value))
    return value.map((item, index) => withoutValue(item, `${path}[${index}]`, removed));
  if (typeof value === "object") {
    // A `password` may be an object of settings; what is in `secrets` may not stay.
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, withoutValue(member, `${path}.${key}`, removed)]),
    );
  }
  removed.push(path);
  return REMOVED;
}

const hasUserInfo = (text) => /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s{}]*:[^/?#\s{}]*@/i.test(text);

/**
 * @param {object} value As `toShared` gives it.
 * @param {string} page The address of the page.
 * @returns {Promise<string>}
 */
export async function toLink(value, page) {
  const bytes = await pass(
    new TextEncoder().encode(JSON.stringify(value)),
    new CompressionStream("deflate-raw"),
  );
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const text = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${page.split("#")[0]}${PREFIX}${text}`;
}

/**
 * @param {string} fragment Of an address, with its `#`.
 * @returns {Promise<import("./workspace.js").Content | null>} null where it is none
 * @throws {Error} where it is one that cannot be read
 */
export async function readLink(fragment) {
  if (!fragment.startsWith(PREFIX)) return null;
  let value;
  try {
    const binary = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    value = JSON.parse(new TextDecoder().decode(await pass(bytes, new DecompressionStream("deflate-raw"))));
  } catch {
    throw new Error("the link is damaged: copy it anew, whole");
  }
  if (value?.v !== VERSION) throw new Error("the link is of another version of the workbench");
  const { config = {}, event = {}, answers = {}, trigger, faults, rows } = value;
  return {
    texts: { config: toText(config), event: toText(event), answers: toText(answers) },
    trigger: trigger === "credentials-exchange" ? trigger : "post-login",
    faults: textsOf(faults),
    rows: (Array.isArray(rows) ? rows : []).map((row) => ({
      user: "",
      client: "",
      organization: "",
      more: "",
      ...textsOf(row),
    })),
    origin: { kind: "link", name: "a link" },
  };
}

/** The members that are texts: what comes from elsewhere is what it should be, or is left out. */
function textsOf(value) {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, member]) => typeof member === "string"));
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {CompressionStream | DecompressionStream} stream
 */
async function pass(bytes, stream) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MAX_CHARACTERS) throw new Error("too large");
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
