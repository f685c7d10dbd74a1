/**
 * An editor for JSON, with problems at their places and, for the configuration, what the schema knows; and one of a
 * single line for an expression.
 */

import { closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec, Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "preact/hooks";
import { editors } from "./editors.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
  { tag: [tags.punctuation, tags.comment], color: "var(--muted)" },
]);

export const APPEARANCE = [
  syntaxHighlighting(COLOURS),
  syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
];

/** Lines that are longer are not wrapped: to lay out half a megabyte at each key takes seconds. */
const MAX_WRAPPED = 5_000;

/** Diagnostics beyond these are told in the list alone. */
const MAX_MARKED = 200;

/**
 * @param {object} props
 * @param {string} props.name Of the pane.
 * @param {string} props.label
 * @param {string} props.value Is taken over where `revision` changes. Between that the editor has its own, which is
 *   ahead of what came back from whoever was told: a value that is late must not undo what was typed since.
 * @param {number} props.revision
 * @param {(text: string) => void} props.onChange
 * @param {() => boolean} props.onUndo Undoes more than an edit, where the last thing done was more; else it is false.
 * @param {readonly Mark[]} [props.marks]
 * @param {import("@codemirror/state").Extension} [props.assistance]
 *
 * @typedef {import("../../../src/config/text.js").PlacedProblem & { severity: "error" | "warning", mend?: string }} Mark
 */
export function Editor({ name, label, value, revision, onChange, onUndo, marks = [], assistance = [] }) {
  const host = useRef(/** @type {HTMLDivElement | null} */ (null));
  const view = useRef(/** @type {EditorView | null} */ (null));
  const calls = useRef({ onChange, onUndo });
  calls.current = { onChange, onUndo };
  const known = useRef({ assistance: new Compartment(), wrapping: new Compartment() });

  /** @param {string} doc */
  function createState(doc) {
    return EditorState.create({
      doc,
      extensions: [
        Prec.high(keymap.of([{ key: "Mod-z", run: () => calls.current.onUndo() }])),
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        json(),
        lintGutter(),
        APPEARANCE,
        // Tab is not among them: it leaves the editor, as it leaves every other field.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
        known.current.assistance.of(assistance),
        known.current.wrapping.of(hasLongLine(doc) ? [] : EditorView.lineWrapping),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) calls.current.onChange(update.state.doc.toString());
        }),
      ],
    });
  }

  useEffect(() => {
    const parent = /** @type {HTMLDivElement} */ (host.current);
    const created = new EditorView({ state: createState(value), parent });
    view.current = created;
    const forget = editors.add(name, created);
    return () => {
      forget();
      created.destroy();
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || revision === 0) return;
    // With the history that it had: an undo goes on where it left off.
    editor.setState(editors.takeRestored(name) ?? createState(value));
  }, [revision]);

  useEffect(() => {
    view.current?.dispatch({ effects: known.current.assistance.reconfigure(assistance) });
  }, [assistance, revision]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const end = editor.state.doc.length;
    const diagnostics = marks
      .slice(0, MAX_MARKED)
      .map(({ offset, length, message, code, mend, severity }) => ({
        from: Math.min(offset, end),
        to: Math.min(offset + length, end),
        severity,
        message: [`${message.split("\n")[0]} (${code})`, mend].filter(Boolean).join("\n"),
      }));
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [marks, revision]);

  return <div class="editor" ref={host} />;
}

function hasLongLine(text) {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    if (end - start > MAX_WRAPPED) return true;
    start = end + 1;
  }
  return text.length - start > MAX_WRAPPED;
}

/**
 * @param {object} props
 * @param {string} props.labelledby
 * @param {string} props.describedby
 * @param {string} props.value Is taken over where `revision` changes, as an editor's.
 * @param {number} props.revision
 * @param {(text: string) => void} props.onChange
 * @param {import("@codemirror/state").Extension} props.assistance
 */
export function ExpressionField({ labelledby, describedby, value, revision, onChange, assistance }) {
  const host = useRef(/** @type {HTMLDivElement | null} */ (null));
  const view = useRef(/** @type {EditorView | null} */ (null));
  const change = useRef(onChange);
  change.current = onChange;
  const known = useRef(new Compartment());

  useEffect(() => {
    const state = EditorState.create({
      doc: value,
      extensions: [
        history(),
        drawSelection(),
        bracketMatching(),
        // What is pasted becomes one line.
        EditorState.transactionFilter.of((transaction) =>
          transaction.newDoc.lines > 1 ? joined(transaction) : transaction,
        ),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        known.current.of(assistance),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-labelledby": labelledby,
          "aria-describedby": describedby,
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change.current(update.state.doc.toString());
        }),
      ],
    });
    view.current = new EditorView({ state, parent: /** @type {HTMLDivElement} */ (host.current) });
    return () => view.current?.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || revision === 0 || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [revision]);

  useEffect(() => {
    view.current?.dispatch({ effects: known.current.reconfigure(assistance) });
  }, [assistance]);

  return <div class="expression" ref={host} />;
}

/** @param {Transaction} transaction */
function joined(transaction) {
  const text = transaction.newDoc.toString().replaceAll(/\s*\n\s*/g, " ");
  const end = transaction.startState.doc.length;
  return { changes: { from: 0, to: end, insert: text }, selection: { anchor: text.length } };
}
