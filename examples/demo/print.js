// What the demo shows in a terminal.

import { styleText } from "node:util";

const hasColours = process.stdout.isTTY && !process.env.NO_COLOR;
const style = (format, text) => (hasColours ? styleText(format, text) : text);

const ORIGINS = {
  endpoint: "asked for at the OAuth server",
  cache: "found in api.cache",
  memory: "found in memory",
  shared: "shared with a login beside this one",
};

const WIDTH = 28;

export function printStart({ code, tenant }) {
  console.log();
  console.log(style("bold", "Claimsmith: a login enriched for real"));
  console.log();
  row(
    "the Action",
    `dist/action.js, ${Buffer.byteLength(code).toLocaleString("en")} bytes, as it would be pasted`,
  );
  row("OAuth server", `${tenant.oauthServer.url}  client credentials, RS256 access tokens`);
  row("user API", `${tenant.backend.url}  checks issuer, audience, expiry and signature`);
}

export function printLogin({ title, result, calls }) {
  console.log();
  console.log(style("bold", `── ${title} ${"─".repeat(Math.max(3, 74 - title.length))}`));
  printToken("ID token", result.before.idToken, result.after.idToken);
  printToken("access token", result.before.accessToken, result.after.accessToken);
  console.log();
  const parts = readLine(result.logs[0]);
  const engineMs = result.initDurationMs;
  if (engineMs > 0) row("engine", `started, once an instance`, engineMs);
  row("machine-to-machine token", ORIGINS[parts.token.from], parts.token.ms);
  row("user API", `status ${parts.source.status}`, parts.source.ms);
  row(
    "the login in all",
    `${plural(calls.token, "token call")}, ${plural(calls.backend, "backend call")}`,
    result.durationMs,
  );
  row("log", style("dim", result.logs[0]));
}

export function printSummary({ tenant, logins }) {
  const { length: tokenCalls } = tenant.oauthServer.tokenCalls;
  const accepted = tenant.backend.calls.filter(({ authorized }) => authorized).length;
  console.log();
  console.log(
    `${style("bold", `${logins} logins, ${plural(tokenCalls, "token call")}.`)} ` +
      `The backend accepted ${accepted} of ${tenant.backend.calls.length} calls, each with a verified token.`,
  );
  console.log();
}

/** The claims of a token: those that it had before, and marked with + what the Action added. */
function printToken(name, before, after) {
  console.log();
  console.log(`  ${style("bold", name)}  ${count(before)} before, ${count(after)} after`);
  const format = (claim) => `${claim.padEnd(WIDTH)} ${JSON.stringify(after[claim])}`;
  for (const claim of Object.keys(before)) console.log(style("dim", `    ${format(claim)}`));
  for (const claim of Object.keys(after)) {
    if (!(claim in before)) console.log(style("green", `  + ${format(claim)}`));
  }
}

function count(claims) {
  return plural(Object.keys(claims).length, "claim");
}

function plural(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function row(name, text, durationMs) {
  const duration = durationMs === undefined ? "" : `${durationMs.toFixed(1)} ms`;
  console.log(
    `  ${name.padEnd(WIDTH - 2)} ${duration ? text.padEnd(36) : text}${duration.padStart(duration && 10)}`,
  );
}

/** The parts of `claimsmith enriched 41ms api=endpoint/22ms profile=200/17ms …`. */
function readLine(line) {
  const [, from, tokenMs] = line.match(/ api=(\w+)\/(\d+)ms/);
  const [, status, sourceMs] = line.match(/ profile=(\d+)\/(\d+)ms/);
  return { token: { from, ms: Number(tokenMs) }, source: { status, ms: Number(sourceMs) } };
}
