/**
 * Many logins at once, and what they came to.
 */

import { useState } from "preact/hooks";
import { count, ms } from "../../../src/count.js";
import * as engine from "../engine.js";

/** @param {{ inputs: import("../engine.js").Inputs, isRunnable: boolean }} props */
export function Storm({ inputs, isRunnable }) {
  const [size, setSize] = useState({ logins: 500, users: 50, concurrency: 25 });
  const [done, setDone] = useState(/** @type {number | null} */ (null));
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [error, setError] = useState("");

  async function run() {
    setResult(null);
    setError("");
    setDone(0);
    try {
      setResult(await engine.storm({ inputs, ...size }, setDone));
    } catch (failure) {
      setError(/** @type {Error} */ (failure).message);
    }
    setDone(null);
  }

  return (
    <section class="card" aria-labelledby="storm-title">
      <h2 id="storm-title">Storm</h2>
      <form
        class="row"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          run();
        }}
      >
        {Object.keys(size).map((name) => (
          <label key={name} class="stacked">
            <span>{{ logins: "Logins", users: "Users", concurrency: "At once" }[name]}</span>
            <input
              class="field number"
              type="number"
              min={1}
              max={100_000}
              required
              value={size[name]}
              onInput={({ currentTarget }) => setSize({ ...size, [name]: Number(currentTarget.value) })}
            />
          </label>
        ))}
        <button type="submit" disabled={!isRunnable || done !== null}>
          Run
        </button>
      </form>
      {done !== null && <progress max={size.logins} value={done} aria-label="Logins that have ended" />}
      {error !== "" && <p class="bad">{error}</p>}
      {result !== null && <StormResult result={result} />}
    </section>
  );
}

function StormResult({
  result: { outcomes, errors, tokenCalls, sourceCalls, latencyMs, histogram, durationMs },
}) {
  const most = Math.max(...histogram.map(({ logins }) => logins));
  const list = (counts) =>
    Object.entries(counts)
      .map(([name, number]) => `${name} ${count(number)}`)
      .join(", ");
  return (
    <div data-testid="storm">
      <dl class="claims">
        {[
          ["outcomes", list(outcomes)],
          ...(Object.keys(errors).length > 0 ? [["errors", list(errors)]] : []),
          ["token calls", count(tokenCalls)],
          ["source calls", count(sourceCalls)],
          [
            "a login took",
            `p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}, at most ${ms(latencyMs.max)}`,
          ],
          ["all of them", ms(durationMs)],
        ].map(([name, value]) => (
          <div class="claim" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <table class="histogram">
        <caption class="hidden">Logins by how long they took</caption>
        <thead class="hidden">
          <tr>
            <th scope="col">Less than</th>
            <th scope="col">Logins</th>
          </tr>
        </thead>
        <tbody>
          {histogram.map(({ toMs, logins }) => (
            <tr key={toMs}>
              <th scope="row">&lt; {toMs} ms</th>
              <td>
                <meter min={0} max={most} value={logins} aria-hidden="true" /> {count(logins)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
