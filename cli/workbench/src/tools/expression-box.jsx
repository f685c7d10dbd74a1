/**
 * An expression, evaluated over what the login saw.
 */

import { useEffect, useState } from "preact/hooks";
import { ExpressionField } from "../editor/editor.jsx";
import * as engine from "../engine.js";
import { Text } from "../parts/value.jsx";

/**
 * @param {object} props
 * @param {string} props.expression
 * @param {number} props.revision Grows where the expression comes from elsewhere than from here.
 * @param {(expression: string) => void} props.onChange
 * @param {unknown} props.login Another one where the login is another: what it saw is looked at anew.
 * @param {import("@codemirror/state").Extension} props.assistance
 * @param {(expression: string) => void} props.onClaim
 */
export function ExpressionBox({ expression, revision, onChange, login, assistance, onClaim }) {
  const [shown, setShown] = useState({ text: "", isError: false });

  useEffect(() => {
    let isCurrent = true;
    const show = (next) => isCurrent && setShown(next);
    engine.evaluate({ expression }).then(
      (value) => show({ text: JSON.stringify(value, null, 2) ?? "null", isError: false }),
      (error) => show({ text: error.message, isError: true }),
    );
    return () => {
      isCurrent = false;
    };
  }, [expression, login]);

  return (
    <section class="card" aria-labelledby="expression-title">
      <header>
        <h2 id="expression-title">Try an expression</h2>
        <button
          type="button"
          class="quiet small"
          disabled={shown.isError || expression.trim() === ""}
          onClick={() => onClaim(expression)}
        >
          Make a claim of it
        </button>
      </header>
      <p class="muted" id="expression-help">
        JMESPath over what the last login saw: <code>event</code>, <code>settings</code>, <code>values</code>,{" "}
        <code>now</code>, <code>calls</code>, and what each source answered. Ctrl+Space lists what there is.
      </p>
      <ExpressionField
        labelledby="expression-title"
        describedby="expression-help"
        value={expression}
        revision={revision}
        onChange={onChange}
        assistance={assistance}
      />
      <pre class={shown.isError ? "bad" : ""} data-testid="value" role="status">
        <Text text={shown.text} />
      </pre>
    </section>
  );
}
