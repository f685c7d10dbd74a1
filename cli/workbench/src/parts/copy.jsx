/**
 * Copies a text; where the browser does not allow that, it shows the text, selected.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "./dialog.jsx";

/** @returns {Promise<boolean>} */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {object} props
 * @param {string} props.label What is copied.
 * @param {() => string} props.text
 * @param {string} [props.class]
 * @param {string} [props.children]
 */
export function CopyButton({ label, text, class: className = "quiet small", children = "Copy" }) {
  const [state, setState] = useState(/** @type {"" | "copied" | "refused"} */ (""));
  useEffect(() => {
    if (state !== "copied") return;
    const timer = setTimeout(() => setState(""), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <>
      <button
        type="button"
        class={className}
        aria-label={`Copy ${label}`}
        onClick={async () => setState((await copy(text())) ? "copied" : "refused")}
      >
        {state === "copied" ? "Copied" : children}
      </button>
      <span class="hidden" role="status">
        {state === "copied" ? `${label}: copied` : ""}
      </span>
      {state === "refused" && <ByHand label={label} text={text()} onClose={() => setState("")} />}
    </>
  );
}

function ByHand({ label, text, onClose }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <Dialog title="Copy by hand" onClose={onClose}>
      <p>The browser does not let this page copy. The text is selected: press Ctrl+C.</p>
      <textarea class="field code" rows={10} readOnly aria-label={label} ref={field} value={text} />
    </Dialog>
  );
}
