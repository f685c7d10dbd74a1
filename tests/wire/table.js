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
