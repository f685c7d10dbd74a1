/**
 * `claimsmith init`: a configuration to start from, and what it takes to try it.
 */

import { lstatSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cancel, intro, isCancel, outro, text } from "@clack/prompts";
import pc from "picocolors";
import { createStart } from "../config/start.js";
import { Problem } from "../problem.js";
import { print, visible } from "../terminal.js";
import { writeNewFile } from "../write-file.js";

const require = createRequire(import.meta.url);

/** The questions, by the option that answers each. */
const QUESTIONS = {
  api: {
    message: "Where does your API tell about a user?",
    placeholder: "https://api.example.com/users/{event.user.user_id}",
    validate: checkUrl,
  },
  audience: {
    message: "What is the API's identifier in Auth0 (its audience)?",
    placeholder: "https://api.example.com",
    validate: (value) => (value ? undefined : "An identifier is needed to ask for a token."),
  },
  namespace: {
    message: "What shall the names of your claims begin with?",
    placeholder: "https://example.com/",
    validate: checkUrl,
  },
};

/** @param {import("commander").Command} program */
export function registerInit(program) {
  program
    .command("init")
    .description("write a configuration and an event to start from")
    .argument("[folder]", "where to", ".")
    .option("--api <url>", "where the API tells about a user; `{event.user.user_id}` stands for whom")
    .option("--audience <identifier>", "the API's identifier in Auth0")
    .option("--namespace <url>", "what the names of claims begin with")
    .option("--force", "replace files that are there")
    .action(init);
}

async function init(folder, { force = false, ...given }, command) {
  const files = (answers) => ({
    ...createStart(answers),
    "claimsmith.schema.json": readFileSync(require.resolve("claimsmith/claimsmith.schema.json"), "utf8"),
  });
  refuseToReplace(folder, Object.keys(files({ api: "", audience: "", namespace: "" })), force);

  const answers = await ask(given, command);
  for (const [name, content] of Object.entries(files(answers))) {
    writeNewFile(path.join(folder, name), content, { replaces: force });
    print(`${pc.green("wrote")} ${visible(path.join(folder, name))}`);
  }
  const change = folder === "." ? "" : `cd ${visible(folder)}\n  `;
  print(`
Next:
  ${change}claimsmith simulate   shows a login and the tokens it ends in; no tenant is needed
  claimsmith test       runs tests/first.json, which says what is expected of it
  claimsmith dev        the same on a page, while you edit
  claimsmith bundle     writes action.js, to be pasted into Auth0's editor

The claims in claimsmith.json are an example: answers.json is what the API is taken to say.`);
}

async function ask(given, command) {
  const missing = Object.keys(QUESTIONS).filter((name) => given[name] === undefined);
  for (const name of Object.keys(given)) {
    const wrong = QUESTIONS[name]?.validate(given[name]);
    if (wrong !== undefined) command.error(`error: --${name} ${given[name]}: ${wrong}`);
  }
  if (missing.length === 0) return given;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    command.error(
      `error: without a terminal to ask on, ${missing.map((name) => `--${name}`).join(", ")} must be given`,
    );
  }

  intro("A configuration to start from");
  const answers = { ...given };
  for (const name of missing) {
    const { message, placeholder, validate } = QUESTIONS[name];
    const answer = await text({
      message,
      placeholder,
      defaultValue: placeholder,
      validate: (value) => (value ? validate(value) : undefined),
    });
    if (isCancel(answer)) {
      cancel("Nothing was written.");
      throw new Problem("init was stopped");
    }
    answers[name] = answer;
  }
  outro("Writing the files");
  return answers;
}

/** All or nothing: half a start would be of no use. */
function refuseToReplace(folder, names, force) {
  if (force) return;
  const there = names.filter((name) => isThere(path.join(folder, name)));
  if (there.length === 0) return;
  throw new Problem(
    `${there.join(", ")} ${there.length === 1 ? "is" : "are"} there already in ${path.resolve(folder)}`,
    {
      hint: "give another folder, or --force to replace",
    },
  );
}

/** A link that leads nowhere is there as well. */
function isThere(file) {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function checkUrl(value) {
  const plain = value?.replaceAll(/\{[^}]*\}/g, "x") ?? "";
  return URL.canParse(plain) && /^https?:$/.test(new URL(plain).protocol)
    ? undefined
    : "That is no http(s) address.";
}
