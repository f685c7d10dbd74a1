// The figures of a run as tables of Markdown, beside what was aimed at.

import { CAREFUL, EQUAL, FLOOR, PACKAGE, PASTED } from "./contenders.js";
import { median, quantile } from "./statistics.js";

const p50 = ({ durations }) => quantile(durations, 0.5);
const p99 = ({ durations }) => quantile(durations, 0.99);
const cpu = ({ cpuMs, logins }) => cpuMs / logins;
const perThousand = (kind) => (seen) => (seen.warm.calls[kind] / seen.warm.logins) * 1_000;

export const FIRST_LOGIN = {
  title: "first login, after the host's start",
  unit: "ms",
  read: (seen) => median(seen.first),
};
export const WARM_LOGIN = { title: "warm login, p50", unit: "ms", read: (seen) => p50(seen.warm) };
const CPU = { title: "CPU a warm login", unit: "ms", read: (seen) => cpu(seen.warm) };
const EARLY_LOGINS = { title: "logins 2 to 50, p50", unit: "ms", read: (seen) => median(seen.early) };
const STORM = { title: "250 in flight: login, p50", unit: "ms", read: (seen) => p50(seen.storm) };
export const MEMORY = {
  title: "resident memory, warm",
  unit: "MB",
  read: (seen) => median(seen.memory) / 1e6,
};

const FIGURES = [
  FIRST_LOGIN,
  { title: "of that, loading the Action", unit: "ms", read: (seen) => median(seen.load) },
  { title: "before it, the start of Node and the host", unit: "ms", read: (seen) => median(seen.host) },
  WARM_LOGIN,
  { title: "warm login, p99", unit: "ms", read: (seen) => p99(seen.warm) },
  CPU,
  EARLY_LOGINS,
  MEMORY,
  {
    title: "over TLS: first login, after the host's start",
    unit: "ms",
    read: (seen) => median(seen.tlsFirst),
  },
  { title: "over TLS: warm login, p50", unit: "ms", read: (seen) => p50(seen.tls) },
  { title: "over TLS: warm login, p99", unit: "ms", read: (seen) => p99(seen.tls) },
  { title: "over TLS: CPU a warm login", unit: "ms", read: (seen) => cpu(seen.tls) },
  STORM,
  { title: "250 in flight: login, p99", unit: "ms", read: (seen) => p99(seen.storm) },
  { title: "250 in flight: CPU a login", unit: "ms", read: (seen) => cpu(seen.storm) },
  {
    title: "over TLS, 20 ms away: first login, after the host's start",
    unit: "ms",
    read: (seen) => median(seen.farFirst),
  },
  { title: "over TLS, 20 ms away: warm login, p50", unit: "ms", read: (seen) => p50(seen.far) },
  { title: "over TLS, after idle minutes: login, p50", unit: "ms", read: (seen) => p50(seen.idle) },
  { title: "refresh tokens of one user, with `cache`: p50", unit: "ms", read: (seen) => p50(seen.exchange) },
  { title: "100 at once at a cold instance: p50", unit: "ms", read: (seen) => median(seen.burst) },
  { title: "token calls, 1,000 warm logins", read: perThousand("token") },
  { title: "backend calls, 1,000 warm logins", read: perThousand("backend") },
];

/** Everything that was seen, by contender. */
export function toFigures(http) {
  const names = Object.keys(http);
  const rows = FIGURES.map(({ title, unit, read }) => [
    unit ? `${title}, ${unit}` : title,
    ...names.map((name) => (unit ? shown : whole)(read(http[name]))),
  ]);
  return toTable(["", ...names], rows);
}

/** At most this, as ratios to the others. */
const RIVALS = [CAREFUL, FLOOR];
const AIMS = {
  [PASTED]: [
    [FIRST_LOGIN, [0.65, 1.8]],
    [WARM_LOGIN, [0.85, 1.28]],
    [CPU, [0.75, 1.4]],
    [EARLY_LOGINS, [0.83, 1.35]],
    [STORM, [0.95, 2]],
    [MEMORY, [0.55, 1.1]],
  ],
  [PACKAGE]: [
    [FIRST_LOGIN, [0.62, 1.7]],
    [WARM_LOGIN, [0.78, 1.15]],
    [CPU, [0.7, 1.28]],
    [EARLY_LOGINS, [0.75, 1.2]],
    [STORM, [0.72, 1.5]],
    [MEMORY, [0.6, 1.2]],
  ],
};

