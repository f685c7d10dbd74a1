/**
 * The command `claimsmith`: what each of its commands takes, and how a run ends.
 */

import { readFileSync } from "node:fs";
import registerCompletion from "@bomb.sh/tab/commander";
import { Command, CommanderError } from "commander";
import { WRONG_USAGE } from "./exit-codes.js";
import { isOfSystem } from "./file-reasons.js";
import { wrap } from "./layout.js";
import { Problem, printProblem } from "./problem.js";
import { outputWidth, withoutControls } from "./terminal.js";

/** The commands, in the order of the help: each is a module. */
const COMMANDS = [
  "init",
  "check",
  "simulate",
  "test",
  "diff",
  "fixture",
  "explain",
  "dev",
  "bundle",
  "export",
  "verify",
  "schema",
];

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** Help in a pipe or a file is as wide as in a terminal of the usual width. */
const HELP_WIDTH = 80;

function helpWidth(stream) {
  const width = outputWidth(stream);
  return Number.isFinite(width) ? width : HELP_WIDTH;
}

/**
 * @param {string[]} argv As `process.argv`.
 * @returns {Promise<number>} the exit code
 */
export async function main(argv) {
  const program = new Command("claimsmith")
    .description(
      "Puts data from your API into the tokens that Auth0 issues: write, try and ship its configuration.",
    )
    .version(version)
    .option("--no-color", "print without colours, as NO_COLOR=1 does")
    .showHelpAfterError("(add --help for what the command takes)")
    // An invalid argument is reported with the argument.
    .configureOutput({
      writeOut: (text) => process.stdout.write(wrap(withoutControls(text), outputWidth())),
      writeErr: (text) => process.stderr.write(wrap(withoutControls(text), outputWidth(process.stderr))),
      getOutHelpWidth: () => helpWidth(process.stdout),
      getErrHelpWidth: () => helpWidth(process.stderr),
    })
    .exitOverride();
  // What a command stands on, such as an OAuth server, takes longer to load than others take to run.
  for (const name of COMMANDS.includes(argv[2]) ? [argv[2]] : COMMANDS) {
    const { register } = await import(`./commands/${name}.js`);
    register(program);
  }
  // What a shell completes is read off the commands: those above.
  registerCompletion(program);

  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    const problem = isOfSystem(error) ? new Problem(error.message, { cause: error }) : error;
    if (!(problem instanceof Problem)) throw error;
    printProblem(problem);
    return problem.exitCode;
  }
}
