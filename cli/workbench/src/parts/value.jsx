/**
 * A value as JSON. What is large is shown in part, until it is asked for.
 */

import { useMemo, useState } from "preact/hooks";
import { count } from "../../../src/count.js";

/** Characters that are shown at once. */
const MAX_SHOWN = 400;

/** A value that is longer stands on several lines. */
const MAX_LINE = 60;

/** @param {{ value: unknown }} props */
export function Value({ value }) {
  return <Text text={useMemo(() => toJson(value), [value])} />;
}

/** @param {{ text: string }} props */
export function Text({ text }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= MAX_SHOWN) return <span class="value">{text}</span>;
  return (
    <span class="value">
      {isWhole ? text : `${text.slice(0, MAX_SHOWN)}…`}{" "}
      <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole ? "less" : `all ${count(text.length)} characters`}
      </button>
    </span>
  );
}

/** @param {unknown} value */
export function toJson(value) {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > MAX_LINE && typeof value === "object" ? JSON.stringify(value, null, 2) : text;
}
