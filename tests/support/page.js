/** The page with a table in the place that names the test which writes it. */
export function withTable(page, test, table) {
  const begin = `<!-- the table is written by ${test} -->\n`;
  const end = "<!-- the table ends -->\n";
  const [before, rest] = page.split(begin);
  const at = rest?.indexOf(end) ?? -1;
  if (at < 0) throw new Error(`the page has no place for the table of ${test}`);
  return before + begin + table + rest.slice(at);
}
