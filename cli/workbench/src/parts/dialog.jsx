/**
 * A dialog over the page: the keyboard stays in it, Escape closes it.
 */

import { useEffect, useId, useRef } from "preact/hooks";

/**
 * @param {object} props
 * @param {string} props.title
 * @param {() => void} props.onClose
 * @param {boolean} [props.isWide]
 * @param {any} [props.actions] Buttons at its end, in place of one that closes it.
 * @param {any} props.children
 */
export function Dialog({ title, onClose, isWide = false, actions, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return (
    <dialog
      class={isWide ? "wide" : ""}
      aria-labelledby={id}
      ref={dialog}
      onCancel={(cancelled) => {
        cancelled.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      <div class="dialog-body">{children}</div>
      <div class="row end">
        {actions ?? (
          <button type="button" onClick={onClose}>
            Close
          </button>
        )}
      </div>
    </dialog>
  );
}

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} yes What the button that goes on says.
 * @property {string} [no]
 * @property {string[]} [details]
 *
 * @param {{ question: Question, onAnswer: (isYes: boolean) => void }} props
 */
export function QuestionDialog({ question: { title, text, yes, no = "Cancel", details = [] }, onAnswer }) {
  return (
    <Dialog
      title={title}
      onClose={() => onAnswer(false)}
      actions={
        <>
          <button type="button" class="quiet" onClick={() => onAnswer(false)}>
            {no}
          </button>
          <button type="button" onClick={() => onAnswer(true)}>
            {yes}
          </button>
        </>
      }
    >
      <p>{text}</p>
      {details.length > 0 && (
        <ul>
          {details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
