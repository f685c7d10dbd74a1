/**
 * A configuration as text, one entry a line: people read it in the pasted file, where each byte counts.
 */

/** The keys whose members or items are the entries. */
const LISTS = ["tokens", "sources", "claims", "scopes", "deny", "values"];

/**
 * @param {Record<string, any>} config
 * @returns {string} JSON
 */
export function formatConfig(config) {
  // It is for editors of the file; in the dashboard there is nothing at that place.
  const { $schema, ...shown } = config;
  return block(
    "{",
    "}",
    Object.entries(shown).map(
      ([key, value]) => `${JSON.stringify(key)}: ${LISTS.includes(key) ? entries(value) : line(value)}`,
    ),
    "  ",
  );
}

function entries(value) {
  if (Array.isArray(value)) return block("[", "]", value.map(line), "    ");
  if (typeof value !== "object" || value === null) return line(value);
  return block(
    "{",
    "}",
    Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${line(member)}`),
    "    ",
  );
}

function block(open, close, lines, indent) {
  if (lines.length === 0) return open + close;
  return `${open}\n${lines.map((text) => indent + text).join(",\n")}\n${indent.slice(2)}${close}`;
}

/** JSON on one line, with spaces where people put them. */
function line(value) {
  if (Array.isArray(value)) return `[${value.map(line).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return "{}";
  return `{ ${members.map(([key, member]) => `${JSON.stringify(key)}: ${line(member)}`).join(", ")} }`;
}
