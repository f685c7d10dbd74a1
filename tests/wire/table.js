// The table of faults as text, for people: what was seen, without times, which no two runs share.

export function toMarkdown(rows) {
  const lines = ["| part | what it does | the login | error | token calls | backend calls | claim |"];
  lines.push("|---|---|---|---|---|---|---|");
  for (const { part, fault, outcome, error, token, backend, isSet } of rows) {
    const cells = [
      part,
      fault,
      outcome,
      error ? `\`${error}\`` : "",
      token,
      backend,
      isSet ? "set" : "left out",
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

const BEGIN = "<!-- the table is written by tests/wire/faults.test.js -->\n";
const END = "<!-- the table ends -->\n";

/** The page with the table in its place. */
export function withTable(page, table) {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (after === undefined) throw new Error("the page has no place for the table");
  return before + BEGIN + table + END + after;
}
