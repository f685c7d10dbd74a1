/**
 * A simulated login, or a storm of them, as text for a terminal.
 */

import pc from "picocolors";
import { count, ms } from "../count.js";
import { CACHE_LIMITS } from "../host/cache.js";
import { MAX_LOG_CHARACTERS } from "../host/loader.js";
import { plainTable, rows } from "../table.js";
import { visible } from "../terminal.js";
import {
  DROP_REASONS,
  describeMfa,
  describeReason,
  describeSessionChange,
  describeSource,
  TARGET_TITLES,
  TOKEN_TITLES,
} from "./words.js";

const BAR_WIDTH = 24;
const BLOCKS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/**
 * @param {import("./result.js").Simulation} login
 * @returns {string}
 */
export function printLogin(login) {
  const sections = [
    printOutcome(login),
    ...login.tokens.map(printToken),
    printElsewhere(login),
    printShadow(login.shadow),
    printCalls(login),
    printLeftOut(login),
    printState(login),
    printSecrets(login),
    printLog(login),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function printOutcome({ outcome, error, denied, durationMs, deadlineMs, report }) {
  const paint =
    { enriched: pc.green, shadow: pc.green, partial: pc.yellow, skipped: pc.yellow }[outcome] ?? pc.red;
  const whole = deadlineMs === null ? "" : ` of ${ms(deadlineMs)}`;
  const lines = [`${paint(pc.bold(outcome))} in ${ms(durationMs)}${whole}`];
  if (error !== null) lines.push(pc.red(visible(error)));
  if (denied !== null) lines.push(`The user reads: ${visible(denied.reason)}`);
  for (const { code, path, message } of report?.errors ?? []) {
    lines.push(`${pc.red(visible(code))} ${visible(`${path}: ${message.split("\n")[0]}`)}`);
  }
  for (const warning of report?.warnings ?? []) lines.push(`${pc.yellow("warning")} ${visible(warning)}`);
  return lines.join("\n");
}

function printToken({ token, before, after, changes, bytes, limitBytes, dropped }) {
  const title = pc.bold(TOKEN_TITLES[token]);
  const lines = [];
  if (after === null) lines.push(pc.dim("  none"));
  else lines.push(...printClaims(before ?? {}, after, changes));
  for (const { name, reason } of dropped) {
    lines.push(
      `${pc.red("✗")} ${visible(name)}  ${pc.red(`Auth0 drops it: ${DROP_REASONS[reason] ?? reason}`)}`,
    );
  }
  return [`${title}  ${sizeBar(bytes, limitBytes)}`, ...lines].join("\n");
}

function printClaims(before, after, changes) {
  const changed = new Map(changes.map((change) => [change.claim, change]));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after), ...changed.keys()])];
  const width = Math.max(...names.map((name) => visible(name).length));
  return names.map((name) => {
    const label = visible(name).padEnd(width);
    const change = changed.get(name);
    if (change === undefined) return pc.dim(`  ${label}  ${json(after[name])}`);
    if (change.kind === "added") return pc.green(`+ ${label}  ${json(change.after)}`);
    if (change.kind === "removed") return pc.red(`- ${label}  ${json(change.before)}`);
    return pc.yellow(`~ ${label}  ${json(change.before)} → ${json(change.after)}`);
  });
}

function printElsewhere({ elsewhere, scopes, mfa, session, refresh_token: refreshToken }) {
  const sections = Object.entries(elsewhere).map(([target, values]) =>
    [
      pc.bold(TARGET_TITLES[target]),
      ...Object.entries(values).map(([name, value]) => pc.green(`+ ${visible(name)}  ${json(value)}`)),
    ].join("\n"),
  );
  const changes = [
    ...scopes.added.map((scope) => pc.green(`+ ${visible(scope)}`)),
    ...scopes.removed.map((scope) => pc.red(`- ${visible(scope)}`)),
  ];
  if (changes.length > 0) sections.push([pc.bold("Scopes"), ...changes].join("\n"));
  if (mfa !== null) sections.push(`${pc.bold("Further factor")}\n  ${visible(describeMfa(mfa))}`);
  for (const [title, list] of Object.entries({ Session: session, "Refresh token": refreshToken })) {
    const lines = list.map((change) => `  ${visible(describeSessionChange(change))}`);
    if (lines.length > 0) sections.push([pc.bold(title), ...lines].join("\n"));
  }
  return sections.join("\n\n");
}

/** What a login in the mode `shadow` would have come to, as differences from what it came to. */
function printShadow(shadow) {
  if (shadow === undefined) return "";
  const { outcome, error, denied, tokens } = shadow;
  const lines = [`${pc.bold("Without shadow")}  ${outcome}`];
  if (error !== null) lines.push(`  ${pc.red(visible(error))}`);
  if (denied !== null) lines.push(`  ${pc.red(`denied, and the user reads: ${visible(denied.reason)}`)}`);
  const sections = tokens
    .filter(({ changes, dropped }) => changes.length > 0 || dropped.length > 0)
    .map((token) => printToken({ ...token, before: {}, after: {} }));
  const all = [lines.join("\n"), ...sections, printElsewhere(shadow)].filter((section) => section !== "");
  if (all.length === 1 && denied === null) lines.push(pc.dim("  nothing would be set"));
  return [lines.join("\n"), ...all.slice(1)].join("\n\n");
}

