/**
 * What a person works on, as one value that actions change: the three texts, where they came from, and what the login
 * is made of besides. Knows no page and no disk.
 */

/**
 * @typedef {"config" | "event" | "answers"} PaneName
 * @typedef {Record<PaneName, string>} Texts
 * @typedef {import("./folder.js").StoredFile} StoredFile
 *
 * @typedef {object} Origin Where the texts came from.
 * @property {"preset" | "files" | "link"} kind
 * @property {string} name
 *
 * @typedef {object} Row One of several logins: who logs in, beside what the event says.
 * @property {string} user Of each an id, or nothing.
 * @property {string} client
 * @property {string} organization
 * @property {string} more JSON of whatever else differs in the event.
 *
 * @typedef {object} Content All that is replaced at once.
 * @property {Texts} texts
 * @property {string} trigger
 * @property {Record<string, string>} faults By the name of a source or token.
 * @property {Row[]} rows
 * @property {Origin} origin
 *
 * @typedef {object} Replacement
 * @property {string} label What was done.
 * @property {Content} before
 * @property {Texts} after
 * @property {unknown} editors The states of the editors before, with their own history.
 *
 * @typedef {object} Workspace
 * @property {Content} content
 * @property {Texts} pristine The texts as they were when they came.
 * @property {Record<string, StoredFile> | null} stored The files as they were last read or written; null where there is
 *   no place to save to.
 * @property {Partial<Record<PaneName, StoredFile>>} conflicts What stands on the disk beside edits that clash with it.
 * @property {number} revision Grows where all texts are replaced.
 * @property {Replacement[]} past
 * @property {Replacement[]} future
 */

/** @type {readonly { name: PaneName, title: string, file: string }[]} */
export const PANES = Object.freeze([
  { name: "config", title: "Configuration", file: "claimsmith.json" },
  { name: "event", title: "Event", file: "event.json" },
  { name: "answers", title: "Answers", file: "answers.json" },
]);

/** The replacements that can be undone. */
const MAX_PAST = 20;

/**
 * @param {Content} content
 * @param {Record<string, StoredFile> | null} stored
 * @param {Texts} [pristine]
 * @returns {Workspace}
 */
export function createWorkspace(content, stored, pristine = content.texts) {
  return { content, pristine, stored, conflicts: {}, revision: 0, past: [], future: [] };
}

/**
 * @typedef {(
 *   | { type: "edit", name: PaneName, text: string }
 *   | { type: "change", members: Partial<Omit<Content, "texts">> }
 *   | { type: "replace", content: Content, label: string, editors: unknown }
 *   | { type: "undo" | "redo", editors: unknown }
 *   | { type: "store", name: PaneName, file: StoredFile }
 *   | { type: "stored", files: Record<string, StoredFile> | null }
 *   | { type: "conflict", name: PaneName, file: StoredFile }
 *   | { type: "resolve", name: PaneName }
 * )} Action
 *
 * @param {Workspace} state
 * @param {Action} action
 * @returns {Workspace}
 */
export function reduce(state, action) {
  const { content } = state;
  switch (action.type) {
    case "edit": {
      if (content.texts[action.name] === action.text) return state;
      const texts = { ...content.texts, [action.name]: action.text };
      return { ...state, content: { ...content, texts } };
    }
    case "change":
      return { ...state, content: { ...content, ...action.members } };
    case "replace": {
      const { label, editors } = action;
      const done = { label, before: content, after: action.content.texts, editors };
      return arrive({ ...state, past: [...state.past, done].slice(-MAX_PAST), future: [] }, action.content);
    }
    case "undo":
      return travel(state, "past", "future", action.editors);
    case "redo":
      return travel(state, "future", "past", action.editors);
    case "store":
      return { ...state, stored: { ...state.stored, [action.name]: action.file } };
    case "stored":
      return { ...state, stored: action.files };
    case "conflict":
      return { ...state, conflicts: { ...state.conflicts, [action.name]: action.file } };
    case "resolve": {
      const { [action.name]: settled, ...conflicts } = state.conflicts;
      return settled === undefined ? state : { ...state, conflicts };
    }
  }
}

/** Goes back to what the last of one list holds, and leaves the way back in the other. */
function travel(state, from, to, editors) {
  const last = state[from].at(-1);
  if (last === undefined) return state;
  const back = { label: last.label, before: state.content, after: last.before.texts, editors };
  return arrive({ ...state, [from]: state[from].slice(0, -1), [to]: [...state[to], back] }, last.before);
}

function arrive(state, content) {
  return { ...state, content, pristine: content.texts, revision: state.revision + 1 };
}

/**
 * Returns whether a text stands nowhere but here: in no file, and not as it came.
 *
 * @param {Workspace} state
 * @param {PaneName} name
 */
function isTouched({ content, pristine, stored }, name) {
  const text = content.texts[name];
  return text !== pristine[name] && text !== stored?.[name]?.text;
}

/** @param {Workspace} state */
export const isAnyTouched = (state) => PANES.some(({ name }) => isTouched(state, name));

/**
 * Returns whether a file of the folder holds another text, or is not there.
 *
 * @param {Workspace} state
 * @param {PaneName} name
 */
export function isUnsaved({ content, pristine, stored }, name) {
  const text = content.texts[name];
  const known = stored?.[name]?.text ?? null;
  // What stands for a file that the folder lacks is none yet.
  if (known === null && content.origin.kind === "files" && text === pristine[name]) return false;
  return stored !== null && known !== text;
}

/** Returns whether the folder has files that are not what is shown. */
export function isElsewhere({ content, stored }) {
  return content.origin.kind !== "files" && textsOfFiles(stored) !== null;
}

/**
 * The texts of the files, where there are any. Missing ones are not filled from an unrelated case.
 *
 * @param {Record<string, StoredFile> | null} files
 * @returns {Texts | null}
 */
export function textsOfFiles(files) {
  const there = Object.entries(files ?? {}).flatMap(([name, { text }]) =>
    text === null ? [] : [[name, text]],
  );
  if (there.length === 0) return null;
  return { config: '{\n  "claims": {}\n}\n', event: "{}\n", answers: "{}\n", ...Object.fromEntries(there) };
}

/** @param {unknown} value */
export const toText = (value) => `${JSON.stringify(value, null, 2)}\n`;

/**
 * @param {import("../presets.js").Preset} preset
 * @returns {Content}
 */
export function contentOfPreset({ name, trigger, config, event, answers }) {
  return {
    texts: { config: toText(config), event: toText(event), answers: toText(answers) },
    trigger,
    faults: {},
    rows: [],
    origin: { kind: "preset", name },
  };
}
