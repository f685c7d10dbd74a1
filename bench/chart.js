// The chart of the page: bars, shorter is better.

import { FIRST_LOGIN, MEMORY, shown, WARM_LOGIN } from "./tables.js";

const WIDTH = 760;
const BAR = 20;
const GAP = 4;
const NAMES_END = 190;
const BARS_START = 200;
const LONGEST = 460;

const STYLE =
  "text{font:13px sans-serif;fill:#444}.title{font-weight:bold}.ours{fill:#c2410c}.theirs{fill:#94a3b8}" +
  "@media(prefers-color-scheme:dark){text{fill:#ddd}}";

/** The first login, the warm one and memory, by contender, as SVG. */
export function toChart(http) {
  const names = Object.keys(http);
  const parts = [];
  let y = 0;
  for (const { title, unit, read } of [FIRST_LOGIN, WARM_LOGIN, MEMORY]) {
    const values = names.map((name) => read(http[name]));
    const longest = Math.max(...values);
    y += 24;
    parts.push(`<text x="${BARS_START}" y="${y}" class="title">${title}, ${unit}</text>`);
    for (const [index, name] of names.entries()) {
      y += BAR + GAP;
      const width = Math.round((values[index] / longest) * LONGEST);
      const kind = name.startsWith("Claimsmith") ? "ours" : "theirs";
      parts.push(
        `<text x="${NAMES_END}" y="${y}" text-anchor="end">${name}</text>`,
        `<rect x="${BARS_START}" y="${y - BAR + 5}" width="${width}" height="${BAR}" class="${kind}"/>`,
        `<text x="${BARS_START + width + 6}" y="${y}">${shown(values[index])}</text>`,
      );
    }
    y += 16;
  }
  const label = "First login, warm login and memory, by contender; shorter is better";
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${label}">`;
  return [open, `<title>${label}</title>`, `<style>${STYLE}</style>`, ...parts, "</svg>\n"].join("\n");
}
