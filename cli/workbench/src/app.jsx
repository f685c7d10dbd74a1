/**
 * The workbench: left what a login is made of, right what becomes of it, and the outcome always in sight.
 */

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { ActionDialog } from "./dialogs/action.jsx";
import { ConflictDialog } from "./dialogs/conflict.jsx";
import { ExplainDialog } from "./dialogs/explain.jsx";
import { ShareDialog } from "./dialogs/share.jsx";
import { assistConfig, assistExpression } from "./editor/assistance.js";
import { editors } from "./editor/editors.js";
import { useDraft } from "./hooks/use-draft.js";
import { fileOf, useFiles } from "./hooks/use-files.js";
import { useLogins } from "./hooks/use-logins.js";
import { OutcomeBar } from "./login/outcome-bar.jsx";
import { Calls, Result } from "./login/result.jsx";
import { Panes } from "./panes.jsx";
import { QuestionDialog } from "./parts/dialog.jsx";
import { TabPanel, Tabs } from "./parts/tabs.jsx";
import { PRESETS } from "./presets.js";
import { addClaim } from "./state/claims.js";
import { readLink } from "./state/share.js";
import {
  contentOfPreset,
  isAnyTouched,
  isElsewhere,
  PANES,
  reduce,
  textsOfFiles,
} from "./state/workspace.js";
import { Toolbar } from "./toolbar.jsx";
import { Controls } from "./tools/controls.jsx";
import { ExpressionBox } from "./tools/expression-box.jsx";
import { Fixtures } from "./tools/fixtures.jsx";
import { History } from "./tools/history.jsx";
import { Logins } from "./tools/logins.jsx";
import { SeenTree } from "./tools/seen-tree.jsx";
import { Storm } from "./tools/storm.jsx";

const VIEWS = [
  { name: "tokens", title: "Tokens" },
  { name: "calls", title: "Calls" },
  { name: "expressions", title: "Expressions" },
  { name: "logins", title: "Users and time" },
  { name: "fixtures", title: "Fixtures" },
  { name: "storm", title: "Burst" },
];

/**
 * @param {object} props
 * @param {import("./editor/schema.js").Schema} props.schema
 * @param {import("./state/workspace.js").Workspace} props.start
 * @param {boolean} props.hasFolder
 * @param {string} props.greeting Told at first: that a draft is back.
 * @param {import("./state/workspace.js").Content | null} props.link What a link brought, to be asked about.
 */
