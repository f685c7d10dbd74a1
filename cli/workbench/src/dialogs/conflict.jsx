/**
 * Two sides of a file that was changed here and on the disk, beside each other.
 */

import { json } from "@codemirror/lang-json";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { APPEARANCE } from "../editor/editor.jsx";
import { Dialog } from "../parts/dialog.jsx";

/**
 * @param {object} props
 * @param {string} props.file
 * @param {string} props.mine
 * @param {string} props.theirs
 * @param {(text: string) => void} props.onSettle With what is to stand here.
 * @param {() => void} props.onClose
 */
export function ConflictDialog({ file, mine, theirs, onSettle, onClose }) {
  const host = useRef(/** @type {HTMLDivElement | null} */ (null));
  const view = useRef(/** @type {MergeView | null} */ (null));
  useEffect(() => {
    const shared = [lineNumbers(), json(), APPEARANCE, EditorView.lineWrapping];
    const named = (label) => EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });
    view.current = new MergeView({
      a: { doc: mine, extensions: [...shared, named("Yours, which can be edited")] },
      b: {
        doc: theirs,
        extensions: [...shared, named("On the disk"), EditorState.readOnly.of(true)],
      },
      parent: /** @type {HTMLDivElement} */ (host.current),
      revertControls: "b-to-a",
      collapseUnchanged: { margin: 3, minSize: 8 },
    });
    return () => view.current?.destroy();
  }, []);
  return (
    <Dialog
      title={`${file} changed on the disk`}
      onClose={onClose}
      isWide
      actions={
        <>
          <button type="button" class="quiet" onClick={onClose}>
            Decide later
          </button>
          <button type="button" class="quiet" onClick={() => onSettle(theirs)}>
            Take the disk's
          </button>
          <button type="button" onClick={() => onSettle(view.current?.a.state.doc.toString() ?? mine)}>
            Take the left side
          </button>
        </>
      }
    >
      <p>
        Left is yours, right what stands on the disk. An arrow takes a part over; the left side can be edited.
        Nothing is saved yet.
      </p>
      <div class="sides" aria-hidden="true">
        <b>yours</b>
        <b>on the disk</b>
      </div>
      <div class="merge" ref={host} data-testid="conflict" />
    </Dialog>
  );
}
