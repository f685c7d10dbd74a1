/**
 * The files: what others change on the disk comes in, what is worked on goes out.
 */

import { useCallback, useEffect, useRef } from "preact/hooks";
import { editors } from "../editor/editors.js";
import { openFiles, saveToDevice } from "../state/device-files.js";
import { configFile, loadFiles, SaveFailure, saveFile, watchFiles } from "../state/folder.js";
import { merge } from "../state/merge.js";
import { isElsewhere, isUnsaved, PANES } from "../state/workspace.js";

export const fileOf = (/** @type {string} */ name) =>
  name === "config" ? configFile : (PANES.find((pane) => pane.name === name)?.file ?? name);

/**
 * @param {object} options
 * @param {import("../state/workspace.js").Workspace} options.state
 * @param {(action: import("../state/workspace.js").Action) => void} options.dispatch
 * @param {boolean} options.hasFolder
 * @param {(question: import("../parts/dialog.jsx").Question) => Promise<boolean>} options.ask
 * @param {(notice: string) => void} options.tell
 */
export function useFiles({ state, dispatch, hasFolder, ask, tell }) {
  const latest = useRef(state);
  latest.current = state;

  const take = useCallback((/** @type {Record<string, import("../state/folder.js").StoredFile>} */ files) => {
    const messages = PANES.flatMap(({ name }) => takeOne(latest.current, dispatch, name, files[name]) ?? []);
    if (messages.length > 0) tell(`${messages.join("; ")}.`);
  }, []);

  useEffect(() => (hasFolder ? watchFiles(take) : undefined), []);

  /** Saves into the folder all that is not saved. */
  async function saveAll() {
    const now = latest.current;
    const unsaved = PANES.filter(({ name }) => isUnsaved(now, name));
    if (unsaved.length === 0) return;
    const clashing = unsaved.find(({ name }) => now.conflicts[name] !== undefined);
    if (clashing !== undefined) {
      tell(`${fileOf(clashing.name)} changed on the disk as well: compare the two sides first.`);
      return;
    }
    const replaced = unsaved.filter(({ name }) => now.stored?.[name]?.text != null);
    if (isElsewhere(now) && replaced.length > 0) {
      const isSure = await ask({
        title: "Replace the files of the folder?",
        text: `What is shown came from “${now.content.origin.name}”, and not from these files. Saving replaces them:`,
        details: replaced.map(({ name }) => fileOf(name)),
        yes: "Replace them",
      });
      if (!isSure) return;
    }
    const failures = [];
    for (const { name } of unsaved) {
      const text = latest.current.content.texts[name];
      try {
        const file = await saveFile(name, text, latest.current.stored?.[name]?.version ?? null);
        dispatch({ type: "store", name, file });
      } catch (error) {
        if (error instanceof SaveFailure && error.isConflict) await lookAgain();
        failures.push(/** @type {Error} */ (error).message);
      }
    }
    if (failures.length === 0) {
      dispatch({ type: "change", members: { origin: { kind: "files", name: "your files" } } });
      tell("Saved.");
    } else tell(`${failures.join("; ")}.`);
  }

  async function lookAgain() {
    const files = await loadFiles().catch(() => null);
    if (files === null) return;
    // Edits beside a file that is not the one they began with are edits of that file.
    dispatch({ type: "change", members: { origin: { kind: "files", name: "your files" } } });
    latest.current = {
      ...latest.current,
      content: { ...latest.current.content, origin: { kind: "files", name: "" } },
    };
    take(files);
  }

  /** Saves one pane by the browser. */
  async function saveOne(name) {
    const { content, stored } = latest.current;
    const text = content.texts[name];
    try {
      const how = await saveToDevice(name, text, stored?.[name]?.text ?? null);
      if (how === "cancelled") return;
      dispatch({ type: "store", name, file: { text, version: null } });
      tell(how === "saved" ? `${fileOf(name)} is saved.` : `${fileOf(name)} is among your downloads.`);
    } catch (error) {
      const { there, message } = /** @type {Error & { there?: string }} */ (error);
      if (there !== undefined) dispatch({ type: "conflict", name, file: { text: there, version: null } });
      tell(`${message}.`);
    }
  }

  return { save: hasFolder ? saveAll : saveOne, open: openFiles };
}

/** @returns {string | undefined} what to tell of it */
function takeOne(state, dispatch, name, file) {
  const { content, stored, pristine } = state;
  const known = stored?.[name];
  if (file === undefined || file.version === known?.version) return undefined;
  const mine = content.texts[name];
  const shown = fileOf(name);
  if (content.origin.kind !== "files") {
    dispatch({ type: "store", name, file });
    return undefined;
  }
  if (file.text === null) {
    dispatch({ type: "store", name, file });
    return `${shown} is gone from the disk, and kept here`;
  }
  const { text, isClean } = merge(known?.text ?? pristine[name], mine, file.text);
  if (!isClean) {
    dispatch({ type: "conflict", name, file });
    return `${shown} changed on the disk, at places that you changed too`;
  }
  dispatch({ type: "store", name, file });
  dispatch({ type: "resolve", name });
  if (file.text === mine) return undefined;
  editors.setText(name, text);
  return text === file.text
    ? `${shown} changed on the disk and is loaded`
    : `${shown} changed on the disk and is merged with your edits`;
}
