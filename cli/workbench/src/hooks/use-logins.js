/**
 * Checks the texts and logs in again, soon after each change.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as engine from "../engine.js";

/** After the last key: long enough for a word, short enough to seem at once. */
const PAUSE_MS = 150;

/** The logins that are listed. */
const MAX_HISTORY = 20;

/** @typedef {import("../../../src/config/text.js").PlacedProblem} PlacedProblem */

const NOTHING_FOUND = Object.freeze({
  /** @type {Record<string, PlacedProblem[]>} */
  problems: { config: [], event: [], answers: [] },
  /** @type {PlacedProblem[]} */
  warnings: [],
  /** @type {{ kind: string, name: string }[]} */
  targets: [],
  /** @type {string[]} */
  secrets: [],
});

/**
 * @param {import("../state/workspace.js").Content} content
 */
export function useLogins({ texts, trigger, faults }) {
  const status = useEngineStatus();
  const [found, setFound] = useState(NOTHING_FOUND);
  const [failure, setFailure] = useState("");
  const [history, setHistory] = useState(/** @type {any[]} */ ([]));
  const [aheadMs, setAhead] = useState(0);
  const [run, setRun] = useState(0);
  /** What the last login was made of. */
  const [done, setDone] = useState(/** @type {import("../engine.js").Inputs | null} */ (null));
  const [settled, setSettled] = useState(/** @type {unknown} */ (null));
  const fresh = useRef({ restart: false, clear: false });
  const count = useRef(0);

  const inputs = useMemo(() => ({ ...texts, faults: chosen(faults), trigger }), [texts, faults, trigger]);
  // Another value where the same is to be done once more.
  const turn = useMemo(() => ({ inputs, run }), [inputs, run]);

  const latest = useRef(turn);
  latest.current = turn;
  const isBusy = useRef(false);

  useEffect(() => {
    const timer = setTimeout(work, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [turn]);

  /** One at a time: what is typed meanwhile is looked at once, when that is done, and not at each key. */
  async function work() {
    if (isBusy.current) return;
    isBusy.current = true;
    const now = latest.current;
    try {
      await runTurn(now);
    } finally {
      isBusy.current = false;
      if (latest.current !== now) work();
    }
  }

  async function runTurn(/** @type {typeof turn} */ now) {
    const isCurrent = () => latest.current === now;
    const { config, event, answers, trigger: ofTrigger } = now.inputs;
    try {
      const seen = await engine.check({ texts: { config, event, answers }, trigger: ofTrigger });
      if (!isCurrent()) return;
      setFound(seen);
      if (Object.values(seen.problems).some((problems) => problems.length > 0)) return;
      const asked = fresh.current;
      // Before the answer: a button that is pressed meanwhile is for the next login.
      fresh.current = { restart: false, clear: false };
      const result = await engine.login({ inputs: now.inputs, ...asked });
      if (!isCurrent()) return;
      setFailure("");
      setDone(now.inputs);
      setHistory((before) => [{ ...result, number: ++count.current }, ...before].slice(0, MAX_HISTORY));
    } catch (error) {
      if (isCurrent()) setFailure(/** @type {Error} */ (error).message);
    } finally {
      if (isCurrent()) setSettled(now);
    }
  }

  const again = useCallback((/** @type {{ restart?: boolean, clear?: boolean }} */ what) => {
    fresh.current = { ...fresh.current, ...what };
    setRun((before) => before + 1);
  }, []);

  const advance = useCallback(async (/** @type {number} */ ms) => {
    setAhead(await engine.advance({ ms }));
    setRun((before) => before + 1);
  }, []);

  const problemCount = Object.values(found.problems).reduce((sum, { length }) => sum + length, 0);
  return {
    ...found,
    status,
    failure,
    history,
    result: history[0] ?? null,
    done,
    isSettled: settled === turn,
    isRunnable: problemCount === 0 && failure === "" && status.state === "ready",
    problemCount: problemCount + (failure === "" ? 0 : 1),
    aheadMs,
    again,
    advance,
  };
}

/** @returns {import("../engine.js").EngineStatus} */
function useEngineStatus() {
  const [status, setStatus] = useState(
    /** @type {import("../engine.js").EngineStatus} */ ({ state: "loading", message: "" }),
  );
  useEffect(() => engine.watchStatus(setStatus), []);
  return status;
}

function chosen(faults) {
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== ""));
}
