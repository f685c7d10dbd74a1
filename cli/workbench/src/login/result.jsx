/**
 * The view of one login's result.
 */

import { useState } from "preact/hooks";
import { count, ms } from "../../../src/count.js";
import { CACHE_LIMITS } from "../../../src/host/cache.js";
import {
  describeMfa,
  describeReason,
  describeSessionChange,
  describeSource,
  TARGET_TITLES,
} from "../../../src/simulation/words.js";
import { Code } from "../parts/code.jsx";
import { CopyButton } from "../parts/copy.jsx";
import { useMost } from "../parts/more.jsx";
import { Payload, Token } from "./token.jsx";

/**
 * @param {object} props
 * @param {import("../../../src/simulation/result.js").Simulation} props.result
 * @param {(claim: string) => void} props.onExplain
 */
export function Result({ result, onExplain }) {
  const { shadow } = result;
  return (
    <>
      <Messages result={result} />
      {shadow !== undefined && <Shadow shadow={shadow} onExplain={onExplain} />}
      <div class="tokens">
        {result.tokens.map((token) => (
          <Token key={token.token} token={token} onExplain={onExplain} />
        ))}
      </div>
      <Elsewhere result={result} title="Set besides the tokens" onExplain={onExplain} />
      <LeftOut result={result} onExplain={onExplain} />
    </>
  );
}

/** Messages and claims that are listed at once. */
const MAX_LISTED = 30;

function Messages({ result: { error, denied, report } }) {
  const { shown: errors, more: moreErrors } = useMost(report?.errors ?? [], MAX_LISTED);
  const { shown: warnings, more: moreWarnings } = useMost(report?.warnings ?? [], MAX_LISTED);
  if (error === null && denied === null && errors.length + warnings.length === 0) return null;
  return (
    <section class="card" aria-label="Messages of the login">
      {error !== null && <p class="bad">{error}</p>}
      {denied !== null && <p>The user reads: “{denied.reason}”</p>}
      {errors.map(({ code, path, message }) => (
        <p class="bad" key={path + code}>
          <Code code={code} /> {path}: {message.split("\n")[0]}
        </p>
      ))}
      {moreErrors}
      {warnings.map((warning) => (
        <p class="careful" key={warning}>
          {warning}
        </p>
      ))}
      {moreWarnings}
    </section>
  );
}

/** What a login in the mode `shadow` would have come to: the tokens that users get are those below, unchanged. */
function Shadow({ shadow, onExplain }) {
  const changed = shadow.tokens.filter(({ changes, dropped }) => changes.length + dropped.length > 0);
  return (
    <section class="shadow" aria-labelledby="shadow-title" data-testid="shadow">
      <h2 id="shadow-title">Without shadow</h2>
      <p>
        The mode is <code>shadow</code>: nothing was set. Without it the login would be{" "}
        <strong class={`chip ${shadow.outcome}`}>{shadow.outcome}</strong>
        {shadow.denied !== null && <>, and the user would read: “{shadow.denied.reason}”</>}
      </p>
      {shadow.error !== null && <p class="bad">{shadow.error}</p>}
      <div class="tokens">
        {changed.map((token) => (
          <Token key={token.token} token={token} isShadow onExplain={onExplain} />
        ))}
      </div>
      {changed.length === 0 && shadow.denied === null && <p class="muted">The tokens would be the same.</p>}
      <Elsewhere result={shadow} title="Would be set besides the tokens" onExplain={onExplain} />
    </section>
  );
}

function Elsewhere({
  result: { elsewhere, scopes, mfa, session, refresh_token: refreshToken },
  title,
  onExplain,
}) {
  const sections = Object.entries(elsewhere);
  const scopeChanges = [
    ...scopes.added.map((name) => `+ ${name}`),
    ...scopes.removed.map((name) => `− ${name}`),
  ];
  const effects = [
    ["Further factor", mfa === null ? [] : [describeMfa(mfa)]],
    ["Session", session.map(describeSessionChange)],
    ["Refresh token", refreshToken.map(describeSessionChange)],
  ].filter(([, lines]) => lines.length > 0);
  if (sections.length === 0 && scopeChanges.length === 0 && effects.length === 0) return null;
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {sections.map(([target, values]) => (
        <div key={target} data-testid={target}>
          <h3>{TARGET_TITLES[target]}</h3>
          <Payload
            onExplain={onExplain}
            lines={Object.entries(values).map(([name, value]) => ({ name, value, kind: "added" }))}
          />
        </div>
      ))}
      {scopeChanges.length > 0 && (
        <>
          <h3>Scopes</h3>
          <p>
            <code>{scopeChanges.join("  ")}</code>
          </p>
        </>
      )}
      {effects.map(([name, lines]) => (
        <div key={name}>
          <h3>{name}</h3>
          <p>{lines.join("; ")}</p>
        </div>
      ))}
    </section>
  );
}

