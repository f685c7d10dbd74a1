/**
 * A simulated login, or a storm of them, as text for a terminal.
 */

import pc from "picocolors";
import { count, ms } from "../count.js";
import { codesOf, seeSections } from "../docs.js";
import { CACHE_LIMITS } from "../host/cache.js";
import { MAX_LOG_CHARACTERS } from "../host/loader.js";
import { columns, cutMiddle, fits, labelled, textWidth } from "../layout.js";
import { outputWidth, visible } from "../terminal.js";
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
 * @param {number} [width]
 * @returns {string}
 */
export function printLogin(login, width = outputWidth()) {
  const sections = [
    printOutcome(login),
    ...login.tokens.map((token) => printToken(token, width)),
    printElsewhere(login, width),
    printShadow(login.shadow, width),
    printCalls(login, width),
    printLeftOut(login),
    printState(login, width),
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
  const see = seeSections(codesOf(report));
  if (see !== "") lines.push(see);
  for (const warning of report?.warnings ?? []) lines.push(`${pc.yellow("warning")} ${visible(warning)}`);
  return lines.join("\n");
}

function printToken({ token, before, after, changes, bytes, limitBytes, dropped }, width) {
  const title = pc.bold(TOKEN_TITLES[token]);
  const lines = [];
  if (after === null) lines.push(pc.dim("  none"));
  else lines.push(...printClaims(before ?? {}, after, changes, width));
  for (const { name, reason } of dropped) {
    lines.push(
      `${pc.red("✗")} ${visible(name)}  ${pc.red(`Auth0 drops it: ${DROP_REASONS[reason] ?? reason}`)}`,
    );
  }
  const room = width - textWidth(title) - 2;
  return [`${title}  ${sizeBar(bytes, limitBytes, room)}`, ...lines].join("\n");
}

function printClaims(before, after, changes, width) {
  const changed = new Map(changes.map((change) => [change.claim, change]));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after), ...changed.keys()])];
  const entries = names.map((name) => {
    const label = visible(name);
    const change = changed.get(name);
    if (change === undefined) return { label, value: json(after[name]), paint: pc.dim };
    if (change.kind === "added") return { mark: "+ ", label, value: json(change.after), paint: pc.green };
    if (change.kind === "removed") return { mark: "- ", label, value: json(change.before), paint: pc.red };
    const value = `${json(change.before)} → ${json(change.after)}`;
    return { mark: "~ ", label, value, paint: pc.yellow };
  });
  return labelled(entries, { width });
}

