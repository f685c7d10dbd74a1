/**
 * The outcome of the login, which stays in sight.
 */

import { count, ms } from "../../../src/count.js";

const SHORT_TITLES = { access_token: "access token", id_token: "ID token" };

/**
 * @param {object} props
 * @param {import("../../../src/simulation/result.js").Simulation | null} props.result
 * @param {import("../engine.js").EngineStatus} props.status
 * @param {boolean} props.isStale
 * @param {number} props.problems
 * @param {number} props.warnings
 * @param {() => void} props.onProblems Goes to the first.
 */
export function OutcomeBar({ result, status, isStale, problems, warnings, onProblems }) {
  return (
    <section class="bar" aria-label="Outcome" aria-busy={isStale}>
      {result === null ? (
        <span class="muted">{status.state === "failed" ? "no engine" : "no login yet"}</span>
      ) : (
        <span class={`bar-login ${isStale ? "stale" : ""}`}>
          <span class="outcome" data-testid="outcome">
            <strong class={`chip ${result.outcome}`}>{result.outcome}</strong>{" "}
            <span>
              in {ms(result.durationMs)}
              {result.deadlineMs !== null && <span class="wide-only"> of {ms(result.deadlineMs)}</span>}
            </span>
          </span>
          <span>
            {result.calls.length} {result.calls.length === 1 ? "call" : "calls"}
          </span>
          {result.tokens
            .filter(({ after }) => after !== null)
            .map(({ token, bytes, limitBytes }) => (
              <span
                key={token}
                class={bytes > limitBytes * 0.9 ? "bad" : ""}
                title={`of ${count(limitBytes)} bytes`}
              >
                {SHORT_TITLES[token]} {count(bytes)} B
              </span>
            ))}
          {result.shadow?.denied != null && <span class="bad">would be denied</span>}
        </span>
      )}
      {problems + warnings > 0 ? (
        <button type="button" class={problems > 0 ? "problem-count" : "warning-count"} onClick={onProblems}>
          {problems > 0 ? countOf(problems, "problem") : countOf(warnings, "warning")}
        </button>
      ) : (
        <span class="good no-problems">no problems</span>
      )}
    </section>
  );
}

const countOf = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
