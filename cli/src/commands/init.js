/**
 * `claimsmith init`: a configuration to start from, or a crate, and what it takes to try it.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cancel, intro, isCancel, outro, select, text } from "@clack/prompts";
import { Option } from "commander";
import pc from "picocolors";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { initRust } from "../rust/init.js";
import { createStart, ignoreSecrets, problemsOfStart } from "../start/files.js";
import { SHAPES, userUrl } from "../start/shapes.js";
import { changeTo, isThere, refuseToReplace, writeStart } from "../start/write.js";
import { print, visible } from "../terminal.js";
import { isLink, writeFile } from "../write-file.js";

const require = createRequire(import.meta.url);

/**
 * The questions, by the option that answers each. `suggest` makes an answer of what was answered before.
 * @type {Record<string, { message: string, suggest: (given: Record<string, string>) => string | undefined, isAddress: boolean }>}
 */
const QUESTIONS = {
  api: {
    message: "Where does the API tell about a user?",
    suggest: ({ shape }) => SHAPES[shape].api,
    isAddress: true,
  },
  audience: {
    message: "What is the API's identifier in Auth0 (its audience)?",
    suggest: ({ api }) => originOf(api),
    isAddress: false,
  },
  namespace: {
    message: "What shall the names of your claims begin with?",
    suggest: ({ api }) => `${originOf(api)?.replace("://api.", "://") ?? "https://example.com"}/`,
    isAddress: true,
  },
};

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("init")
    .description("write a configuration, an event and a first test to start from")
    .argument("[folder]", "where to (this folder; with --rust one of the crate's name)")
    .addOption(
      new Option("--shape <shape>", "the kind of API to ask")
        .choices(Object.keys(SHAPES))
        .default(undefined, "api"),
    )
    .option("--api <url>", "where the API tells about a user; `{event.user.user_id}` stands for whom")
    .option("--audience <identifier>", "the API's identifier in Auth0")
    .option("--namespace <url>", "what the names of claims begin with")
    .option("--yes", "take what is suggested for all that is not given, but for --api")
    .option("--rust <name>", "begin a crate instead: an Action in Rust with its tests")
    .option("--path <folder>", "with --rust: where the crate `claimsmith` lies, in a clone of its repository")
    .option("--force", "replace files that are there")
    .action(init);
}

async function init(folder = ".", { force = false, yes = false, rust, path: place, ...given }, command) {
  if (rust !== undefined)
    return initRust(command.args[0] ?? rust, { name: rust, place, force, given }, command);
  if (place !== undefined) command.error("error: --path is for --rust; leave it out, or add that");
  const names = Object.keys(createStart({ shape: given.shape ?? "api", api: "https://x.example" }));
  refuseToReplace(folder, [...names, "claimsmith.schema.json"], force);
  const answers = await answer(given, yes, command);
  refuseProblems(problemsOfStart(answers), answers, command);

  const files = {
    ...createStart(answers),
    "claimsmith.schema.json": readFileSync(require.resolve("claimsmith/claimsmith.schema.json"), "utf8"),
  };
  writeStart(folder, files, force);
  keepSecretsOut(path.join(folder, ".gitignore"));
  if (answers.shape === "api" && userUrl(answers.api) !== answers.api) {
    print(`\nThe user's id was put at the end of the API's address: ${visible(userUrl(answers.api))}`);
  }
  print(`
Next:
  ${changeTo(folder)}npx claimsmith simulate   shows a login and the tokens it ends in; no tenant is needed
  npx claimsmith test       runs tests/first.json, which says what is expected of it
  npx claimsmith dev        the same on a page, while you edit
  npx claimsmith bundle     writes action.js, to be pasted into Auth0's editor

The claims in claimsmith.json are an example: answers.json is what the API is taken to say.`);
}

/** All answers: those that are given, and those that a person or a suggestion gives. */
async function answer(given, yes, command) {
  const asksShape = given.shape === undefined && isTerminal() && !yes && given.api === undefined;
  if (asksShape) {
    intro("A configuration to start from");
    given.shape = await ask(
      select({
        message: "What shall be asked about a user?",
        options: Object.entries(SHAPES).map(([value, { title }]) => ({ value, label: title })),
      }),
    );
  }
  const answers = { ...given, shape: given.shape ?? "api" };
  const { asks } = SHAPES[answers.shape];
  for (const name of Object.keys(QUESTIONS)) {
    if (given[name] === undefined) continue;
    if (!asks.includes(/** @type {any} */ (name))) {
      command.error(`error: --${name} does not go with --shape ${answers.shape}`);
    }
    const wrong = mistakeOf(name, given[name]);
    if (wrong !== undefined) command.error(`error: --${name} ${given[name]}: ${wrong}`);
  }

  const missing = asks.filter((name) => given[name] === undefined);
  if (missing.length === 0) return answers;
  if (yes && !missing.includes("api")) {
    for (const name of missing) answers[name] = QUESTIONS[name].suggest(answers);
    return answers;
  }
  if (!isTerminal()) {
    command.error(
      `error: without a terminal to ask on, ${missing.map((name) => `--${name}`).join(", ")} must be given`,
    );
  }
  if (!asksShape) intro("A configuration to start from");
  for (const name of missing) {
    const { message, suggest } = QUESTIONS[name];
    const suggested = suggest(answers);
    answers[name] = await ask(
      text({
        message,
        placeholder: suggested,
        defaultValue: suggested,
        validate: (value) => (value ? mistakeOf(name, value) : undefined),
      }),
    );
  }
  outro("Writing the files");
  return answers;
}

/**
 * @template T
 * @param {Promise<T | symbol>} question
 * @returns {Promise<T>}
 */
async function ask(question) {
  const given = await question;
  if (!isCancel(given)) return /** @type {T} */ (given);
  cancel("Nothing was written.");
  throw new Problem("init was stopped");
}

function isTerminal() {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

function mistakeOf(name, value) {
  if (value.trim() === "") return "It must not be empty.";
  if (!QUESTIONS[name].isAddress) return undefined;
  const address = parse(value);
  if (address === null || !/^https?:$/.test(address.protocol)) return "That is no http(s) address.";
  return undefined;
}

/** What `check` would refuse is not written. */
function refuseProblems(problems, answers, command) {
  if (problems.length === 0) return;
  const lines = problems.map(({ question, message }) =>
    question === undefined ? message : `--${question} ${answers[question] ?? ""}: ${message}`,
  );
  command.error(`error: ${[...new Set(lines)].join("\n       ")}`);
}

/** One that is there is added to: who has it wants it. What a link leads to is somebody else's. */
function keepSecretsOut(file) {
  if (isLink(file)) {
    print(`${visible(file)} is a link and left as it is: secrets.env belongs into it`);
    return;
  }
  const before = isThere(file) ? readText(file) : undefined;
  const after = ignoreSecrets(before);
  if (after === undefined) return;
  writeFile(file, after);
  print(`${pc.green(before === undefined ? "wrote" : "added secrets.env to")} ${visible(file)}`);
}

function originOf(address) {
  return parse(address)?.origin;
}

/** An address whose templates are taken for a word. */
function parse(address) {
  const plain = address?.replaceAll(/\{[^}]*\}/g, "x") ?? "";
  return URL.canParse(plain) ? new URL(plain) : null;
}
