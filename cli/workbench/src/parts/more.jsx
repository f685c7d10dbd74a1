/**
 * A list of which the first items are shown, until all are asked for.
 */

import { useState } from "preact/hooks";
import { count } from "../../../src/count.js";

/**
 * @template T
 * @param {T[]} items
 * @param {number} most
 * @returns {{ shown: T[], more: any }} and the button that shows the rest, where there is one
 */
export function useMost(items, most) {
  const [isAll, setAll] = useState(false);
  if (items.length <= most) return { shown: items, more: null };
  const more = (
    <button type="button" class="quiet small more" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
      {isAll ? "Show fewer" : `Show all ${count(items.length)}`}
    </button>
  );
  return { shown: isAll ? items : items.slice(0, most), more };
}
