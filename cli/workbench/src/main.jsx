import { render } from "preact";
import { App } from "./app.jsx";
import { PRESETS } from "./presets.js";
import { openDraft } from "./state/drafts.js";
import { loadFiles } from "./state/folder.js";
import { merge } from "./state/merge.js";
import { readLink } from "./state/share.js";
import { contentOfPreset, createWorkspace, PANES, textsOfFiles } from "./state/workspace.js";

const place = /** @type {HTMLElement} */ (document.getElementById("app"));
try {
  // Before the first edit: what comes later would replace what was typed.
  const [schema, files, draft, opened] = await Promise.all([
    loadSchema(),
    loadFiles(),
    openDraft(),
    openLink(),
  ]);
  const start = begin(files, draft);
  const greeting = [
    opened.failure,
    draft === null ? "" : `Your draft of ${new Date(draft.savedAt).toLocaleString()} is back.`,
  ]
    .filter(Boolean)
    .join(" ");
  place.replaceChildren();
  render(
    <App schema={schema} start={start} hasFolder={files !== null} greeting={greeting} link={opened.link} />,
    place,
  );
} catch (error) {
  place.replaceChildren();
  render(<LoadFailure message={/** @type {Error} */ (error).message} />, place);
}

/** @returns {Promise<import("./editor/schema.js").Schema>} */
async function loadSchema() {
  const response = await fetch(new URL("claimsmith.schema.json", import.meta.url));
  if (!response.ok) throw new Error(`claimsmith.schema.json cannot be loaded: status ${response.status}`);
  return response.json();
}

async function openLink() {
  try {
    return { link: await readLink(location.hash), failure: "" };
  } catch (error) {
    return { link: null, failure: `${/** @type {Error} */ (error).message}.` };
  }
}

/**
 * The draft, over what the files hold now; else the files; else a case to begin with.
 *
 * @param {Record<string, import("./state/folder.js").StoredFile> | null} files
 * @param {import("./state/drafts.js").Draft | null} draft
 */
function begin(files, draft) {
  const own = textsOfFiles(files);
  const fresh =
    own === null
      ? contentOfPreset(PRESETS[0])
      : /** @type {import("./state/workspace.js").Content} */ ({
          texts: own,
          trigger: PRESETS[0].trigger,
          faults: {},
          rows: [],
          origin: { kind: "files", name: "your files" },
        });
  if (draft === null) return createWorkspace(fresh, files);

  const { savedAt: _savedAt, base, ...content } = draft;
  const state = createWorkspace(content, files, pristineOf(content.origin, own));
  if (files === null || base === null) return state;
  for (const { name } of PANES) {
    const file = files[name];
    if (file.text === null) continue;
    const { text, isClean } = merge(base[name] ?? null, content.texts[name], file.text);
    if (isClean) state.content.texts = { ...state.content.texts, [name]: text };
    else state.conflicts = { ...state.conflicts, [name]: file };
  }
  return state;
}

/** The texts that the draft began with, where they are still known. */
function pristineOf({ kind, name }, own) {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (kind === "preset" && preset !== undefined) return contentOfPreset(preset).texts;
  return kind === "files" && own !== null ? own : { config: "", event: "", answers: "" };
}

function LoadFailure({ message }) {
  return (
    <p class="loading bad" role="alert">
      The workbench cannot be loaded: {message}. Reload the page; where that does not help, start{" "}
      <code>claimsmith dev</code> again and open the address that it prints.
    </p>
  );
}
