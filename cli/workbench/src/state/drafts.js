/**
 * Drafts, kept in this browser: a reload, a crash or a closed tab costs nothing.
 *
 * Each tab keeps its own, so that two tabs on one folder do not overwrite each other. A tab holds a lock for as long as
 * it lives; the draft of one that does not live any more is taken over by the next.
 */

import { scope } from "./folder.js";

/** @typedef {import("./workspace.js").Content & { savedAt: number, base: Record<string, string | null> | null }} Draft */

const PREFIX = `claimsmith.draft.${scope}.`;
const LOCK = `claimsmith.tab.${scope}.`;
const TAB_KEY = `claimsmith.tab.${scope}`;

/** A tab that is loaded again finds its own lock held for a moment. */
const LOCK_WAIT_MS = 400;

let tab = "";
let key = "";

/**
 * @returns {Promise<Draft | null>} the draft of this tab, or of one that is closed
 */
export async function openDraft() {
  try {
    tab = sessionStorage.getItem(TAB_KEY) || newId();
    if (!(await hold(tab))) {
      tab = newId();
      await hold(tab);
    }
    sessionStorage.setItem(TAB_KEY, tab);
    key = PREFIX + tab;
    return read(key) ?? (await adopt());
  } catch {
    return null;
  }
}

/**
 * @param {Omit<Draft, "savedAt"> | null} draft Null where there is nothing to keep.
 * @returns {boolean} whether it is kept
 */
export function keepDraft(draft) {
  try {
    key ||= PREFIX + newId();
    if (draft === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ ...draft, savedAt: Date.now() }));
    return true;
  } catch {
    // No storage in private mode, or no room.
    return draft === null;
  }
}

const newId = () => crypto.getRandomValues(new Uint32Array(2)).join("-");

/** @returns {Promise<boolean>} whether this tab has the lock; without locks each tab has its own */
function hold(id) {
  if (navigator.locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(LOCK + id, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
        resolve(true);
        return new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
}

/** Takes over the latest draft whose tab is closed. */
async function adopt() {
  if (navigator.locks === undefined) return null;
  const { held = [] } = await navigator.locks.query();
  const living = new Set(held.map(({ name }) => name));
  const left = Object.keys(localStorage)
    .filter((name) => name.startsWith(PREFIX) && !living.has(LOCK + name.slice(PREFIX.length)))
    .map((name) => ({ name, draft: read(name) }))
    .sort((one, other) => (other.draft?.savedAt ?? 0) - (one.draft?.savedAt ?? 0));
  const [latest] = left;
  if (latest === undefined || latest.draft === null) return null;
  localStorage.setItem(key, JSON.stringify(latest.draft));
  localStorage.removeItem(latest.name);
  return latest.draft;
}

/** @returns {Draft | null} */
function read(name) {
  try {
    const draft = JSON.parse(localStorage.getItem(name) ?? "null");
    const isOne = ["config", "event", "answers"].every((pane) => typeof draft?.texts?.[pane] === "string");
    return isOne ? { trigger: "post-login", faults: {}, rows: [], base: null, ...draft } : null;
  } catch {
    return null;
  }
}
