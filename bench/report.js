// The figures of a run as tables and as a chart.

import os from "node:os";

const OURS = "Claimsmith, pasted";

/** What is compared, with the targets against axios, careful fetch and the floor. */
const FIGURES = [
  ["first login from process start", (seen) => median(seen.first), "ms", [0.35, 0.65, 1.6]],
  ["warm login, p50", (seen) => quantile(seen.warm.durations, 0.5), "ms", [0.4, 0.8, 1.15]],
  ["warm login, p99", (seen) => quantile(seen.warm.durations, 0.99), "ms"],
  ["CPU a warm login", (seen) => seen.warm.cpuMs / seen.warm.logins, "ms", [0.4, 0.8, 1.25]],
  ["resident memory", (seen) => seen.warm.rss / 1e6, "MB", [0.65, 0.6, 1.2]],
  ["warm login over TLS, p50", (seen) => quantile(seen.tls.durations, 0.5), "ms"],
  ["250 in flight, p50", (seen) => quantile(seen.storm.durations, 0.5), "ms"],
  ["250 in flight, CPU a login", (seen) => seen.storm.cpuMs / seen.storm.logins, "ms"],
  ["token calls, 1,000 warm logins", (seen) => (seen.warm.calls.token / seen.warm.logins) * 1_000, ""],
  ["backend calls, 1,000 warm logins", (seen) => (seen.warm.calls.backend / seen.warm.logins) * 1_000, ""],
];
const RIVALS = ["axios, a token each login", "careful fetch", "the floor"];

const median = (numbers) => quantile(numbers, 0.5);

function quantile(numbers, share) {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function row(cells) {
  return `| ${cells.join(" | ")} |\n`;
}

export function toTable(figures) {
  const names = Object.keys(figures);
  let text = row(["", ...names]) + row(["---", ...names.map(() => "---:")]);
  for (const [title, read, unit] of FIGURES) {
    const cells = names.map((name) => shown(read(figures[name]), unit));
    text += row([unit ? `${title}, ${unit}` : title, ...cells]);
  }
  return text;
}

function shown(value, unit) {
  return unit === "" || value >= 100 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1);
}

/** The pasted file against those it replaces, as ratios, beside what was aimed at. */
export function toRatios(figures) {
  let text = row(["ratio of the pasted file", ...RIVALS.map((name) => `to ${name}`)]);
  text += row(["---", ...RIVALS.map(() => "---:")]);
  for (const [title, read, , targets] of FIGURES.filter(([, , , targets]) => targets)) {
    const cells = RIVALS.map((name, index) => {
      const ratio = read(figures[OURS]) / read(figures[name]);
      const verdict = ratio <= targets[index] ? "met" : "missed";
      return `${ratio.toFixed(2)} (aim ${targets[index]}: ${verdict})`;
    });
    text += row([title, ...cells]);
  }
  return text;
}

const BEGIN = "<!-- written by bench/run.js -->\n";
const END = "<!-- end of what is written -->\n";

export function toPage(page, { table, ratios }) {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (after === undefined) throw new Error("the page has no place for the figures");
  const [{ model }] = os.cpus();
  const machine = `Node ${process.version}, ${os.cpus().length} cores (${model}), ${os.platform()}.\n`;
  return `${before}${BEGIN}${machine}\n${table}\n${ratios}${END}${after}`;
}

/** Bars for the first and the warm login, shorter is better. */
export function toChart(figures) {
  const names = Object.keys(figures);
  const groups = FIGURES.slice(0, 2).map(([title, read, unit]) => ({
    title: `${title}, ${unit}`,
    values: names.map((name) => read(figures[name])),
    unit,
  }));
  const BAR = 22;
  const WIDTH = 760;
  let y = 0;
  let body = "";
  for (const { title, values, unit } of groups) {
    y += 30;
    body += `<text x="0" y="${y}" class="title">${title}</text>`;
    const longest = Math.max(...values);
    values.forEach((value, index) => {
      y += BAR + 4;
      const width = Math.round((value / longest) * 420);
      const kind = names[index].startsWith("Claimsmith") ? "ours" : "theirs";
      body += `<text x="190" y="${y - 6}" text-anchor="end">${names[index]}</text>`;
      body += `<rect x="200" y="${y - BAR}" width="${width}" height="${BAR}" class="${kind}"/>`;
      body += `<text x="${206 + width}" y="${y - 6}">${shown(value, unit)}</text>`;
    });
    y += 14;
  }
  const style =
    "text{font:13px sans-serif;fill:#444}.title{font-weight:bold}.ours{fill:#c2410c}.theirs{fill:#94a3b8}" +
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="Time of the first and of a warm login, by contender"><style>${style}</style>${body}</svg>\n`;
}
