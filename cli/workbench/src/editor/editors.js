/**
 * The editors that are on the page, by the name of their pane: for what is done to one from elsewhere.
 */

import { EditorSelection } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** @type {Map<string, EditorView>} */
const views = new Map();

/** States to go back to, until their editor takes them. */
const restored = new Map();

export const editors = {
  /**
   * @param {string} name
   * @param {EditorView} view
   */
  add(name, view) {
    views.set(name, view);
    return () => views.delete(name);
  },

  /** @returns {Record<string, import("@codemirror/state").EditorState>} with what each can undo */
  capture: () => Object.fromEntries([...views].map(([name, view]) => [name, view.state])),

  /** @param {Record<string, import("@codemirror/state").EditorState>} states As captured. */
  restore(states) {
    for (const [name, state] of Object.entries(states)) restored.set(name, state);
  },

  /** @param {string} name */
  takeRestored(name) {
    const state = restored.get(name);
    restored.delete(name);
    return state;
  },

  /**
   * Changes what differs, so that the rest of the text, the cursor and the history stay.
   *
   * @param {string} name
   * @param {string} text
   */
  setText(name, text) {
    const view = views.get(name);
    if (view === undefined) return;
    const change = difference(view.state.doc.toString(), text);
    if (change !== null) view.dispatch({ changes: change, userEvent: "input.replace" });
  },

  /**
   * Selects a place and goes there.
   *
   * @param {string} name
   * @param {number} offset
   * @param {number} [length]
   */
  goTo(name, offset, length = 0) {
    const view = views.get(name);
    if (view === undefined) return;
    const end = view.state.doc.length;
    const from = Math.min(offset, end);
    const selection = EditorSelection.single(from, Math.min(from + length, end));
    view.dispatch({ selection, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    view.focus();
  },
};

function difference(before, after) {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
