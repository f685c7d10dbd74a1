/**
 * An editor for JSON, with problems at their places and, for the configuration, what the schema knows.
 */

import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  bracketMatching,
  defaultHighlightStyle,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { findNodeAtLocation, getLocation, parseTree } from "jsonc-parser";
import { useEffect, useRef } from "preact/hooks";
import { describeAt, suggestKeys, suggestMembers, suggestValues } from "./schema.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-value)" },
  { tag: [tags.punctuation, tags.comment], color: "var(--muted)" },
]);

/** Always the same list, so that nothing is drawn anew. */
const NONE = [];

/**
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.value Is taken over where `revision` changes. Between that the editor has its own, which is
 *   ahead of what came back from whoever was told: a value that is late must not undo what was typed since.
 * @param {number} props.revision
 * @param {(text: string) => void} props.onChange
 * @param {import("../../src/config/text.js").PlacedProblem[]} [props.problems]
 * @param {import("../../src/config/file.js").PlacedWarning[]} [props.warnings]
 * @param {import("./schema.js").Schema} [props.schema]
 * @param {string} [props.trigger] Whose event the expressions read.
 */
export function Editor({
  label,
  value,
  revision,
  onChange,
  problems = NONE,
  warnings = NONE,
  schema,
  trigger = "post-login",
}) {
  const host = useRef(/** @type {HTMLDivElement | null} */ (null));
  const view = useRef(/** @type {EditorView | null} */ (null));
  const change = useRef(onChange);
  change.current = onChange;
  const assistance = useRef(new Compartment());

  useEffect(() => {
    const state = EditorState.create({
      doc: value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        json(),
        lintGutter(),
        syntaxHighlighting(COLOURS),
        syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
        // Tab is not among them: it leaves the editor, as it leaves every other field.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        assistance.current.of([]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change.current(update.state.doc.toString());
        }),
      ],
    });
    view.current = new EditorView({ state, parent: /** @type {HTMLDivElement} */ (host.current) });
    return () => view.current?.destroy();
  }, []);

  useEffect(() => {
    const extension = schema === undefined ? [] : assist(schema, trigger);
    view.current?.dispatch({ effects: assistance.current.reconfigure(extension) });
  }, [schema, trigger]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    }
  }, [revision]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const end = editor.state.doc.length;
    const marked = (found, severity) =>
      found.map(({ offset, length, message, mend, code }) => ({
        from: Math.min(offset, end),
        to: Math.min(offset + length, end),
        severity,
        message: [`${message.split("\n")[0]} (${code})`, mend].filter(Boolean).join("\n"),
      }));
    const diagnostics = [...marked(problems, "error"), ...marked(warnings, "warning")];
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [problems, warnings]);

  return <div class="editor" ref={host} />;
}

function assist(schema, trigger) {
  return [
    autocompletion({
      override: [(context) => completeMember(schema, trigger, context) ?? complete(schema, context)],
      activateOnTyping: true,
    }),
    hoverTooltip((editor, position) => explain(schema, editor.state.doc.toString(), position)),
  ];
}

/** Completes a member of the event in an expression. */
function completeMember(schema, trigger, context) {
  const chain = context.matchBefore(/(?<![\w.])\$?event(\.\w+)*\.\w*/);
  if (chain === null) return null;
  const [, ...names] = chain.text.split(".");
  const begun = names.pop() ?? "";
  const options = suggestMembers(schema, trigger, names);
  return {
    from: chain.to - begun.length,
    validFor: /^\w*$/,
    options: options.map(({ label, type, info }) => ({ label, detail: type, info, type: "property" })),
  };
}

function complete(schema, context) {
  const text = context.state.doc.toString();
  const { path, isAtPropertyKey, previousNode } = getLocation(text, context.pos);
  const within =
    previousNode &&
    previousNode.offset <= context.pos &&
    context.pos <= previousNode.offset + previousNode.length;
  const word = context.matchBefore(/[\w"]*/);
  if (!within && !context.explicit && (word === null || word.from === word.to)) return null;

  const from = within ? previousNode.offset : (word?.from ?? context.pos);
  const to = within ? previousNode.offset + previousNode.length : context.pos;
  const suggestions = isAtPropertyKey
    ? suggestKeys(schema, path.slice(0, -1), keysAt(text, path.slice(0, -1)))
    : suggestValues(schema, path);
  const rest = text.slice(to);
  return {
    from,
    to,
    filter: true,
    options: suggestions.map(({ label, text: inserted, info }) => ({
      label: isAtPropertyKey ? JSON.stringify(label) : label,
      displayLabel: label,
      // A colon that is there already is kept.
      apply: isAtPropertyKey && /^\s*:/.test(rest) ? JSON.stringify(label) : inserted,
      info,
      type: isAtPropertyKey ? "property" : "constant",
    })),
  };
}

function keysAt(text, path) {
  const tree = parseTree(text);
  const node = tree && findNodeAtLocation(tree, path);
  return (node?.children ?? []).map((property) => property.children?.[0]?.value);
}

function explain(schema, text, position) {
  const { path, previousNode, isAtPropertyKey } = getLocation(text, position);
  if (!isAtPropertyKey || !previousNode || previousNode.type !== "property") return null;
  const description = describeAt(schema, path);
  if (description === undefined) return null;
  return {
    pos: previousNode.offset,
    end: previousNode.offset + previousNode.length,
    create() {
      const dom = document.createElement("div");
      dom.className = "explanation";
      dom.textContent = description;
      return { dom };
    },
  };
}
