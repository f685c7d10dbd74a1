/**
 * The command `claimsmith`: what each of its commands takes, and how a run ends.
 */

import { readFileSync } from "node:fs";
import registerCompletion from "@bomb.sh/tab/commander";
import { Command, CommanderError } from "commander";
import { WRONG_USAGE } from "./exit-codes.js";
import { Problem, printProblem } from "./problem.js";
import { withoutControls } from "./terminal.js";

/**
 * What registers each command, in the order of the help. Loaded when it is asked for: what a command stands on, such as an
 * OAuth server, takes longer to load than others take to run.
 *
 * @type {Record<string, () => Promise<(program: Command) => void>>}
 */
const COMMANDS = {
  init: async () => (await import("./commands/init.js")).registerInit,
  check: async () => (await import("./commands/check.js")).registerCheck,
  simulate: async () => (await import("./commands/simulate.js")).registerSimulate,
  test: async () => (await import("./commands/test.js")).registerTest,
  diff: async () => (await import("./commands/diff.js")).registerDiff,
  fixture: async () => (await import("./commands/fixture.js")).registerFixture,
  explain: async () => (await import("./commands/explain.js")).registerExplain,
  dev: async () => (await import("./commands/dev.js")).registerDev,
  bundle: async () => (await import("./commands/bundle.js")).registerBundle,
  export: async () => (await import("./commands/export.js")).registerExport,
  verify: async () => (await import("./commands/verify.js")).registerVerify,
  schema: async () => (await import("./commands/schema.js")).registerSchema,
};

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

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
      writeOut: (text) => process.stdout.write(withoutControls(text)),
      writeErr: (text) => process.stderr.write(withoutControls(text)),
    })
    .exitOverride();
  const asked = Object.hasOwn(COMMANDS, argv[2]) ? [argv[2]] : Object.keys(COMMANDS);
  for (const name of asked) (await COMMANDS[name]())(program);
  // What a shell completes is read off the commands: those above.
  registerCompletion(program);

  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (!(error instanceof Problem)) throw error;
    printProblem(error);
    return error.exitCode;
  }
}