function printElsewhere({ elsewhere, scopes, mfa, session, refresh_token: refreshToken }, width) {
  const sections = Object.entries(elsewhere).map(([target, values]) => {
    const entries = Object.entries(values).map(([name, value]) => ({
      mark: "+ ",
      label: visible(name),
      value: json(value),
      paint: pc.green,
    }));
    return [pc.bold(TARGET_TITLES[target]), ...labelled(entries, { width })].join("\n");
  });
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
function printShadow(shadow, width) {
  if (shadow === undefined) return "";
  const { outcome, error, denied, tokens } = shadow;
  const lines = [`${pc.bold("Without shadow")}  ${outcome}`];
  if (error !== null) lines.push(`  ${pc.red(visible(error))}`);
  if (denied !== null) lines.push(`  ${pc.red(`denied, and the user reads: ${visible(denied.reason)}`)}`);
  const sections = tokens
    .filter(({ changes, dropped }) => changes.length > 0 || dropped.length > 0)
    .map((token) => printToken({ ...token, before: {}, after: {} }, width));
  const all = [lines.join("\n"), ...sections, printElsewhere(shadow, width)].filter(
    (section) => section !== "",
  );
  if (all.length === 1 && denied === null) lines.push(pc.dim("  nothing would be set"));
  return [lines.join("\n"), ...all.slice(1)].join("\n\n");
}

/**
 * The waterfall: each call from its beginning to its end, over the time that the login took. Where there is no room for the
 * addresses beside it, they are below.
 */
function printCalls({ calls, durationMs }, width) {
  if (calls.length === 0) return `${pc.bold("Calls")}\n${pc.dim("  none")}`;
  const cells = calls.map(({ kind, name, method, url, startMs, endMs, status }) => ({
    name: visible(`  ${kind} ${name}`),
    address: visible(`${method} ${url}`),
    rest: [
      status === null ? pc.red("none") : status < 400 ? pc.green(status) : pc.red(status),
      endMs === null ? pc.red("not ended") : ms(endMs - startMs),
      waterfall(startMs, endMs, durationMs),
    ],
  }));
  const beside = columns(cells.map(({ name, address, rest }) => [name, address, ...rest]));
  if (fits(beside, width)) return [pc.bold("Calls"), ...beside].join("\n");
  const room = width - Math.max(...columns(cells.map(({ rest }) => ["", ...rest])).map(textWidth));
  const above = columns(cells.map(({ name, rest }) => [cutMiddle(name, room), ...rest]));
  const lines = cells.flatMap(({ name, address }, index) => [
    above[index],
    // The name whole, where its row has no room for it.
    ...(textWidth(name) > room ? [`    ${name.trimStart()}`] : []),
    pc.dim(`    ${address}`),
  ]);
  return [pc.bold("Calls"), ...lines].join("\n");
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

function printState({ cache, breakers, report }, width) {
  const bytes = cache.reduce((sum, entry) => sum + entry.bytes, 0);
  const lines = [
    `  ${cache.length} of ${CACHE_LIMITS.maxEntries} entries, ${count(bytes)} of ${count(CACHE_LIMITS.maxTotalBytes)} bytes`,
    ...cache.map(({ key, bytes: size, expiresInS }) => {
      const rest = `  ${count(size)} bytes, for ${count(expiresInS)} s`;
      return pc.dim(`  ${cutMiddle(visible(key), width - 2 - textWidth(rest))}${rest}`);
    }),
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
 * @param {number} [width]
 * @returns {string}
 */
export function printStorm(storm, width = outputWidth()) {
  const { logins, planned, users, concurrency, durationMs, latencyMs, histogram } = storm;
  const { tokenCalls, sourceCalls } = storm;
  const ended = logins < planned ? `${count(logins)} of ${count(planned)}` : count(logins);
  const facts = {
    logins: `${ended} of ${count(users)} users, ${count(concurrency)} at once, in ${ms(durationMs)}`,
    outcomes: listOf(storm.outcomes),
    ...(Object.keys(storm.errors).length > 0 ? { errors: listOf(storm.errors) } : {}),
    "token calls": count(tokenCalls),
    "source calls": count(sourceCalls),
    "a login took": `p50 ${ms(latencyMs.p50)}, p90 ${ms(latencyMs.p90)}, p99 ${ms(latencyMs.p99)}, at most ${ms(latencyMs.max)}`,
  };
  const see = seeSections(Object.keys(storm.errors));
  const entries = Object.entries(facts).map(([label, value]) => ({ label, value }));
  const most = Math.max(...histogram.map((bucket) => bucket.logins));
  const bars = columns(
    histogram.map((bucket) => [`  < ${bucket.toMs} ms`, count(bucket.logins), bar(bucket.logins / most)]),
    { aligns: ["right", "right", "left"] },
  );
  return [
    [pc.bold("Storm"), ...labelled(entries, { width }), ...(see === "" ? [] : [`  ${see}`])].join("\n"),
    [pc.bold("Latencies"), ...bars].join("\n"),
  ].join("\n\n");
}

function listOf(counts) {
  return Object.entries(counts)
    .map(([name, number]) => `${visible(name)} ${count(number)}`)
    .join(", ");
}

function sizeBar(bytes, limitBytes, room) {
  const share = bytes / limitBytes;
  const text = `${count(bytes)} of ${count(limitBytes)} bytes`;
  const size = Math.min(BAR_WIDTH, Math.max(0, room - text.length - 1));
  return `${(share > 0.9 ? pc.red : pc.dim)(text)} ${bar(share, size)}`.trimEnd();
}

function bar(share, size = BAR_WIDTH) {
  const eighths = Math.round(Math.min(share, 1) * size * 8);
  return "█".repeat(Math.floor(eighths / 8)) + BLOCKS[eighths % 8];
}

function json(value) {
  return visible(JSON.stringify(value) ?? "undefined");
}
