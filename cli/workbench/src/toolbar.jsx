/**
 * The head of the page: where to start from, and what becomes of the work.
 */

import { useEffect, useState } from "preact/hooks";
import { PRESETS } from "./presets.js";
import { isUnsaved, PANES, textsOfFiles } from "./state/workspace.js";

const TRIGGERS = { "post-login": "Post login", "credentials-exchange": "Credentials exchange" };

const OWN = "files";

export function Toolbar({
  state,
  hasFolder,
  notice,
  isKept,
  canBundle,
  onPreset,
  onFiles,
  onTrigger,
  onOpen,
  onSave,
  saveName,
  onTravel,
  onShare,
  onBundle,
}) {
  const { content, stored, past, future } = state;
  const own = textsOfFiles(stored);
  const { kind, name } = content.origin;
  const selected = kind === "preset" ? name : kind;
  // What is chosen takes hold only where a question was answered: the menu says what is there.
  const [turn, setTurn] = useState(0);
  return (
    <header class="top">
      <h1>
        Claimsmith <span class="muted">workbench</span>
      </h1>
      <label class="stacked">
        <span>Start from</span>
        <select
          key={turn}
          class="field"
          value={selected}
          onChange={({ currentTarget: { value } }) => {
            setTurn(turn + 1);
            const preset = PRESETS.find((candidate) => candidate.name === value);
            if (preset !== undefined) onPreset(preset);
            else if (own !== null) onFiles(own);
          }}
        >
          {(own !== null || kind === OWN) && <option value={OWN}>your files</option>}
          {kind === "link" && <option value="link">a link</option>}
          {PRESETS.map((preset) => (
            <option key={preset.name} value={preset.name}>
              {preset.name}
            </option>
          ))}
        </select>
      </label>
      <label class="stacked">
        <span>Trigger</span>
        <select
          class="field"
          value={content.trigger}
          onChange={({ currentTarget }) => onTrigger(currentTarget.value)}
        >
          {Object.entries(TRIGGERS).map(([trigger, title]) => (
            <option key={trigger} value={trigger}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <div class="row tools">
        <button
          type="button"
          class="quiet"
          disabled={past.length === 0}
          title={past.at(-1)?.label}
          onClick={() => onTravel("undo")}
        >
          Undo
        </button>
        {future.length > 0 && (
          <button type="button" class="quiet" title={future.at(-1)?.label} onClick={() => onTravel("redo")}>
            Redo
          </button>
        )}
        {!hasFolder && (
          <button type="button" class="quiet" onClick={onOpen}>
            Open…
          </button>
        )}
        <button
          type="button"
          class={hasFolder ? "" : "quiet"}
          onClick={onSave}
          disabled={hasFolder && !PANES.some((pane) => isUnsaved(state, pane.name))}
        >
          Save{saveName === "" ? "" : ` ${saveName}`}
        </button>
        <button type="button" class="quiet" onClick={onShare}>
          Share
        </button>
        <button type="button" class={hasFolder ? "quiet" : ""} onClick={onBundle} disabled={!canBundle}>
          Get action.js
        </button>
      </div>
      <ThemeSwitch />
      <span role="status" class="muted notice">
        {notice}
      </span>
      {!isKept && (
        <span class="careful notice" role="status">
          This browser keeps no drafts here: save before you leave.
        </span>
      )}
    </header>
  );
}

const THEME_KEY = "claimsmith.colours";

function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(THEME_KEY, theme);
    } catch {
      // Chosen anew the next time.
    }
  }, [theme]);
  return (
    <label class="stacked">
      <span>Colours</span>
      <select class="field" value={theme} onChange={({ currentTarget }) => setTheme(currentTarget.value)}>
        <option value="system">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}

function storedTheme() {
  try {
    return localStorage.getItem(THEME_KEY) ?? "system";
  } catch {
    return "system";
  }
}
