/**
 * Beside the login: an expression on its data, faults, and a storm.
 */

import { useEffect, useState } from "preact/hooks";
import { count, ms } from "../../src/count.js";
import { FAULT_NAMES } from "../../src/simulation/in-memory.js";
import * as engine from "./engine.js";

/** @param {{ data: unknown, initial: string }} props */
export function ExpressionBox({ data, initial }) {
  const [expression, setExpression] = useState(initial);
  const [shown, setShown] = useState({ text: "", isError: false });
  useEffect(() => setExpression(initial), [initial]);

  useEffect(() => {
    let isCurrent = true;
    const show = (next) => isCurrent && setShown(next);
    engine.evaluate({ expression, data }).then(
      (value) => show({ text: JSON.stringify(value, null, 2), isError: false }),
      (error) => show({ text: error.message, isError: true }),
    );
    return () => {
      isCurrent = false;
    };
  }, [expression, data]);

  return (
    <section class="card" aria-labelledby="expression-title">
      <h2 id="expression-title">Try an expression</h2>
      <p class="muted" id="expression-help">
        JMESPath over <code>event</code> and what each source answered.
      </p>
      <input
        class="field code"
        value={expression}
        onInput={({ currentTarget }) => setExpression(currentTarget.value)}
        aria-labelledby="expression-title"
        aria-describedby="expression-help"
        spellcheck={false}
        autocomplete="off"
      />
      <pre class={shown.isError ? "bad" : ""} data-testid="value" role="status">
        {shown.text}
      </pre>
    </section>
  );
}

/**
 * @param {object} props
 * @param {{ kind: string, name: string }[]} props.targets
 * @param {Record<string, string>} props.faults
 * @param {(faults: Record<string, string>) => void} props.onChange
 */
export function Faults({ targets, faults, onChange }) {
  if (targets.length === 0) return null;
  return (
    <section class="card" aria-labelledby="faults-title">
      <h2 id="faults-title">Let something fail</h2>
      <div class="row">
        {targets.map(({ kind, name }) => (
          <label key={name} class="stacked">
            <span>
              {kind} <b>{name}</b>
            </span>
            <select
              class="field"
              value={faults[name] ?? ""}
              onChange={({ currentTarget }) => onChange({ ...faults, [name]: currentTarget.value })}
            >
              <option value="">works</option>
              {FAULT_NAMES.map((fault) => (
                <option key={fault} value={fault}>
                  {fault}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </section>
  );
}

/** @param {{ inputs: import("./engine.js").Inputs, isRunnable: boolean }} props */
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