export function App({ schema, start, hasFolder, greeting, link }) {
  const [state, dispatch] = useReducer(reduce, start);
  const { content, stored, revision, conflicts } = state;
  const { texts, trigger, faults, rows, origin } = content;
  const [pane, setPane] = useState(/** @type {import("./state/workspace.js").PaneName} */ ("config"));
  const [view, setView] = useState("tokens");
  const [notice, setNotice] = useState(greeting);
  const [dialog, setDialog] = useState("");
  /** The place of the configuration that is explained. */
  const [explained, setExplained] = useState("");
  const { question, ask, answer } = useQuestion();
  const expression = useExpression(expressionOf(origin));
  const logins = useLogins(content);
  const isKept = useDraft(state);
  const files = useFiles({ state, dispatch, hasFolder, ask, tell: setNotice });
  const latest = useRef(state);
  latest.current = state;

  const replace = useCallback((/** @type {import("./state/workspace.js").Content} */ next, label) => {
    dispatch({ type: "replace", content: next, label, editors: editors.capture() });
    expression.offer(expressionOf(next.origin));
    setNotice(`${label}. Undo brings back what was here.`);
    logins.again({ restart: true, clear: true });
  }, []);

  const travel = useCallback((/** @type {"undo" | "redo"} */ type) => {
    const last = latest.current[type === "undo" ? "past" : "future"].at(-1);
    if (last === undefined) return;
    const before = editors.capture();
    editors.restore(/** @type {any} */ (last.editors));
    dispatch({ type, editors: before });
    setNotice(type === "undo" ? `Undone: ${last.label}.` : `${last.label}.`);
  }, []);

  /** Ctrl+Z goes back over a replacement where nothing was edited since. */
  const undoReplacement = useCallback(() => {
    const { content: now, past } = latest.current;
    const last = past.at(-1);
    if (last === undefined || PANES.some(({ name }) => now.texts[name] !== last.after[name])) return false;
    travel("undo");
    return true;
  }, []);

  async function choose(/** @type {import("./state/workspace.js").Content} */ next, label) {
    if (isAnyTouched(state)) {
      const isSure = await ask({
        title: "Replace what you edited?",
        text: `“${next.origin.name}” takes the place of configuration, event and answers, with your edits in them. Undo brings them back.`,
        yes: "Replace it",
        no: "Keep my edits",
      });
      if (!isSure) return;
    } else if (hasFolder && !isElsewhere(state) && textsOfFiles(stored) !== null) {
      const isSure = await ask({
        title: "Show another case?",
        text: `“${next.origin.name}” is shown in place of your files. They stay as they are on the disk, and in the menu under “your files”.`,
        yes: "Show it",
        no: "Keep my files",
      });
      if (!isSure) return;
    }
    replace(next, label);
  }

  const openLink = useCallback(async (/** @type {import("./state/workspace.js").Content} */ held) => {
    const isWanted = await askAboutLink(held, ask);
    // Not again at the next load.
    window.history.replaceState(null, "", location.pathname + location.search);
    if (isWanted) replace(held, "The link is open");
  }, []);

  useEffect(() => {
    if (link !== null) openLink(link);
    // An address that differs by its fragment alone loads nothing anew.
    const onHash = async () => {
      try {
        const held = await readLink(location.hash);
        if (held !== null) openLink(held);
      } catch (error) {
        setNotice(`${/** @type {Error} */ (error).message}.`);
      }
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);

  async function open() {
    try {
      const opened = await files.open(pane);
      if (Object.keys(opened).length === 0) return;
      if (isAnyTouched(state)) {
        const isSure = await ask({
          title: "Replace what you edited?",
          text: "The files take the place of what is here, with your edits in it. Undo brings it back.",
          yes: "Replace it",
          no: "Keep my edits",
        });
        if (!isSure) return;
      }
      const nothing = { text: null, version: null };
      const known = stored ?? { config: nothing, event: nothing, answers: nothing };
      const read = Object.entries(opened).map(([name, text]) => [name, { text, version: null }]);
      dispatch({ type: "stored", files: { ...known, ...Object.fromEntries(read) } });
      const next = {
        ...content,
        texts: { ...texts, ...opened },
        origin: { kind: "files", name: "your files" },
      };
      replace(/** @type {any} */ (next), `Opened ${Object.keys(opened).map(fileOf).join(", ")}`);
    } catch (error) {
      setNotice(`${/** @type {Error} */ (error).message}.`);
    }
  }

  const makeClaim = useCallback((/** @type {string} */ of) => {
    const added = addClaim(latest.current.content.texts.config, of);
    if (added === null) {
      setNotice("Mend the configuration first: there is no object to add a claim to.");
      return;
    }
    editors.setText("config", added.text);
    setPane("config");
    setNotice(`Added the claim ${added.name}.`);
    // When its pane is shown.
    requestAnimationFrame(() => editors.goTo("config", added.offset + 1, added.length - 2));
  }, []);

  const goTo = useCallback((/** @type {string} */ name, problem) => {
    setPane(/** @type {any} */ (name));
    requestAnimationFrame(() => editors.goTo(name, problem.offset, problem.length));
  }, []);

  const save = () => files.save(pane);
  useShortcuts({ save });

  const configAssistance = useMemo(() => assistConfig(schema, trigger), [schema, trigger]);
  const expressionAssistance = useMemo(() => assistExpression(schema, trigger), [schema, trigger]);
  const edit = useCallback((name, text) => {
    setNotice("");
    dispatch({ type: "edit", name, text });
  }, []);
  const tryExpression = useCallback((text) => {
    expression.offer(text);
    document.querySelector("#expression-title")?.scrollIntoView({ block: "nearest" });
  }, []);

  const { result, isRunnable, problems, warnings } = logins;
  const resultView = useMemo(
    () => (result === null ? null : <Result result={result} onExplain={setExplained} />),
    [result],
  );
  const callsView = useMemo(() => (result === null ? null : <Calls result={result} />), [result]);
  const historyView = useMemo(() => <History logins={logins.history} />, [logins.history]);
  const conflict = dialog.startsWith("conflict:")
    ? /** @type {import("./state/workspace.js").PaneName} */ (dialog.slice("conflict:".length))
    : null;

  return (
    <div class="page" data-state={logins.isSettled ? "ready" : "busy"}>
      <Toolbar
        state={state}
        hasFolder={hasFolder}
        notice={notice}
        isKept={isKept}
        canBundle={problems.config.length === 0 && logins.status.state === "ready"}
        onPreset={(preset) => choose(contentOfPreset(preset), `Started from “${preset.name}”`)}
        onFiles={(own) =>
          choose(
            { texts: own, trigger, faults: {}, rows, origin: { kind: "files", name: "your files" } },
            "Back to your files",
          )
        }
        onTrigger={(next) => dispatch({ type: "change", members: { trigger: next } })}
        onOpen={open}
        onSave={save}
        saveName={hasFolder ? "" : fileOf(pane)}
        onTravel={travel}
        onShare={() => setDialog("share")}
        onBundle={() => setDialog("action")}
      />
      <OutcomeBar
        result={result}
        status={logins.status}
        isStale={!isRunnable}
        problems={logins.problemCount}
        warnings={warnings.length}
        onProblems={() => {
          const first = PANES.find(({ name }) => problems[name].length > 0);
          if (first !== undefined) goTo(first.name, problems[first.name][0]);
          else if (warnings.length > 0) goTo("config", warnings[0]);
        }}
      />
      <main>
        <Panes
          pane={pane}
          onPane={setPane}
          state={state}
          revision={revision}
          onEdit={edit}
          onUndo={undoReplacement}
          logins={logins}
          configAssistance={configAssistance}
          onGoTo={goTo}
          onCompare={(name) => setDialog(`conflict:${name}`)}
        />
        <div class="results">
          <EngineStatus status={logins.status} />
          <Controls
            isRunnable={isRunnable}
            onAgain={logins.again}
            targets={logins.targets}
            faults={faults}
            onFaults={(next) => dispatch({ type: "change", members: { faults: next } })}
            aheadMs={logins.aheadMs}
            onAdvance={logins.advance}
          />
          <Tabs
            label="What becomes of the login"
            prefix="view-"
            tabs={VIEWS}
            selected={view}
            onSelect={setView}
          />
          <TabPanel prefix="view-" name="tokens" selected={view}>
            <div class={isRunnable ? "cards" : "cards stale"}>{resultView}</div>
          </TabPanel>
          <TabPanel prefix="view-" name="calls" selected={view}>
            <div class={isRunnable ? "cards" : "cards stale"}>{callsView}</div>
          </TabPanel>
          <TabPanel prefix="view-" name="expressions" selected={view}>
            <div class="cards">
              <ExpressionBox
                expression={expression.text}
                revision={expression.revision}
                onChange={expression.type}
                login={result}
                assistance={expressionAssistance}
                onClaim={makeClaim}
              />
              {view === "expressions" && (
                <SeenTree login={result} onClaim={makeClaim} onTry={tryExpression} />
              )}
            </div>
          </TabPanel>
          <TabPanel prefix="view-" name="logins" selected={view}>
            <div class="cards">
              {logins.done !== null && (
                <Logins
                  inputs={logins.done}
                  isRunnable={isRunnable && view === "logins"}
                  rows={rows}
                  onRows={(next) => dispatch({ type: "change", members: { rows: next } })}
                />
              )}
              {historyView}
            </div>
          </TabPanel>
          <TabPanel prefix="view-" name="fixtures" selected={view}>
            <div class="cards">
              {logins.done !== null && (
                <Fixtures
                  hasFolder={hasFolder}
                  isRunnable={isRunnable}
                  inputs={logins.done}
                  targets={logins.targets}
                  result={result}
                />
              )}
            </div>
          </TabPanel>
          <TabPanel prefix="view-" name="storm" selected={view}>
            <div class="cards">
              {logins.done !== null && <Storm inputs={logins.done} isRunnable={isRunnable} />}
            </div>
          </TabPanel>
        </div>
      </main>
      {question !== null && <QuestionDialog question={question} onAnswer={answer} />}
      {explained !== "" && logins.done !== null && (
        <ExplainDialog
          inputs={logins.done}
          place={explained}
          onPlace={setExplained}
          onClose={() => setExplained("")}
        />
      )}
      {dialog === "share" && (
        <ShareDialog content={content} isLocal={hasFolder} onClose={() => setDialog("")} />
      )}
      {dialog === "action" && (
        <ActionDialog
          text={texts.config}
          trigger={trigger}
          secrets={logins.secrets}
          onClose={() => setDialog("")}
        />
      )}
      {conflict !== null && conflicts[conflict] !== undefined && (
        <ConflictDialog
          file={fileOf(conflict)}
          mine={texts[conflict]}
          theirs={conflicts[conflict]?.text ?? ""}
          onClose={() => setDialog("")}
          onSettle={(text) => {
            const file = /** @type {import("./state/folder.js").StoredFile} */ (conflicts[conflict]);
            dispatch({ type: "store", name: conflict, file });
            dispatch({ type: "resolve", name: conflict });
            editors.setText(conflict, text);
            setDialog("");
            setNotice(text === file.text ? "The disk's side is taken." : "Both sides are one now: save it.");
          }}
        />
      )}
    </div>
  );
}

/** Questions, one at a time. */
function useQuestion() {
  const [question, setQuestion] = useState(
    /** @type {import("./parts/dialog.jsx").Question | null} */ (null),
  );
  const resolve = useRef((/** @type {boolean} */ _isYes) => {});
  const ask = useCallback((/** @type {import("./parts/dialog.jsx").Question} */ asked) => {
    resolve.current(false);
    setQuestion(asked);
    return new Promise((/** @type {(isYes: boolean) => void} */ done) => {
      resolve.current = done;
    });
  }, []);
  const answer = useCallback((/** @type {boolean} */ isYes) => {
    setQuestion(null);
    resolve.current(isYes);
  }, []);
  return { question, ask, answer };
}

function askAboutLink(link, ask) {
  const kinds = PANES.map(({ name, title }) => `${title}: ${link.texts[name].split("\n").length - 1} lines`);
  return ask({
    title: "Open what the link holds?",
    text: "Somebody sent you a link with a case in it. It is run in this page, with made-up secrets. What you have here is kept: Undo brings it back.",
    details: kinds,
    yes: "Open it",
    no: "Leave it",
  });
}

/** Ctrl+S, held in a reference, since what is saved is what is there when the key is pressed. */
function useShortcuts({ save }) {
  const saveNow = useRef(save);
  saveNow.current = save;
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ pressed) => {
      if (!(pressed.ctrlKey || pressed.metaKey) || pressed.key !== "s") return;
      pressed.preventDefault();
      saveNow.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/**
 * The expression that is tried. One that is offered takes the place of what is in the field; one that is typed stands there
 * already, and what was typed since must stay.
 * @param {string} start
 */
function useExpression(start) {
  const [{ text, revision }, set] = useState({ text: start, revision: 0 });
  const type = useCallback((next) => set((before) => ({ ...before, text: next })), []);
  const offer = useCallback((next) => set((before) => ({ text: next, revision: before.revision + 1 })), []);
  return { text, revision, type, offer };
}

const expressionOf = ({ name }) => PRESETS.find((preset) => preset.name === name)?.expression ?? "event.user";

/** @param {{ status: import("./engine.js").EngineStatus }} props */
function EngineStatus({ status: { state, message } }) {
  if (state === "ready") return null;
  if (state === "failed") {
    return (
      <p class="card bad" role="alert" data-testid="engine">
        The engine does not run: {message}. Reload the page; your browser must know WebAssembly and module
        workers. What is typed here is kept as a draft where the browser can keep one.
      </p>
    );
  }
  return (
    <p class="card muted" role="status" data-testid="engine">
      Loading the engine…
      {state === "slow" && " It takes long. It is used when it comes; reload the page where it does not."}
    </p>
  );
}
