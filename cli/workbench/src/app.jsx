/**
 * The workbench: left what a login is made of, right what becomes of it.
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { parseConfig } from "../../src/config/text.js";
import { Editor } from "./editor.jsx";
import * as engine from "./engine.js";
import { saveFile } from "./files.js";
import { PRESETS } from "./presets.js";
import { Result } from "./result.jsx";
import { ExpressionBox, Faults, Storm } from "./tools.jsx";

/** After the last key: long enough for a word, short enough to seem at once. */
const PAUSE_MS = 150;

const FILES = [
  { name: "config", title: "Configuration", file: "claimsmith.json" },
  { name: "event", title: "Event", file: "event.json" },
  { name: "answers", title: "Answers", file: "answers.json" },
];

const TRIGGERS = { "post-login": "Post login", "credentials-exchange": "Credentials exchange" };

/** @typedef {{ config: string, event: string, answers: string }} Texts The three files, as they are edited. */

/**
 * @param {object} props
 * @param {import("./schema.js").Schema} props.schema
 * @param {Record<string, import("./files.js").StoredFile> | null} props.files Null where nothing can be saved.
 */
export function App({ schema, files }) {
  const [own] = useState(() => textsIn(files));
  const [texts, setTexts] = useState(own ?? textsOf(PRESETS[0]));
  const [trigger, setTrigger] = useState(/** @type {string} */ (PRESETS[0].trigger));
  /** Counts the times that all texts were replaced. */
  const [revision, setRevision] = useState(0);
  const [preset, setPreset] = useState(own === null ? PRESETS[0].name : "");
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  const [tab, setTab] = useState("config");
  const [problems, setProblems] = useState(/** @type {any[]} */ ([]));
  const [warnings, setWarnings] = useState(/** @type {any[]} */ ([]));
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [failure, setFailure] = useState("");
  const [stored, setStored] = useState(/** @type {Record<string, any> | null} */ (files));
  const [notice, setNotice] = useState("");
  const status = useEngineStatus();
  const fresh = useRef({ restart: false, clear: false });
  const [run, setRun] = useState(0);

  const inputs = useMemo(() => ({ ...texts, faults: chosen(faults), trigger }), [texts, faults, trigger]);

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      try {
        const found = await engine.check({ text: inputs.config, trigger: inputs.trigger });
        if (!isCurrent) return;
        setProblems(found.problems);
        setWarnings(found.warnings);
        if (found.problems.length > 0) return;
        const asked = fresh.current;
        // Before the answer: a button that is pressed meanwhile is for the next login.
        fresh.current = { restart: false, clear: false };
        const seen = await engine.login({ inputs, ...asked });
        if (!isCurrent) return;
        setResult(seen);
        setFailure("");
      } catch (error) {
        if (isCurrent) setFailure(/** @type {Error} */ (error).message);
      }
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [inputs, run]);

  const config = useMemo(
    () => /** @type {Record<string, any> | undefined} */ (parseConfig(texts.config).value),
    [texts.config],
  );
  const targets = useMemo(
    () => [
      ...Object.keys(config?.tokens ?? {}).map((name) => ({ kind: "token", name })),
      ...Object.keys(config?.sources ?? {}).map((name) => ({ kind: "source", name })),
    ],
    [config],
  );
  const data = useMemo(() => dataOf(texts), [texts]);
  const isChanged = (name) => stored !== null && stored[name]?.text !== texts[name];
  const isRunnable = problems.length === 0 && failure === "" && status.state === "ready";

  function choose(name) {
    const chosenPreset = PRESETS.find((candidate) => candidate.name === name);
    if (chosenPreset === undefined) return;
    setPreset(name);
    setTexts(textsOf(chosenPreset));
    setRevision((before) => before + 1);
    setTrigger(chosenPreset.trigger);
    setFaults({});
    fresh.current = { restart: true, clear: true };
  }

  async function save() {
    if (stored === null) return;
    try {
      const saved = { ...stored };
      for (const { name } of FILES) {
        if (isChanged(name)) saved[name] = await saveFile(name, texts[name], stored?.[name]?.version ?? null);
      }
      setStored(saved);
      setNotice("Saved.");
    } catch (error) {
      setNotice(/** @type {Error} */ (error).message);
    }
  }

  // Held in a reference, since what is saved is what is there when the key is pressed.
  const saveNow = useRef(save);
  saveNow.current = save;
  useEffect(() => {
    const onKey = (pressed) => {
      if (!(pressed.ctrlKey || pressed.metaKey) || pressed.key !== "s") return;
      pressed.preventDefault();
      saveNow.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  function again(what) {
    fresh.current = { ...fresh.current, ...what };
    setRun(run + 1);
  }

  return (
    <div class="page">
      <header class="top">
        <h1>
          Claimsmith <span class="muted">workbench</span>
        </h1>
        <label class="stacked">
          <span>Start from</span>
          <select class="field" value={preset} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {preset === "" && <option value="">your files</option>}
            {PRESETS.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="stacked">
          <span>Trigger</span>
          <select
            class="field"
            value={trigger}
            onChange={({ currentTarget }) => setTrigger(currentTarget.value)}
          >
            {Object.entries(TRIGGERS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <ThemeSwitch />
        {stored !== null && (
          <button type="button" onClick={save} disabled={!FILES.some(({ name }) => isChanged(name))}>
            Save
          </button>
        )}
        <span role="status" class="muted">
          {notice}
        </span>
      </header>
      <main>
        <div class="inputs">
          <Tabs selected={tab} onSelect={setTab} isChanged={isChanged} problems={problems.length} />
          {FILES.map(({ name, title }) => (
            <div
              key={name}
              role="tabpanel"
              id={`panel-${name}`}
              aria-labelledby={`tab-${name}`}
              hidden={tab !== name}
              class="panel"
            >
              <Editor
                label={title}
                value={texts[name]}
                revision={revision}
                onChange={(text) => {
                  setNotice("");
                  setTexts((before) => ({ ...before, [name]: text }));
                }}
                problems={name === "config" ? problems : undefined}
                warnings={name === "config" ? warnings : undefined}
                schema={name === "config" ? schema : undefined}
                trigger={trigger}
              />
            </div>
          ))}
          <p class="muted hint">Tab leaves the editor. Ctrl+Space lists what fits.</p>
          <Problems problems={problems} text={texts.config} failure={failure} />
          <Warnings warnings={warnings} text={texts.config} />
          <ExpressionBox
            data={data}
            initial={PRESETS.find(({ name }) => name === preset)?.expression ?? "@"}
          />
        </div>
        <div class="results">
          <div class="row actions">
            <button type="button" onClick={() => again({})} disabled={!isRunnable}>
              Log in again
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => again({ restart: true })}
              disabled={!isRunnable}
            >
              In a new instance
            </button>
            <button type="button" class="quiet" onClick={() => again({ clear: true })} disabled={!isRunnable}>
              With an empty cache
            </button>
          </div>
          <EngineStatus status={status} />
          <div class={isRunnable ? "" : "stale"} aria-busy={!isRunnable}>
            {result !== null && <Result result={result} />}
          </div>
          <Faults targets={targets} faults={faults} onChange={setFaults} />
          <Storm inputs={inputs} isRunnable={isRunnable} />
        </div>
      </main>
    </div>
  );
}

/** @returns {import("./engine.js").EngineStatus} */
function useEngineStatus() {
  const [status, setStatus] = useState(
    /** @type {import("./engine.js").EngineStatus} */ ({ state: "loading", message: "" }),
  );
  useEffect(() => engine.watchStatus(setStatus), []);
  return status;
}

/** @param {{ status: import("./engine.js").EngineStatus }} props */
function EngineStatus({ status: { state, message } }) {
  if (state === "ready") return null;
  if (state === "failed") {
    return (
      <p class="card bad" role="alert" data-testid="engine">
        The engine does not run: {message}. Reload the page; your browser must know WebAssembly and module
        workers. What is typed here and not saved is lost by that: copy it first.
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

function Tabs({ selected, onSelect, isChanged, problems }) {
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  function move({ key }) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (step === undefined) return;
    const index = FILES.findIndex(({ name }) => name === selected);
    const next = FILES[(index + step + FILES.length) % FILES.length].name;
    onSelect(next);
    /** @type {HTMLElement | null} */ (list.current?.querySelector(`#tab-${next}`))?.focus();
  }
  return (
    <div role="tablist" aria-label="What the login is made of" class="tabs" ref={list} onKeyDown={move}>
      {FILES.map(({ name, title, file }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={selected === name}
          aria-controls={`panel-${name}`}
          tabIndex={selected === name ? 0 : -1}
          onClick={() => onSelect(name)}
          title={file}
        >
          {title}
          {name === "config" && problems > 0 && <span class="badge">{problems}</span>}
          {isChanged(name) && <span class="changed" title="not saved" aria-label="not saved" role="img" />}
        </button>
      ))}
    </div>
  );
}

function Problems({ problems, text, failure }) {
  if (problems.length === 0 && failure === "") return null;
  const lineOf = (offset) => text.slice(0, offset).split("\n").length;
  return (
    <section class="card problems" aria-labelledby="problems-title" role="alert">
      <h2 id="problems-title">{problems.length > 1 ? `${problems.length} problems` : "A problem"}</h2>
      <ul class="plain">
        {failure !== "" && <li>{failure}</li>}
        {problems.map(({ offset, path, message, code }) => (
          <li key={offset + message}>
            line {lineOf(offset)} {path && <code>{path}</code>}: {message.split("\n")[0]}{" "}
            <span class="muted">({code})</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Warnings({ warnings, text }) {
  if (warnings.length === 0) return null;
  const lineOf = (offset) => text.slice(0, offset).split("\n").length;
  return (
    <section class="card" aria-labelledby="warnings-title">
      <h2 id="warnings-title">{warnings.length > 1 ? `${warnings.length} warnings` : "A warning"}</h2>
      <ul class="plain">
        {warnings.map(({ offset, path, message, mend, code }) => (
          <li key={offset + code + message}>
            line {lineOf(offset)} {path && <code>{path}</code>}: {message} <span class="muted">({code})</span>
            <br />
            {mend}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useState("system");
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
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

/**
 * @param {{ config: object, event: object, answers: object }} preset
 * @returns {Texts}
 */
function textsOf({ config, event, answers }) {
  const toText = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return { config: toText(config), event: toText(event), answers: toText(answers) };
}

/**
 * Returns the texts of the folder. Missing files are not filled from an unrelated case.
 *
 * @param {Record<string, import("./files.js").StoredFile> | null} files
 * @returns {Texts | null} null where the folder has none of the files
 */
function textsIn(files) {
  const there = Object.entries(files ?? {}).flatMap(([name, { text }]) =>
    text === null ? [] : [[name, text]],
  );
  if (there.length === 0) return null;
  return { config: textsOf(PRESETS[0]).config, event: "{}\n", answers: "{}\n", ...Object.fromEntries(there) };
}

function chosen(faults) {
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== ""));
}

/** Returns the document of an expression: the event, and each answer's body under the name of its source. */
function dataOf({ event, answers }) {
  const sources = Object.entries(parseConfig(answers).value ?? {}).map(([name, answer]) => [
    name,
    answer !== null && typeof answer === "object" && "$body" in answer ? answer.$body : answer,
  ]);
  return { event: parseConfig(event).value ?? {}, ...Object.fromEntries(sources) };
}