function LeftOut({ result: { report }, onExplain }) {
  const { left_out: leftOut = [], defaulted = [] } = report?.claims ?? {};
  return (
    <>
      <WithoutValue id="left-out-title" title="Left out" claims={leftOut} onExplain={onExplain} />
      <WithoutValue
        id="defaulted-title"
        title="Set to their default"
        claims={defaulted}
        onExplain={onExplain}
      />
    </>
  );
}

function WithoutValue({ id, title, claims, onExplain }) {
  const { shown, more } = useMost(claims, MAX_LISTED);
  if (claims.length === 0) return null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="plain">
        {shown.map((claim) => (
          <li key={claim.claim + claim.target}>
            <code>{claim.claim}</code>
            {claim.target && ` of ${claim.target}`}: {describeReason(claim)}{" "}
            <button
              type="button"
              class="link"
              aria-label={`why? ${claim.claim}`}
              onClick={() => onExplain(claim.claim)}
            >
              why?
            </button>
          </li>
        ))}
      </ul>
      {more}
    </section>
  );
}

/** @param {{ result: import("../../../src/simulation/result.js").Simulation }} props */
export function Calls({ result }) {
  const [isReportOpen, setReportOpen] = useState(false);
  return (
    <>
      <Waterfall result={result} />
      <State result={result} />
      <section class="card" aria-labelledby="log-title">
        <header>
          <h2 id="log-title">Log line</h2>
          <CopyButton label="the log line" text={() => result.logs.join("\n")} />
        </header>
        <pre class="log">{result.logs.join("\n") || "nothing"}</pre>
      </section>
      <section class="card" aria-labelledby="report-title">
        <header>
          <h2 id="report-title">Report</h2>
          <CopyButton label="the report" text={() => JSON.stringify(result.report, null, 2)} />
        </header>
        <details onToggle={({ currentTarget }) => setReportOpen(currentTarget.open)}>
          <summary>what `onReport` is given</summary>
          {isReportOpen && <pre data-testid="report">{JSON.stringify(result.report, null, 2)}</pre>}
        </details>
      </section>
    </>
  );
}

/** The calls over the time that the login had. */
function Waterfall({ result: { calls, durationMs, deadlineMs } }) {
  // A login is short beside its deadline: the scale is the login's own, and the deadline is told in words.
  const scaleMs = Math.max(1, durationMs);
  const percent = (timeMs) => (100 * Math.min(timeMs, scaleMs)) / scaleMs;
  return (
    <section class="card" aria-labelledby="calls-title">
      <header>
        <h2 id="calls-title">Calls</h2>
        <span class="muted">
          {ms(durationMs)} of {ms(deadlineMs)}, {((100 * durationMs) / deadlineMs).toFixed(1)} % of the
          deadline
        </span>
      </header>
      {calls.length === 0 && (
        <p class="muted">None: everything was there already, or nothing had to be asked.</p>
      )}
      <ol class="waterfall">
        {calls.map((call, index) => {
          const endMs = call.endMs ?? durationMs;
          const left = percent(call.startMs);
          const failed = call.status === null || call.status >= 400;
          return (
            <li key={index}>
              <span class="call-name">
                {call.kind} <b>{call.name}</b>
              </span>
              <span class="call-url" title={call.url}>
                {call.method} {call.url}
              </span>
              <span class={failed ? "bad" : "good"}>{call.status ?? "no answer"}</span>
              <span class="call-time">{ms(endMs - call.startMs)}</span>
              <svg class="call-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="track" width="100" height="6" />
                <rect
                  class={`bar ${call.kind} ${failed ? "failed" : ""}`}
                  x={left}
                  width={Math.max(0.8, percent(endMs) - left)}
                  height="6"
                />
              </svg>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function State({ result: { cache, breakers, report } }) {
  const bytes = cache.reduce((sum, entry) => sum + entry.bytes, 0);
  return (
    <section class="card" aria-labelledby="state-title">
      <h2 id="state-title">Where it came from</h2>
      <ul class="plain">
        {Object.entries(report?.tokens ?? {}).map(([name, { from }]) => (
          <li key={`t${name}`}>
            token <b>{name}</b>: {from ?? "nowhere"}
          </li>
        ))}
        {Object.entries(report?.sources ?? {}).map(([name, source]) => (
          <li key={`s${name}`}>
            source <b>{name}</b>: {describeSource(source)}
          </li>
        ))}
        <li>
          api.cache: {cache.length} of {CACHE_LIMITS.maxEntries} entries, {count(bytes)} of{" "}
          {count(CACHE_LIMITS.maxTotalBytes)} bytes
        </li>
        <li>
          breakers:{" "}
          {breakers.length === 0
            ? "all closed"
            : breakers.map(({ id, openForS }) => `${id} is open for ${openForS} s more`).join(", ")}
        </li>
      </ul>
      {cache.length > 0 && (
        <details>
          <summary>entries of api.cache</summary>
          <ul class="plain">
            {cache.map(({ key, bytes: size, expiresInS }) => (
              <li key={key}>
                <code>{key}</code>: {count(size)} bytes, for {count(expiresInS)} s
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