/** Claimsmith against those that it replaces, as ratios beside the aims. */
export function toRatios(http) {
  const rows = [PASTED, PACKAGE].flatMap((ours) =>
    AIMS[ours].map(([{ title, read }, aims]) => [
      `${ours}: ${title}`,
      ...RIVALS.map((name, index) => against(read(http[ours]) / read(http[name]), aims[index])),
      (read(http[ours]) / read(http[EQUAL])).toFixed(2),
    ]),
  );
  return toTable(["ratio", ...[...RIVALS, EQUAL].map((name) => `to ${name}`)], rows);
}

const against = (ratio, aim) => `${ratio.toFixed(2)} (aim ${aim}: ${ratio <= aim ? "met" : "missed"})`;

/** The aims that are no ratio of whole logins. */
export function toAims({ http, times, pastedBytes }) {
  const load = median(http[PASTED].load);
  // 8 ms where the floor's first login takes 32, with Node's own start and the host's.
  const aimMs = (median(http[FLOOR].host) + FIRST_LOGIN.read(http[FLOOR])) / 4;
  const rows = [
    [
      "loading the pasted file, a quarter of the floor's first login",
      `${shown(load)} ms`,
      `${shown(aimMs)} ms`,
      load <= aimMs,
    ],
    ...Object.entries(times.readmeUs).map(([build, us]) => [
      `engine alone, the README's configuration, ${build}`,
      `${shown(us)} µs`,
      "60 µs",
      us <= 60,
    ]),
    ["bytes of the pasted file", whole(pastedBytes), whole(64_000), pastedBytes <= 64_000],
  ].map(([title, seen, aim, isMet]) => [title, seen, aim, isMet ? "met" : "missed"]);
  return toTable(["", "seen", "aim", ""], rows);
}

/** How the time of a login grows, engine alone: three series of sizes. */
export function toGrowth({ readmeUs, claims, answer, eventRead, eventUnread }) {
  const byClaims = claims.map(({ size, us }) => [whole(size), shown(us)]);
  const byBytes = answer.map(({ size, us }, index) =>
    [whole(size), us, eventUnread[index].us, eventRead[index].us].map((cell, column) =>
      column ? shown(cell) : cell,
    ),
  );
  const bytes = ["bytes", "answer, µs a login", "event, one member read, µs", "event, read whole, µs"];
  return [
    `The README's configuration: ${shown(readmeUs.package)} µs a login, in the pasted file ${shown(readmeUs.pasted)} µs.\n`,
    toTable(["claims", "µs a login"], byClaims),
    toTable(bytes, byBytes),
  ].join("\n");
}

/** What passes between JavaScript and the engine in one warm login. */
export function toCrossings({ calls, out, in: into, texts, textBytes }) {
  const total = `${whole(out)} calls out of the engine, ${whole(into)} into it; ${whole(texts)} texts of ${whole(textBytes)} bytes together; calls of \`JSON.stringify\`: ${whole(calls.stringify ?? 0)}, of \`JSON.parse\`: ${whole(calls.parse ?? 0)}.\n`;
  const rows = Object.entries(calls)
    .filter(([, count]) => count >= 0.5)
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]) => [`\`${name}\``, whole(count)]);
  return `${total}\n${toTable(["call", "a login"], rows)}`;
}

/** What one instance holds after so many logins. */
export function toMemory(steps) {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  const rows = steps.map(({ logins, rss, heapUsed, engine }) => [
    whole(logins),
    mb(rss),
    mb(heapUsed),
    mb(engine),
  ]);
  return toTable(["logins", "resident, MB", "JavaScript's heap, MB", "the engine's memory, MB"], rows);
}

/** Instructions of the core, and what became of them since they were recorded. */
export function toInstructions({ rows, leftOut }) {
  if (leftOut) return `Left out: ${leftOut}.\n`;
  const change = ({ instructions, recorded }) =>
    recorded === null ? "other compiler" : percent.format(instructions / recorded - 1);
  const cells = rows.map((row) => [row.title, whole(row.instructions), change(row)]);
  return toTable(["", "instructions", "since the record"], cells);
}

/** Three digits are all that a run can tell. */
export function shown(value) {
  if (value >= 100) return whole(value);
  return value.toFixed(value < 10 ? 2 : 1);
}

const percent = new Intl.NumberFormat("en-US", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

const whole = (value) => Math.round(value).toLocaleString("en-US");

function toTable(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  return [head, head.map((_, index) => (index ? "---:" : "---")), ...rows].map(line).join("");
}
