/**
 * What an editor knows of expressions and of the configuration's schema: completions, and explanations at the pointer.
 */

import { autocompletion } from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import { findNodeAtLocation, getLocation, parseTree } from "jsonc-parser";
import * as engine from "../engine.js";
import { describeFunction, FUNCTIONS } from "./functions.js";
import { describeAt, describeMember, suggestKeys, suggestMembers, suggestValues } from "./schema.js";

/** A chain of members, with what projects between them: `event.user.identities[].prov`. */
const CHAIN = /(?<![\w.\])])\$?[A-Za-z_]\w*(?:\[[^\][{}"'`]*\]|\.\w+)*\.?\w*$/;

/** Members whose texts are expressions wherever they stand. */
const EXPRESSION_KEYS = ["value", "when", "fail_when", "expires_in_s", "idle_expires_in_s"];

const ROOTS = {
  event: "what Auth0 hands to the Action, without its secrets",
  settings: "the configuration's settings",
  values: "the configuration's own expressions, by name",
  now: "the start of the login in UTC: iso, seconds, weekday, id",
  calls: "what became of each source: ok, status, stale; null where it was not asked",
};

/**
 * @param {import("./schema.js").Schema} schema
 * @param {string} trigger Whose event the expressions read.
 */
export function assistConfig(schema, trigger) {
  return [
    autocompletion({
      override: [
        (context) =>
          isInExpression(context)
            ? completeExpression(schema, trigger, context)
            : completeJson(schema, context),
      ],
      activateOnTyping: true,
    }),
    hoverTooltip(
      (view, position) =>
        explainWord(schema, trigger, view.state, position) ??
        explainKey(schema, view.state.doc.toString(), position),
    ),
  ];
}

/**
 * The same where all of the text is one expression.
 *
 * @param {import("./schema.js").Schema} schema
 * @param {string} trigger
 */
export function assistExpression(schema, trigger) {
  return [
    autocompletion({ override: [(context) => completeExpression(schema, trigger, context)] }),
    hoverTooltip((view, position) => explainWord(schema, trigger, view.state, position)),
  ];
}

/** Returns whether the place is in the text of an expression, or in the braces of a template. */
function isInExpression(context) {
  const text = context.state.doc.toString();
  const { path, isAtPropertyKey, previousNode } = getLocation(text, context.pos);
  if (isAtPropertyKey || previousNode?.type !== "string") return false;
  if (context.pos <= previousNode.offset || context.pos >= previousNode.offset + previousNode.length)
    return false;
  const [section] = path;
  const isWhole = (section === "claims" || section === "values") && path.length === 2;
  if (isWhole || EXPRESSION_KEYS.includes(/** @type {string} */ (path.at(-1)))) return true;
  const before = text.slice(previousNode.offset, context.pos);
  return before.lastIndexOf("{") > before.lastIndexOf("}");
}

async function completeExpression(schema, trigger, context) {
  const chain = context.matchBefore(CHAIN);
  if (chain === null) return context.explicit ? completeRoot(context, context.pos, "") : null;
  const names = chain.text
    .replace(/\[[^\]]*\]/g, ".[]")
    .split(".")
    .filter((name, index, all) => name !== "" || index === all.length - 1);
  const begun = names.at(-1) === "[]" ? "" : (names.pop() ?? "");
  const [root, ...members] = names;
  if (root === undefined) return completeRoot(context, chain.from, begun);
  const options = new Map();
  const add = (label, detail, info) => {
    if (options.has(label)) return;
    options.set(label, { label: quoted(label), displayLabel: label, detail, info, type: "property" });
  };
  const base = root.replace("$", "");
  const known = members.filter((name) => name !== "[]");
  if (base === "event") {
    for (const { label, type, info } of suggestMembers(schema, trigger, known)) add(label, type, info);
  }
  for (const { key, type } of await membersSeen([base, ...members])) add(String(key), type);
  if (options.size === 0) return null;
  return { from: chain.to - begun.length, validFor: /^\w*$/, options: [...options.values()] };
}

/** The names that begin an expression: what it may read, and functions. */
async function completeRoot(context, from, begun) {
  if (begun === "" && !context.explicit) return null;
  const isVariable = begun.startsWith("$");
  const roots = new Map(Object.entries(ROOTS));
  for (const { key } of await membersSeen([])) {
    if (!roots.has(String(key))) roots.set(String(key), "what the source of this name answered");
  }
  const options = [...roots].map(([name, info]) => ({
    label: isVariable ? `$${name}` : quoted(name),
    displayLabel: isVariable ? `$${name}` : name,
    info,
    type: "variable",
    boost: 2,
  }));
  const functions = Object.entries(FUNCTIONS).map(([name, { takes, gives }]) => ({
    label: name,
    apply: `${name}(`,
    detail: `(${takes})`,
    info: gives,
    type: "function",
  }));
  return { from, validFor: /^\$?\w*$/, options: isVariable ? options : [...options, ...functions] };
}

/** Members of what the login saw. Through a list those of its first item. */
async function membersSeen(path) {
  try {
    const place = path.map((name) => (name === "[]" ? 0 : name));
    const children = await engine.children({ path: place });
    return children.filter(({ key }) => typeof key === "string");
  } catch {
    return [];
  }
}

/** A name that is no plain one stands in double quotes. */
export const quoted = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

function completeJson(schema, context) {
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

/** Explains a function, or a member of the event, within an expression. */
function explainWord(schema, trigger, state, position) {
  const line = state.doc.lineAt(position);
  const at = position - line.from;
  for (const match of line.text.matchAll(/\$?[A-Za-z_]\w*(?:(?:\[[^\]]*\])?\.\w+)*/g)) {
    const from = match.index;
    if (at < from || at > from + match[0].length) continue;
    const isCalled = line.text[from + match[0].length] === "(";
    const text = isCalled ? describeFunction(match[0]) : explainChain(schema, trigger, match[0], at - from);
    return text === undefined ? null : tooltip(text, line.from + from, line.from + from + match[0].length);
  }
  return null;
}

function explainChain(schema, trigger, chain, at) {
  const end = /^\w*/.exec(chain.slice(at))?.[0].length ?? 0;
  const [root, ...names] = chain
    .slice(0, at + end)
    .replace(/\[[^\]]*\]/g, "")
    .split(".");
  const base = root.replace("$", "");
  if (names.length === 0) return Object.hasOwn(ROOTS, base) ? `${base}: ${ROOTS[base]}` : undefined;
  return base === "event" ? describeMember(schema, trigger, names) : undefined;
}

function explainKey(schema, text, position) {
  const { path, previousNode, isAtPropertyKey } = getLocation(text, position);
  if (!isAtPropertyKey || !previousNode || previousNode.type !== "property") return null;
  const description = describeAt(schema, path);
  if (description === undefined) return null;
  return tooltip(description, previousNode.offset, previousNode.offset + previousNode.length);
}

function tooltip(text, pos, end) {
  return {
    pos,
    end,
    create() {
      const dom = document.createElement("div");
      dom.className = "explanation";
      dom.textContent = text;
      return { dom };
    },
  };
}
