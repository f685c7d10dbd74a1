/**
 * `claimsmith export`: a folder that a platform team's tool applies.
 */

import { readdirSync } from "node:fs";
import path from "node:path";
import { checkConfig } from "claimsmith";
import { InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { bundleAction } from "../bundle.js";
import { DEFAULT_FILE, readConfigFile } from "../config/file.js";
import { TARGETS } from "../export/index.js";
import { reasonOf } from "../file-reasons.js";
import { Problem } from "../problem.js";
import { readIfRust } from "../rust/read-file.js";
import { readSecretsFile } from "../simulation/inputs.js";
import { print, printError, visible } from "../terminal.js";
import { refuseToReplaceInput, writeFile } from "../write-file.js";
import { triggerOption } from "./options.js";

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("export")
    .description("write a folder that auth0-deploy-cli, Terraform or the auth0 command applies")
    .argument("[config]", "the configuration, or the file of an Action in Rust", DEFAULT_FILE)
    .addOption(
      new Option("--to <tool>", "what applies it").choices(Object.keys(TARGETS)).makeOptionMandatory(),
    )
    .option("-o, --out <folder>", "the folder to write (the name of the tool)")
    .option("--name <name>", "what the Action is called in the tenant", toActionName, "Claimsmith")
    .option("--runtime <runtime>", "Node's version in Auth0's terms", "node22")
    .option(
      "--secrets <file>",
      "for an Action in Rust: lines of NAME=value, whose names become placeholders; no value is written",
    )
    .option("--bind", "put the Action into the flow as well")
    .option("--force", "replace what is in the folder")
    .addOption(triggerOption())
    .action(exportFolder);
}

function exportFolder(configFile, options, command) {
  const { to, out = to, name, runtime, bind = false, force = false } = options;
  const { runtimes } = TARGETS[to];
  if (!runtimes.includes(runtime)) {
    command.error(`error: --runtime ${runtime}: for ${to} it must be one of ${runtimes.join(", ")}`);
  }
  const { code, trigger, secrets, written, what } = readAction(configFile, options, command);
  const files = TARGETS[to].files({ name, code, trigger, runtime, secrets: secrets ?? [], bind });
  if (!force && !isFree(out)) {
    throw new Problem(`${out} is not empty`, { hint: "give another folder by --out, or --force to replace" });
  }
  const places = Object.entries(files).map(([file, content]) => ({ place: path.join(out, file), content }));
  for (const { place } of places) refuseToReplaceInput(place, { "what is exported": configFile });
  for (const { place, content } of places) {
    writeFile(place, content, { isNew: !force, onLink: "remove" });
    print(`${pc.green("wrote")} ${visible(place)}`);
  }
  const keyword = /##\w+##|@@\w+@@/.exec(JSON.stringify([written, name]))?.[0];
  if (to === "deploy-cli" && keyword !== undefined) {
    printError(
      `${pc.yellow("warning")}: auth0-deploy-cli would replace ${keyword} in ${what}, or its name, by its own keyword`,
    );
  }
  if (secrets === undefined) {
    printError(
      `${pc.yellow("warning")}: which secrets an Action in Rust reads stands in its code: name them by --secrets, or the tenant has none`,
    );
  }
  print(`\nNext: ${visible(path.join(out, "README.md"))} says how to apply it.`);
}

/** Whether nothing is in the folder. */
function isFree(folder) {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return true;
    throw new Problem(`${folder} is no folder to write to: ${reasonOf(error)}`);
  }
}

/** The code of an Action, its secrets where they are known, and what a person wrote of it. */
function readAction(file, options, command) {
  const ofRust = readIfRust(file, command);
  if (ofRust !== undefined) {
    const { code, rust } = ofRust;
    const names = options.secrets && Object.keys(readSecretsFile(options.secrets).given);
    return { code, trigger: rust.trigger, secrets: names, written: code, what: "the code" };
  }
  const { trigger } = options;
  if (options.secrets !== undefined) {
    command.error("error: --secrets is for an Action in Rust: a configuration says which it reads");
  }
  const config = readConfigFile(file, { trigger });
  const { secrets, warnings } = checkConfig(config, { trigger });
  // Each becomes a variable that must be set: one for a slip would ask for a secret that nobody has.
  const misspelt = warnings.find(({ code }) => code === "secret_misspelt");
  if (misspelt !== undefined) {
    throw new Problem(`${misspelt.path}: ${misspelt.message}`, { hint: misspelt.mend });
  }
  return {
    code: bundleAction(config, { trigger }),
    trigger,
    secrets,
    written: config,
    what: "the configuration",
  };
}

function toActionName(text) {
  if (text.trim() !== "" && visible(text) === text) return text;
  throw new InvalidArgumentError("must be a name without control characters.");
}
