/**
 * A token's payload, with what the login changed marked in it.
 */

import { useId, useState } from "preact/hooks";
import { count } from "../../../src/count.js";
import { DROP_REASONS, TOKEN_TITLES } from "../../../src/simulation/words.js";
import { CopyButton } from "../parts/copy.jsx";
import { useMost } from "../parts/more.jsx";
import { Value } from "../parts/value.jsx";

/** What changes in a token besides claims of the configuration. */
const OURS = ["scope"];

/** Claims that are shown at once. */
const MAX_LINES = 100;

const MARKS = { added: "+", changed: "~", removed: "−", same: "" };

/** @param {{ token: import("../../../src/simulation/result.js").TokenResult, isShadow?: boolean, onExplain: (claim: string) => void }} props */
export function Token({
  token: { token, after, changes, bytes, limitBytes, dropped },
  isShadow = false,
  onExplain,
}) {
  const [isAll, setAll] = useState(true);
  const id = useId();
  const title = TOKEN_TITLES[token];
  const lines = linesOf(after ?? {}, changes).filter(({ kind }) => isAll || kind !== "same");
  return (
    <section class="card token" aria-labelledby={id} data-testid={isShadow ? `shadow-${token}` : token}>
      <header>
        <h2 id={id}>{isShadow ? `${title}, without shadow` : title}</h2>
        {after !== null && (
          <div class="row">
            <label class="check">
              <input type="checkbox" checked={!isAll} onChange={() => setAll(!isAll)} />
              <span>changes only</span>
            </label>
            <CopyButton label={`the payload of the ${title}`} text={() => JSON.stringify(after, null, 2)} />
          </div>
        )}
      </header>
      <SizeBar label={title} bytes={bytes} limitBytes={limitBytes} />
      {after === null ? <p class="muted">None.</p> : <Payload lines={lines} onExplain={onExplain} />}
      {dropped.map(({ name, reason }) => (
        <p class="bad" key={name}>
          <code>{name}</code> would be dropped: {DROP_REASONS[reason] ?? reason}.
        </p>
      ))}
    </section>
  );
}

/** The payload as JSON, a claim a line. */
export function Payload({ lines, onExplain }) {
  const { shown, more } = useMost(lines, MAX_LINES);
  if (lines.length === 0) return <p class="muted">Nothing changed.</p>;
  return (
    <>
      <dl class="payload">
        {shown.map(({ name, kind, value, was }) => (
          <div class={`claim ${kind}`} key={kind + name}>
            <span class="mark" aria-hidden="true">
              {MARKS[kind]}
            </span>
            <dt>
              {kind !== "same" && <span class="hidden">{kind}: </span>}
              {name}
            </dt>
            <dd>
              {kind === "changed" && (
                <>
                  <del>
                    <Value value={was} />
                  </del>{" "}
                  <span class="hidden">becomes</span>
                </>
              )}
              <Value value={value} />
              {kind !== "same" && !OURS.includes(name) && (
                <button
                  type="button"
                  class="link explain"
                  aria-label={`why? ${name}`}
                  onClick={() => onExplain(name)}
                >
                  why?
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {more}
    </>
  );
}

/** Before and after as one: what is there, and at its end what went. */
function linesOf(after, changes) {
  const changed = new Map(changes.map((change) => [change.claim, change]));
  return [
    ...Object.entries(after).map(([name, value]) => {
      const { kind = "same", before: was } = changed.get(name) ?? {};
      return { name, kind, value, was };
    }),
    ...changes
      .filter(({ kind }) => kind === "removed")
      .map(({ claim, before: value }) => ({ name: claim, kind: "removed", value })),
  ].sort((one, other) => Number(one.kind === "same") - Number(other.kind === "same"));
}

/** @param {{ label: string, bytes: number, limitBytes: number }} props */
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
