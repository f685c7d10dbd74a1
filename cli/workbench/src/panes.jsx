/**
 * The three texts, and what is wrong with them.
 */

import { useMemo } from "preact/hooks";
import { Editor } from "./editor/editor.jsx";
import { fileOf } from "./hooks/use-files.js";
import { Code } from "./parts/code.jsx";
import { TabPanel, Tabs } from "./parts/tabs.jsx";
import { isUnsaved, PANES } from "./state/workspace.js";

/** Problems that are listed: who has more mends the first ones first. */
const MAX_LISTED = 50;

/** @type {import("@codemirror/state").Extension} */
const NOTHING = [];

export function Panes({
  pane,
  onPane,
  state,
  revision,
  onEdit,
  onUndo,
  logins: { problems, warnings, failure },
  configAssistance,
  onGoTo,
  onCompare,
}) {
  const { texts } = state.content;
  const marks = useMemo(() => {
    const errors = Object.fromEntries(
      PANES.map(({ name }) => [name, problems[name].map((problem) => ({ ...problem, severity: "error" }))]),
    );
    const careful = warnings.map((warning) => ({ ...warning, severity: "warning" }));
    return { ...errors, config: [...errors.config, ...careful] };
  }, [problems, warnings]);
  const changes = useMemo(
    () => Object.fromEntries(PANES.map(({ name }) => [name, (text) => onEdit(name, text)])),
    [onEdit],
  );
  return (
    <div class="inputs">
      <Tabs
        label="What the login is made of"
        prefix=""
        tabs={PANES.map(({ name, title }) => ({ name, title, hint: fileOf(name) }))}
        selected={pane}
        onSelect={onPane}
        badge={(/** @type {any} */ name) => (
          <>
            {problems[name].length > 0 && <span class="badge">{problems[name].length}</span>}
            {state.conflicts[name] !== undefined && <span class="badge">two sides</span>}
            {isUnsaved(state, name) && (
              <span class="changed" title="not saved" aria-label="not saved" role="img" />
            )}
          </>
        )}
      />
      {PANES.map(({ name, title }) => (
        <TabPanel key={name} prefix="" name={name} selected={pane}>
          {state.conflicts[name] !== undefined && (
            <p class="card careful row" role="alert">
              <span>{fileOf(name)} changed on the disk, at places that you changed too.</span>
              <button type="button" class="small" onClick={() => onCompare(name)}>
                Compare
              </button>
            </p>
          )}
          <Editor
            name={name}
            label={title}
            value={texts[name]}
            revision={revision}
            onChange={changes[name]}
            onUndo={onUndo}
            marks={marks[name]}
            assistance={name === "config" ? configAssistance : NOTHING}
          />
        </TabPanel>
      ))}
      <p class="muted hint">
        Tab leaves the editor. Ctrl+Space lists what fits; the pointer on a word explains it. F8 goes to the
        next problem.
      </p>
      <Problems problems={problems} warnings={warnings} texts={texts} failure={failure} onGoTo={onGoTo} />
    </div>
  );
}

function Problems({ problems, warnings, texts, failure, onGoTo }) {
  const all = PANES.flatMap(({ name }) => problems[name].map((problem) => ({ name, problem })));
  const careful = warnings.map((problem) => ({ name: "config", problem }));
  return (
    <>
      {(all.length > 0 || failure !== "") && (
        <section class="card problems" aria-labelledby="problems-title" role="alert">
          <h2 id="problems-title">{all.length > 1 ? `${all.length} problems` : "A problem"}</h2>
          {failure !== "" && <p>{failure}</p>}
          <List found={all} texts={texts} onGoTo={onGoTo} />
        </section>
      )}
      {careful.length > 0 && (
        <section class="card problems warnings" aria-labelledby="warnings-title">
          <h2 id="warnings-title">{careful.length > 1 ? `${careful.length} warnings` : "A warning"}</h2>
          <List found={careful} texts={texts} onGoTo={onGoTo} />
        </section>
      )}
    </>
  );
}

function List({ found, texts, onGoTo }) {
  const lineOf = (text, offset) => text.slice(0, offset).split("\n").length;
  return (
    <ul class="plain">
      {found.slice(0, MAX_LISTED).map(({ name, problem }) => {
        const { offset, path, message, code, mend } = problem;
        return (
          <li key={name + offset + message}>
            <button type="button" class="link" onClick={() => onGoTo(name, problem)}>
              {name === "config" ? "" : `${name} `}line {lineOf(texts[name], offset)}
            </button>{" "}
            {path && <code>{path}</code>}: {message.split("\n")[0]}{" "}
            <span class="muted">
              (<Code code={code} />)
            </span>
            {mend !== undefined && <span class="mend">{mend}</span>}
          </li>
        );
      })}
      {found.length > MAX_LISTED && <li class="muted">and {found.length - MAX_LISTED} more</li>}
    </ul>
  );
}
