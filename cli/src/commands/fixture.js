/**
 * `claimsmith fixture`: the report of a real login becomes a fixture, without what is personal.
 */

import { compilePlan } from "claimsmith";
import pc from "picocolors";
import { DEFAULT_FILE, readConfigFile } from "../config/file.js";
import { parseConfig } from "../config/text.js";
import { formatJson } from "../fixtures/json-text.js";
import { createPseudonyms } from "../fixtures/pseudonyms.js";
import { createFixture, readRecord } from "../fixtures/record.js";
import { isPlainObject } from "../host/event.js";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { printError, printJson, printVerbatim, visible } from "../terminal.js";
import { refuseToReplaceInput, writeFile } from "../write-file.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("fixture")
    .description("make a fixture of a real login: of its report, or of its line of the log")
    .argument("<file>", "the report as JSON, an entry of Auth0's log, or text with a line `claimsmith …`")
    .option("-c, --config <file>", "the configuration that ran", DEFAULT_FILE)
    .option("--event <file>", "the event of the login")
    .option("--answers <file>", "what the backend answered, by source")
    .option("--name <text>", "the name of the fixture")
    .option(
      "--keep <path>",
      "leave that as it is, such as user.app_metadata.plan; may be repeated",
      collect,
      [],
    )
    .option("-o, --out <file>", "write it there, such as tests/recorded.json")
    .option("--force", "replace the file that is there")
    .option("--json", "print the fixture, and what was replaced, for programs")
    .addOption(triggerOption())
    .action(fixture);
}

function fixture(
  file,
  {
    config: configFile,
    event: eventFile,
    answers: answersFile,
    name,
    keep,
    out,
    force = false,
    json,
    trigger,
  },
) {
  const config = readConfigFile(configFile, { trigger });
  const recorded = readRecord(readText(file), file, config);
  const pseudonyms = createPseudonyms(keep);
  const event = eventFile === undefined ? undefined : pseudonyms.event(readObject(eventFile));
  const answers = answersFile === undefined ? undefined : pseudonyms.answers(readObject(answersFile));
  const { fixture: made, missing } = createFixture(recorded, { event, answers, name });
  const written = trigger === "post-login" ? made : { ...made, trigger };
  const isUsed = ({ path }) =>
    !path.startsWith("answers.") ||
    Object.keys(made.answers ?? {}).some((source) => path.startsWith(`answers.${source}`));
  const replaced = pseudonyms.replaced.filter(isUsed);
  const { fingerprint } = compilePlan(config, { trigger });
  const ran = recorded.fingerprint;
  const notes =
    ran === null || ran === fingerprint
      ? []
      : [`the login ran with the configuration ${ran}; ${configFile} is ${fingerprint}`];
  if (recorded.fingerprint?.endsWith("+live"))
    notes.push("`live` of the pasted file differed from its configuration");

  if (out !== undefined) {
    refuseToReplaceInput(out, {
      "the report": file,
      "the configuration": configFile,
      "the event": eventFile,
      "the answers": answersFile,
    });
    writeFile(out, `${formatJson(written)}\n`, { isNew: !force, onLink: "remove" });
  }
  if (json) printJson({ fixture: written, replaced, missing, notes });
  else if (out === undefined) printVerbatim(formatJson(written));
  if (!json) tell({ replaced, missing, notes, eventFile, out });
}

/** On standard error, so that the fixture alone can be piped. */
function tell({ replaced, missing, notes, eventFile, out }) {
  if (out !== undefined) printError(`${pc.green("wrote")} ${visible(out)}`);
  for (const note of notes) printError(`${pc.yellow("warning")}: ${visible(note)}`);
  if (replaced.length > 0) printError(pc.bold("Replaced"));
  for (const { path, kind, replacement } of replaced) {
    printError(`  ${visible(path)}  ${pc.dim(`${kind}, now ${visible(JSON.stringify(replacement))}`)}`);
  }
  if (eventFile === undefined) {
    printError("The report has no event: give it by --event, or write what matters of it under `with`.");
  }
  if (missing.length > 0) {
    printError(
      `To be filled in under \`answers\`: ${missing.map(visible).join(", ")}. Then run claimsmith test --update.`,
    );
  }
}

function readObject(file) {
  const { value, problems } = parseConfig(readText(file));
  if (problems.length > 0) throw new Problem(`${file}: ${problems[0].message}`);
  if (!isPlainObject(value)) throw new Problem(`${file}: must be a JSON object`);
  return /** @type {Record<string, any>} */ (value);
}

function collect(text, earlier) {
  return [...earlier, text];
}
