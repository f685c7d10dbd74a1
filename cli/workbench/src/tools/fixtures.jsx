/**
 * The login as a fixture, and all fixtures of the folder.
 */

import { useState } from "preact/hooks";
import { download } from "../state/device-files.js";
import { toFixture } from "../state/fixture.js";
import { addFixture, runFixtures } from "../state/folder.js";
import { toText } from "../state/workspace.js";

const WORDS = { passed: "passes", failed: "fails", unwritten: "expects nothing yet" };
const CHIPS = { passed: "enriched", failed: "failed", unwritten: "" };
const SIGNS = { expected: "−", actual: "+", same: " ", gap: " " };

/**
 * @param {object} props
 * @param {boolean} props.hasFolder
 * @param {boolean} props.isRunnable
 * @param {import("../engine.js").Inputs} props.inputs What the last login was made of.
 * @param {{ kind: string, name: string }[]} props.targets
 * @param {any} props.result
 */
export function Fixtures({ hasFolder, isRunnable, inputs, targets, result }) {
  const [name, setName] = useState("first");
  const [notice, setNotice] = useState("");
  const [results, setResults] = useState(/** @type {any[] | null} */ (null));
  const [failure, setFailure] = useState("");
  const [isRunning, setRunning] = useState(false);

  async function save() {
    const text = toText(toFixture(name.replaceAll(/[-_]+/g, " "), inputs, targets, result));
    if (!hasFolder) {
      download(`${name}.json`, text, "application/json");
      setNotice(
        `${name}.json is among your downloads: put it into the folder tests beside the configuration.`,
      );
      return;
    }
    try {
      await addFixture(name, text);
      setNotice(`tests/${name}.json is written.`);
    } catch (error) {
      setNotice(`${/** @type {Error} */ (error).message}.`);
    }
  }

  async function run() {
    setRunning(true);
    setFailure("");
    try {
      setResults(await runFixtures(inputs.config, inputs.trigger));
    } catch (error) {
      setResults(null);
      setFailure(/** @type {Error} */ (error).message);
    }
    setRunning(false);
  }

  return (
    <section class="card" aria-labelledby="fixtures-title">
      <h2 id="fixtures-title">Fixtures</h2>
      <p class="muted">
        A fixture is a login and what it must come to. <code>claimsmith test</code> runs them all, on this
        machine and in continuous integration.
      </p>
      <form
        class="row"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          save();
        }}
      >
        <label class="stacked">
          <span>Name</span>
          <input
            class="field"
            value={name}
            required
            pattern="[\p{L}\p{N}][\p{L}\p{N}_\-]*"
            title="letters, digits, - and _"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={!isRunnable}>
          Save this login
        </button>
        {hasFolder && (
          <button type="button" class="quiet" disabled={!isRunnable || isRunning} onClick={run}>
            Run all fixtures
          </button>
        )}
      </form>
      <p role="status" class="muted">
        {notice}
      </p>
      {failure !== "" && <pre class="bad">{failure}</pre>}
      {results !== null && <Results results={results} />}
    </section>
  );
}

function Results({ results }) {
  const failed = results.filter(({ state }) => state === "failed").length;
  return (
    <div data-testid="fixtures">
      <p role="status">
        {results.length} {results.length === 1 ? "login" : "logins"}, {failed === 0 ? "none" : failed} failed
      </p>
      <ul class="plain">
        {results.map(({ file, line, name, state, details }) => (
          <li key={`${file}:${line}:${name}`}>
            <strong class={`chip ${CHIPS[state]}`}>{WORDS[state]}</strong> {name}{" "}
            <span class="muted">
              tests/{file}:{line}
            </span>
            {state === "failed" && <Details details={details} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Details({ details: { differences, why } }) {
  return (
    <>
      {differences.map(({ what, lines }) => (
        <div key={what}>
          <h3>{what}</h3>
          <pre class="difference">
            {lines.map(({ kind, text }, index) => (
              <span key={index} class={{ expected: "bad", actual: "good" }[kind] ?? "muted"}>
                {SIGNS[kind]} {text}
                {"\n"}
              </span>
            ))}
          </pre>
        </div>
      ))}
      {why.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      {differences.length > 0 && <p class="muted">− what was expected, + what came</p>}
    </>
  );
}
