/**
 * The view of one login's result.
 */

import { useState } from "preact/hooks";
import { count, ms } from "../../src/count.js";
import { CACHE_LIMITS } from "../../src/host/cache.js";
import {
  DROP_REASONS,
  describeMfa,
  describeReason,
  describeSessionChange,
  describeSource,
  TARGET_TITLES,
  TOKEN_TITLES,
} from "../../src/simulation/words.js";

const MARKS = { added: "+", changed: "~", removed: "−" };

/** @param {{ result: import("../../src/simulation/result.js").Simulation }} props */
export function Result({ result }) {
  return (
    <>
      <Outcome result={result} />
      {result.tokens.map((token) => (
        <Token key={token.token} token={token} />
      ))}
      <Elsewhere result={result} />
      <Waterfall result={result} />
      <LeftOut result={result} />
      <State result={result} />
      <section class="card" aria-labelledby="log-title">
        <h2 id="log-title">Log line</h2>
        <pre class="log">{result.logs.join("\n") || "nothing"}</pre>
      </section>
    </>
  );
}

function Outcome({ result: { outcome, error, denied, durationMs, deadlineMs, report } }) {
  return (
    <section class={`card outcome ${outcome}`} aria-label="Outcome">
      <p class="headline" data-testid="outcome">
        <strong>{outcome}</strong> in {ms(durationMs)} of {ms(deadlineMs)}
      </p>
      {error !== null && <p class="bad">{error}</p>}
      {denied !== null && <p>The user reads: “{denied.reason}”</p>}
      {(report?.errors ?? []).map(({ code, path, message }) => (
        <p class="bad" key={path + code}>
          <code>{code}</code> {path}: {message.split("\n")[0]}
        </p>
      ))}
      {(report?.warnings ?? []).map((warning) => (
        <p class="careful" key={warning}>
          {warning}
        </p>
      ))}
    </section>
  );
}

function Token({ token: { token, before, after, changes, bytes, limitBytes, dropped } }) {
  const [shown, setShown] = useState("after");
  const changed = new Map(changes.map((change) => [change.claim, change]));
  const claims = shown === "before" ? before : after;
  const removed = shown === "after" ? changes.filter(({ kind }) => kind === "removed") : [];
  return (
    <section class="card" aria-label={TOKEN_TITLES[token]} data-testid={token}>
      <header>
        <h2>{TOKEN_TITLES[token]}</h2>
        <fieldset class="switch">
          <legend class="hidden">Which claims of the {TOKEN_TITLES[token]} are shown</legend>
          {["before", "after"].map((name) => (
            <label key={name}>
              <input
                type="radio"
                name={`${token}-shown`}
                checked={shown === name}
                onChange={() => setShown(name)}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      </header>
      <SizeBar label={TOKEN_TITLES[token]} bytes={bytes} limitBytes={limitBytes} />
      {claims === null ? (
        <p class="muted">None.</p>
      ) : (
        <dl class="claims">
          {Object.entries(claims).map(([name, value]) => (
            <Claim
              key={name}
              name={name}
              value={value}
              change={shown === "after" ? changed.get(name) : undefined}
            />
          ))}
          {removed.map((change) => (
            <Claim key={change.claim} name={change.claim} value={change.before} change={change} />
          ))}
        </dl>
      )}
      {dropped.map(({ name, reason }) => (
        <p class="bad" key={name}>
          <code>{name}</code> would be dropped: {DROP_REASONS[reason] ?? reason}.
        </p>
      ))}
    </section>
  );
}

function Claim({ name, value, change }) {
  const kind = change?.kind ?? "same";
  return (
    <div class={`claim ${kind}`}>
      <dt>
        <span class="mark" aria-hidden="true">
          {MARKS[kind] ?? ""}
        </span>
        {kind !== "same" && <span class="hidden">{kind}: </span>}
        {name}
      </dt>
      <dd>{change?.kind === "changed" ? `${json(change.before)} → ${json(value)}` : json(value)}</dd>
    </div>
  );
}

function SizeBar({ label, bytes, limitBytes }) {
  const percent = Math.min(100, (100 * bytes) / limitBytes);
  return (
    <div class="size">
      <meter
        min={0}
        max={limitBytes}
        high={limitBytes * 0.9}
        value={bytes}
        aria-label={`${label}: bytes of claims`}
      >
        {percent.toFixed(0)} %
      </meter>
      <span class="muted">
        {count(bytes)} of {count(limitBytes)} bytes
      </span>
    </div>
  );
}

function Elsewhere({ result: { elsewhere, scopes, mfa, session, refresh_token: refreshToken } }) {
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
    <section class="card" aria-labelledby="elsewhere-title">
      <h2 id="elsewhere-title">Set besides the tokens</h2>
      {sections.map(([target, values]) => (
        <div key={target} data-testid={target}>
          <h3>{TARGET_TITLES[target]}</h3>
          <dl class="claims">
            {Object.entries(values).map(([name, value]) => (
              <Claim key={name} name={name} value={value} change={{ kind: "added" }} />
            ))}
          </dl>
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
      {effects.map(([title, lines]) => (
        <div key={title}>
          <h3>{title}</h3>
          <p>{lines.join("; ")}</p>
        </div>
      ))}
    </section>
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

function LeftOut({ result: { report } }) {
  const { left_out: leftOut = [], defaulted = [] } = report?.claims ?? {};
  return (
    <>
      <WithoutValue id="left-out-title" title="Left out" claims={leftOut} />
      <WithoutValue id="defaulted-title" title="Set to their default" claims={defaulted} />
    </>
  );
}

function WithoutValue({ id, title, claims }) {
  if (claims.length === 0) return null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="plain">
        {claims.map((claim) => (
          <li key={claim.claim + claim.target}>
            <code>{claim.claim}</code>
            {claim.target && ` of ${claim.target}`}: {describeReason(claim)}
          </li>
        ))}
      </ul>
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
    </section>
  );
}

function json(value) {
  return JSON.stringify(value) ?? "undefined";
}
