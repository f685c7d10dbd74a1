/**
 * Several users and clients: a login of each, with their tokens side by side.
 */

import { useEffect, useId, useState } from "preact/hooks";
import { ms } from "../../../src/count.js";
import { TARGET_TITLES, TOKEN_TITLES } from "../../../src/simulation/words.js";
import * as engine from "../engine.js";
import { Scroll } from "../parts/scroll.jsx";
import { Value } from "../parts/value.jsx";

const FIELDS = {
  user: "User id",
  client: "Client id",
  organization: "Organisation id",
  more: "Else, as JSON",
};

const EMPTY = Object.freeze({ user: "", client: "", organization: "", more: "" });

/**
 * @param {object} props
 * @param {import("../engine.js").Inputs} props.inputs
 * @param {boolean} props.isRunnable
 * @param {import("../state/workspace.js").Row[]} props.rows
 * @param {(rows: import("../state/workspace.js").Row[]) => void} props.onRows
 */
export function Logins({ inputs, isRunnable, rows, onRows }) {
  const [results, setResults] = useState(/** @type {any[]} */ ([]));
  const [failure, setFailure] = useState("");
  const isUser = inputs.trigger === "post-login";
  const fields = Object.keys(FIELDS).filter((name) => isUser || name === "client" || name === "more");

  useEffect(() => {
    if (!isRunnable || rows.length === 0) return;
    let isCurrent = true;
    engine.logins({ inputs, rows }).then(
      (found) => {
        if (!isCurrent) return;
        setResults(found);
        setFailure("");
      },
      (error) => isCurrent && setFailure(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [inputs, rows, isRunnable]);

  const change = (index, name, text) =>
    onRows(rows.map((row, at) => (at === index ? { ...row, [name]: text } : row)));

  return (
    <section class="card" aria-labelledby="logins-title">
      <header>
        <h2 id="logins-title">Users and clients</h2>
        <button
          type="button"
          class="quiet small"
          onClick={() =>
            onRows([...rows, rows.length === 0 ? { ...EMPTY, user: isUser ? "auth0|alice" : "" } : EMPTY])
          }
        >
          Add a row
        </button>
      </header>
      <p class="muted">
        Each row is a login of its own, one after the other in one instance. What a row leaves out is the
        event's.
      </p>
      {rows.map((row, index) => (
        <fieldset class="row login-row" key={index}>
          <legend class="hidden">Login {index + 1}</legend>
          <span class="login-number" aria-hidden="true">
            {index + 1}
          </span>
          {fields.map((name) => (
            <label class="stacked" key={name}>
              <span>{FIELDS[name]}</span>
              <input
                class="field code"
                value={row[name]}
                placeholder={name === "more" ? '{ "user": { … } }' : "as the event"}
                spellcheck={false}
                autocomplete="off"
                onInput={({ currentTarget }) => change(index, name, currentTarget.value)}
              />
            </label>
          ))}
          <button
            type="button"
            class="quiet small"
            aria-label={`Remove login ${index + 1}`}
            onClick={() => onRows(rows.filter((_, at) => at !== index))}
          >
            Remove
          </button>
        </fieldset>
      ))}
      {failure !== "" && <p class="bad">{failure}</p>}
      {rows.length > 0 && results.length > 0 && <Comparison results={results.slice(0, rows.length)} />}
    </section>
  );
}

/** Claims as rows, logins as columns: tokens have more claims than a screen is wide. */
function Comparison({ results }) {
  const id = useId();
  const groups = groupsOf(results);
  return (
    <Scroll labelledby={id}>
      <table class="comparison" data-testid="logins">
        <caption class="hidden" id={id}>
          The tokens of the logins side by side
        </caption>
        <thead>
          <tr>
            <td />
            {results.map((_, index) => (
              <th scope="col" key={index}>
                {index + 1}
              </th>
            ))}
          </tr>
          <tr>
            <th scope="row">outcome</th>
            {results.map(({ result, error }, index) => (
              <td key={index}>
                {error !== undefined ? (
                  <span class="bad">{error}</span>
                ) : (
                  <>
                    <strong class={`chip ${result.outcome}`}>{result.outcome}</strong> {ms(result.durationMs)}
                    , {result.calls.length} {result.calls.length === 1 ? "call" : "calls"}
                    {result.denied !== null && <>: “{result.denied.reason}”</>}
                  </>
                )}
              </td>
            ))}
          </tr>
        </thead>
        {groups.map(({ title, names, valuesOf }) => (
          <tbody key={title}>
            <tr>
              <th scope="rowgroup" colSpan={results.length + 1} class="group">
                {title}
              </th>
            </tr>
            {names.map((name) => {
              const values = results.map(({ result }) =>
                result === undefined ? undefined : valuesOf(result)[name],
              );
              const isSame = new Set(values.map((value) => JSON.stringify(value))).size === 1;
              return (
                <tr key={name} class={isSame ? "" : "differs"}>
                  <th scope="row">{name}</th>
                  {values.map((value, index) => (
                    <td key={index}>
                      {value === undefined ? <span class="muted">—</span> : <Value value={value} />}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        ))}
      </table>
    </Scroll>
  );
}

/** What the logins set, by where it went, and who they are. */
function groupsOf(results) {
  const all = results.flatMap(({ result }) => (result === undefined ? [] : [result]));
  const tokenGroups = Object.entries(TOKEN_TITLES).map(([token, title]) => {
    const find = (result) => result.tokens.find((found) => found.token === token);
    const changed = all.flatMap((result) => find(result).changes.map(({ claim }) => claim));
    return {
      title,
      names: [...new Set(["sub", ...changed])],
      valuesOf: (result) => find(result).after ?? {},
    };
  });
  const targets = [...new Set(all.flatMap(({ elsewhere }) => Object.keys(elsewhere)))].map((target) => ({
    title: TARGET_TITLES[target],
    names: [...new Set(all.flatMap(({ elsewhere }) => Object.keys(elsewhere[target] ?? {})))],
    valuesOf: ({ elsewhere }) => elsewhere[target] ?? {},
  }));
  return [...tokenGroups, ...targets];
}
