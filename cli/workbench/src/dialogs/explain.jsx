/**
 * How a value of the login came about: each step of its expression, and what became of it.
 */

import { useEffect, useState } from "preact/hooks";
import { ROLES } from "../../../src/explain/words.js";
import { DROP_REASONS, describeReason } from "../../../src/simulation/words.js";
import * as engine from "../engine.js";
import { Dialog } from "../parts/dialog.jsx";
import { Text } from "../parts/value.jsx";

const STATES = { answered: "answered", not_asked: "not asked", failed: "failed" };

/**
 * @param {object} props
 * @param {import("../engine.js").Inputs} props.inputs
 * @param {string} props.place The name of a claim, or a path as `check` writes it.
 * @param {(place: string) => void} props.onPlace
 * @param {() => void} props.onClose
 */
export function ExplainDialog({ inputs, place, onPlace, onClose }) {
  const [seen, setSeen] = useState(/** @type {{ explanation: any, places: string[] } | null} */ (null));
  const [failure, setFailure] = useState("");

  useEffect(() => {
    let isCurrent = true;
    engine.explain({ inputs, place }).then(
      (found) => {
        if (!isCurrent) return;
        setSeen(found);
        setFailure("");
      },
      (error) => isCurrent && setFailure(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [inputs, place]);

  const places = seen?.places ?? [];
  return (
    <Dialog title="How it came about" onClose={onClose} isWide>
      <label class="stacked">
        <span>Explain</span>
        <select class="field" value={place} onChange={({ currentTarget }) => onPlace(currentTarget.value)}>
          {!places.includes(place) && <option value={place}>{place}</option>}
          {places.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {failure !== "" && <p class="bad">{failure}</p>}
      {seen !== null && (
        <div data-testid="explanation">
          {seen.explanation === undefined ? (
            <p class="muted">
              No expression stands there: its name is made of several parts. Choose its entry above.
            </p>
          ) : (
            <Explanation explanation={seen.explanation} />
          )}
        </div>
      )}
    </Dialog>
  );
}

function Explanation({ explanation: { outcome, denied, reason, expressions, values, sources, claim } }) {
  const shown = [
    ...expressions,
    ...Object.entries(values).map(([name, step]) => ({ path: `values.${name}`, step })),
  ];
  return (
    <>
      {reason !== null && <p class="careful headline">{reason}</p>}
      {denied !== null && <p>The user reads: “{denied}”</p>}
      {shown.map(({ path, step }) => (
        <section key={path} aria-label={path}>
          <h3>{path}</h3>
          <ul class="steps">
            <Step step={step} />
          </ul>
        </section>
      ))}
      {Object.keys(sources).length > 0 && (
        <>
          <h3>Sources</h3>
          <ul class="plain">
            {Object.entries(sources).map(([name, { state, error, status }]) => (
              <li key={name}>
                <b>{name}</b>: {STATES[state]}
                {[error, status === null ? null : `status ${status}`]
                  .filter((part) => part !== null)
                  .map((part) => `, ${part}`)}
              </li>
            ))}
          </ul>
        </>
      )}
      {claim !== null && <Became claim={claim} outcome={outcome} />}
    </>
  );
}

/** One step and its parts, each further in. */
function Step({ step }) {
  const { text, role = "", steps = [], items, note, lost, outcome } = step;
  return (
    <li>
      {ROLES.has(role) && <span class="muted">{ROLES.get(role)} </span>}
      <code>{text}</code> <Outcome step={step} />
      {note !== undefined && <p class="muted">{note}</p>}
      {lost !== undefined && lost.at !== text && outcome === "null" && (
        <p class="muted">
          <code>{lost.at}</code> is null already
        </p>
      )}
      {lost?.near !== undefined && (
        <p class="careful">
          did you mean <code>{lost.near}</code>?
        </p>
      )}
      {(steps.length > 0 || items !== undefined) && (
        <ul class="steps">
          {steps.map((part, index) => (
            <Step key={index} step={part} />
          ))}
          {items !== undefined && <Items items={items} />}
        </ul>
      )}
    </li>
  );
}

function Items({ items: { total, passed, kept, shown } }) {
  const isFiltered = shown.some(({ condition }) => condition !== undefined);
  return (
    <li>
      <span class="muted">
        {total} {total === 1 ? "item" : "items"}
        {isFiltered && `, ${passed} passed`}, {kept} kept
      </span>
      <ul class="steps">
        {shown.map(({ index, value, condition, each }) => (
          <li key={index}>
            {condition !== undefined && (
              <span class={condition.holds === true ? "good" : "bad"}>
                {condition.holds === true ? "passes" : "does not pass"}{" "}
              </span>
            )}
            <span class="muted">[{index}]</span>{" "}
            <code>
              <Text text={value} />
            </code>
            {(condition !== undefined || each !== undefined) && (
              <ul class="steps">
                {condition !== undefined && <Step step={condition} />}
                {each !== undefined && <Step step={each} />}
              </ul>
            )}
          </li>
        ))}
        {shown.length < total && <li class="muted">and {total - shown.length} more</li>}
      </ul>
    </li>
  );
}

function Outcome({ step: { outcome, value = "", holds, cause, message } }) {
  const decided = holds === undefined || value === String(holds) ? "" : holds ? ", holds" : ", does not hold";
  if (outcome === "value") {
    return (
      <span class="good">
        = <Text text={value} />
        {decided}
      </span>
    );
  }
  if (outcome === "null") return <span class="careful">= null{decided}</span>;
  if (outcome === "unavailable") {
    return (
      <span class="bad">
        {cause === "not_asked" ? "unavailable: the source was not asked" : "unavailable"}
        {decided}
      </span>
    );
  }
  if (outcome === "error") return <span class="bad">error: {message}</span>;
  return <span class="muted">not evaluated</span>;
}

function Became({ claim, outcome }) {
  const lines = [
    ...claim.set.map(({ target, name, value }) => ["good", `${target}: ${name} is ${JSON.stringify(value)}`]),
    ...claim.defaulted.map(({ name, reason, source }) => [
      "careful",
      `${name} has its default: ${describeReason({ reason, source: source ?? undefined })}`,
    ]),
    ...claim.left_out.map(({ name, reason, target, source }) => [
      "careful",
      `${name} is left out${target === null ? "" : ` of ${target}`}: ${describeReason({ reason, source: source ?? undefined })}`,
    ]),
    ...claim.dropped.map(({ target, name, reason }) => [
      "bad",
      `Auth0 drops ${name} of ${target}: ${DROP_REASONS[reason] ?? reason}`,
    ]),
    ...claim.errors.map(({ code, path, message }) => ["bad", `${code} ${path}: ${message}`]),
  ];
  return (
    <>
      <h3>What became of it</h3>
      {lines.length === 0 && <p class="muted">Nothing was set: the login was {outcome}.</p>}
      <ul class="plain">
        {lines.map(([kind, text]) => (
          <li key={text} class={kind}>
            <Text text={text} />
          </li>
        ))}
      </ul>
    </>
  );
}
