/**
 * Keeps what is worked on in this browser, and asks before it is lost where that cannot be.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { keepDraft } from "../state/drafts.js";
import { isAnyTouched } from "../state/workspace.js";

const PAUSE_MS = 400;

/**
 * @param {import("../state/workspace.js").Workspace} state
 * @returns {boolean} false where the browser does not keep it
 */
export function useDraft(state) {
  const [isKept, setKept] = useState(true);
  const current = useRef({ state, isPending: false, isKept });
  current.current.state = state;

  useEffect(() => {
    const keep = () => {
      const { state: now, isPending } = current.current;
      if (!isPending) return;
      current.current.isPending = false;
      const isWorth = isAnyTouched(now) || now.content.rows.length > 0;
      const wasKept = keepDraft(isWorth ? { ...now.content, base: baseOf(now) } : null);
      current.current.isKept = wasKept;
      setKept(wasKept);
    };
    current.current.isPending = true;
    const timer = setTimeout(keep, PAUSE_MS);
    const onHidden = () => document.visibilityState === "hidden" && keep();
    const onUnload = (/** @type {BeforeUnloadEvent} */ event) => {
      keep();
      if (!current.current.isKept && isAnyTouched(current.current.state)) event.preventDefault();
    };
    addEventListener("beforeunload", onUnload);
    addEventListener("pagehide", keep);
    document.addEventListener("visibilitychange", onHidden);
    return () => {
      clearTimeout(timer);
      removeEventListener("beforeunload", onUnload);
      removeEventListener("pagehide", keep);
      document.removeEventListener("visibilitychange", onHidden);
    };
  }, [state.content]);
  return isKept;
}

/** What the files held that the edits began with. */
function baseOf({ stored, content }) {
  if (stored === null || content.origin.kind !== "files") return null;
  return Object.fromEntries(Object.entries(stored).map(([name, { text }]) => [name, text]));
}
