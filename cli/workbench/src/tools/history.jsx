/**
 * The logins so far: when each was on the clock, and where its token and its answers came from.
 */

import { ms } from "../../../src/count.js";
import { Scroll } from "../parts/scroll.jsx";
import { describeTime } from "./controls.jsx";

/** @param {{ logins: any[] }} props The latest first. */
export function History({ logins }) {
  if (logins.length === 0) return null;
  const [{ at: now }] = logins;
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">Logins so far</h2>
      <Scroll labelledby="history-title">
        <table class="comparison" data-testid="history">
          <thead>
            <tr>
              <th scope="col">when</th>
              <th scope="col">outcome</th>
              <th scope="col">took</th>
              <th scope="col">tokens</th>
              <th scope="col">sources</th>
              <th scope="col">breakers</th>
            </tr>
          </thead>
          <tbody>
            {logins.map(({ number, at, outcome, durationMs, report, breakers }) => (
              <tr key={number}>
                <td>{at === now ? "last" : `${describeTime(now - at)} earlier`}</td>
                <td>
                  <strong class={`chip ${outcome}`}>{outcome}</strong>
                </td>
                <td>{ms(durationMs)}</td>
                <td>{list(report?.tokens)}</td>
                <td>{list(report?.sources)}</td>
                <td>
                  {breakers.length === 0 ? "closed" : breakers.map(({ id }) => `${id} open`).join(", ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function list(parts = {}) {
  return Object.entries(parts)
    .map(([name, { from, error }]) => `${name}: ${from ?? "nowhere"}${error === null ? "" : ` (${error})`}`)
    .join(", ");
}
