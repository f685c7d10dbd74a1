/**
 * What the login saw, as a tree: a click makes a claim of a value, or tries it in the expression.
 */

import { useEffect, useState } from "preact/hooks";
import { quoted } from "../editor/assistance.js";
import * as engine from "../engine.js";

/**
 * @param {object} props
 * @param {unknown} props.login Another one where the login is another.
 * @param {(expression: string) => void} props.onClaim
 * @param {(expression: string) => void} props.onTry
 */
export function SeenTree({ login, onClaim, onTry }) {
  return (
    <section class="card" aria-labelledby="seen-title">
      <h2 id="seen-title">What the login saw</h2>
      <p class="muted">A value becomes a claim by its button; its name puts it into the expression above.</p>
      <div class="tree">
        <Children path={[]} login={login} onClaim={onClaim} onTry={onTry} />
      </div>
    </section>
  );
}

function Children({ path, login, onClaim, onTry }) {
  const [children, setChildren] = useState(/** @type {import("../seen.js").Child[]} */ ([]));
  useEffect(() => {
    let isCurrent = true;
    engine.children({ path }).then(
      (found) => isCurrent && setChildren(found),
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [login]);
  return (
    <ul>
      {children.map((child) => (
        <Node
          key={child.key}
          child={child}
          path={[...path, child.key]}
          login={login}
          onClaim={onClaim}
          onTry={onTry}
        />
      ))}
    </ul>
  );
}

function Node({ child: { key, type, text, count }, path, login, onClaim, onTry }) {
  const [isOpen, setOpen] = useState(false);
  const expression = toExpression(path);
  return (
    <li>
      <span class="node">
        {count > 0 ? (
          <button
            type="button"
            class="fold"
            aria-expanded={isOpen}
            aria-label={`${expression}: ${text}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? "▾" : "▸"}
          </button>
        ) : (
          <span class="fold" />
        )}
        <button type="button" class="link" title={`try ${expression}`} onClick={() => onTry(expression)}>
          {String(key)}
        </button>
        <span class={`node-value ${type}`}>{text}</span>
        {path.length > 1 && (
          <button
            type="button"
            class="quiet small"
            aria-label={`Make a claim of ${expression}`}
            onClick={() => onClaim(expression)}
          >
            + claim
          </button>
        )}
      </span>
      {isOpen && <Children path={path} login={login} onClaim={onClaim} onTry={onTry} />}
    </li>
  );
}

/** @param {(string | number)[]} path */
function toExpression(path) {
  return path.reduce(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : `${text === "" ? "" : `${text}.`}${quoted(key)}`,
    "",
  );
}
