/**
 * What the next login is made of besides the texts: the instance, the cache, what fails, and the clock.
 */

import { useState } from "preact/hooks";
import { FAULT_NAMES } from "../../../src/simulation/in-memory.js";

/**
 * @param {object} props
 * @param {boolean} props.isRunnable
 * @param {(what: { restart?: boolean, clear?: boolean }) => void} props.onAgain
 * @param {{ kind: string, name: string }[]} props.targets
 * @param {Record<string, string>} props.faults
 * @param {(faults: Record<string, string>) => void} props.onFaults
 * @param {number} props.aheadMs
 * @param {(ms: number) => void} props.onAdvance
 */
export function Controls({ isRunnable, onAgain, targets, faults, onFaults, aheadMs, onAdvance }) {
  return (
    <section class="card controls" aria-label="Log in">
      <div class="row">
        <button type="button" onClick={() => onAgain({})} disabled={!isRunnable}>
          Log in again
        </button>
        <button type="button" class="quiet" onClick={() => onAgain({ restart: true })} disabled={!isRunnable}>
          In a new instance
        </button>
        <button type="button" class="quiet" onClick={() => onAgain({ clear: true })} disabled={!isRunnable}>
          With an empty cache
        </button>
        <Clock isRunnable={isRunnable} aheadMs={aheadMs} onAdvance={onAdvance} />
      </div>
      {targets.length > 0 && (
        <div class="row faults">
          {targets.map(({ kind, name }) => (
            <label key={kind + name} class="stacked">
              <span>
                {kind} <b>{name}</b>
              </span>
              <select
                class={`field ${faults[name] ? "failing" : ""}`}
                value={faults[name] ?? ""}
                onChange={({ currentTarget }) => onFaults({ ...faults, [name]: currentTarget.value })}
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
      )}
    </section>
  );
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  { title: "2 seconds", ms: 2 * SECOND },
  { title: "1 minute", ms: MINUTE },
  { title: "10 minutes", ms: 10 * MINUTE },
  { title: "1 hour", ms: HOUR },
  { title: "23 hours", ms: 23 * HOUR },
  { title: "1 day", ms: DAY },
];

function Clock({ isRunnable, aheadMs, onAdvance }) {
  const [step, setStep] = useState(1);
  return (
    <span class="clock">
      <label class="stacked">
        <span>
          Clock{" "}
          <span data-testid="ahead">{aheadMs === 0 ? "as it is" : `${describeTime(aheadMs)} ahead`}</span>
        </span>
        <select
          class="field"
          value={String(step)}
          onChange={({ currentTarget }) => setStep(Number(currentTarget.value))}
        >
          {STEPS.map(({ title }, index) => (
            <option key={title} value={String(index)}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="quiet" onClick={() => onAdvance(STEPS[step].ms)} disabled={!isRunnable}>
        Later
      </button>
    </span>
  );
}

/** @param {number} durationMs */
export function describeTime(durationMs) {
  const units = /** @type {const} */ ([
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
    [SECOND, "s"],
  ]);
  let left = Math.round(durationMs / SECOND) * SECOND;
  const parts = [];
  for (const [length, unit] of units) {
    const number = Math.floor(left / length);
    if (number > 0) parts.push(`${number} ${unit}`);
    left -= number * length;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}