/** The waterfall: each call from its beginning to its end, over the time that the login took. */
function printCalls({ calls, durationMs }) {
  if (calls.length === 0) return `${pc.bold("Calls")}\n${pc.dim("  none")}`;
  const table = plainTable();
  for (const { kind, name, method, url, startMs, endMs, status } of calls) {
    const shownStatus = status === null ? pc.red("none") : status < 400 ? pc.green(status) : pc.red(status);
    const took = endMs === null ? pc.red("not ended") : ms(endMs - startMs);
    table.push([
      visible(`  ${kind} ${name}`),
      visible(`${method} ${url}`),
      shownStatus,
      took,
      waterfall(startMs, endMs, durationMs),
    ]);
  }
  return `${pc.bold("Calls")}\n${rows(table)}`;
}

function waterfall(startMs, endMs, wholeMs) {
  const column = (timeMs) => Math.round((BAR_WIDTH * Math.min(timeMs, wholeMs)) / wholeMs);
  const from = Math.min(column(startMs), BAR_WIDTH - 1);
  const to = Math.max(from + 1, column(endMs ?? wholeMs));
  return pc.dim("·".repeat(from)) + "━".repeat(to - from) + pc.dim("·".repeat(BAR_WIDTH - to));
}

function printLeftOut({ report }) {
  const list = (title, claims) => {
    if (claims.length === 0) return [];
    const lines = claims.map((claim) => {
      const where = claim.target === undefined ? "" : ` of ${claim.target}`;
      return `  ${visible(claim.claim)}${where}  ${pc.yellow(visible(describeReason(claim)))}`;
    });
    return [[pc.bold(title), ...lines].join("\n")];
  };
  const { left_out: leftOut = [], defaulted = [] } = report?.claims ?? {};
  return [...list("Left out", leftOut), ...list("Set to their default", defaulted)].join("\n\n");
}

function printState({ cache, breakers, report }) {
  const bytes = cache.reduce((sum, entry) => sum + entry.bytes, 0);
  const lines = [
    `  ${cache.length} of ${CACHE_LIMITS.maxEntries} entries, ${count(bytes)} of ${count(CACHE_LIMITS.maxTotalBytes)} bytes`,
    ...cache.map(({ key, bytes: size, expiresInS }) =>
      pc.dim(`  ${visible(key)}  ${count(size)} bytes, for ${count(expiresInS)} s`),
    ),
  ];
  const tokens = Object.entries(report?.tokens ?? {}).map(
    ([name, { from }]) => `token ${name} from ${from ?? "nowhere"}`,
  );
  const sources = Object.entries(report?.sources ?? {}).map(
    ([name, source]) => `source ${name} ${describeSource(source)}`,
  );
  const open = breakers.map(({ id, openForS }) => pc.red(`  ${visible(id)} is open for ${openForS} s more`));
  return [
    pc.bold("Where it came from"),
    ...[...tokens, ...sources].map((line) => visible(`  ${line}`)),
    "",
    pc.bold("api.cache"),
    ...lines,
    "",
    pc.bold("Breakers"),
    ...(open.length > 0 ? open : [pc.dim("  all closed")]),
  ].join("\n");
}

/** @param {{ secrets?: string[] }} login */
function printSecrets({ secrets }) {
  if (secrets === undefined) return "";
  return `${pc.bold("Secrets that were read")}\n  ${visible(secrets.join(", ") || "none")}`;
}

function printLog({ logs }) {
  const characters = logs.join("\n").length;
  const share = `${characters} of ${MAX_LOG_CHARACTERS} characters`;
  return [`${pc.bold("Log")}  ${pc.dim(share)}`, ...logs.map((line) => visible(`  ${line}`))].join("\n");
}

/**
 * @param {import("./storm.js").Storm} storm
 * @returns {string}
 */
export function printStorm(storm) {
  const { logins, planned, users, concurrency, durationMs, latencyMs, histogram } = storm;
  const { tokenCalls, sourceCalls } = storm;
  const ended = logins < planned ? `${count(logins)} of ${count(planned)}` : count(logins);
  const table = plainTable();
  table.push(
    ["  logins", `${ended} of ${count(users)} users, ${count(concurrency)} at once, in ${ms(durationMs)}`],
    ["  outcomes", listOf(storm.outcomes)],
    ...(Object.keys(storm.errors).length > 0 ? [["  errors", listOf(storm.errors)]] : []),
    ["  token calls", count(tokenCalls)],
    ["  source calls", count(sourceCalls)],
    [
      "  a login took",
      `p50 ${ms(latencyMs.p50)}, p90 ${ms(latencyMs.p90)}, p99 ${ms(latencyMs.p99)}, at most ${ms(latencyMs.max)}`,
    ],
  );
  const most = Math.max(...histogram.map((bucket) => bucket.logins));
  const bars = plainTable(["right", "right", "left"]);
  for (const bucket of histogram) {
    bars.push([`  < ${bucket.toMs} ms`, count(bucket.logins), bar(bucket.logins / most)]);
  }
  return `${pc.bold("Storm")}\n${rows(table)}\n\n${pc.bold("Latencies")}\n${rows(bars)}`;
}

function listOf(counts) {
  return Object.entries(counts)
    .map(([name, number]) => `${visible(name)} ${count(number)}`)
    .join(", ");
}

function sizeBar(bytes, limitBytes) {
  const share = bytes / limitBytes;
  const text = `${count(bytes)} of ${count(limitBytes)} bytes`;
  return `${(share > 0.9 ? pc.red : pc.dim)(text)} ${bar(share).padEnd(BAR_WIDTH)}`.trimEnd();
}

function bar(share) {
  const eighths = Math.round(Math.min(share, 1) * BAR_WIDTH * 8);
  return "█".repeat(Math.floor(eighths / 8)) + BLOCKS[eighths % 8];
}

function json(value) {
  return visible(JSON.stringify(value) ?? "undefined");
}
