/**
 * The command `claimsmith`: what each of its commands takes, and how a run ends.
 */

import { readFileSync } from "node:fs";
import registerCompletion from "@bomb.sh/tab/commander";
import { Command, CommanderError } from "commander";
import { registerBundle } from "./commands/bundle.js";
import { registerCheck } from "./commands/check.js";
import { registerDev } from "./commands/dev.js";
import { registerDiff } from "./commands/diff.js";
import { registerExplain } from "./commands/explain.js";
import { registerExport } from "./commands/export.js";
import { registerFixture } from "./commands/fixture.js";
import { registerInit } from "./commands/init.js";
import { registerSchema } from "./commands/schema.js";
import { registerSimulate } from "./commands/simulate.js";
import { registerTest } from "./commands/test.js";
import { registerVerify } from "./commands/verify.js";
import { WRONG_USAGE } from "./exit-codes.js";
import { wrap } from "./layout.js";
import { Problem, printProblem } from "./problem.js";
import { outputWidth, withoutControls } from "./terminal.js";

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
  registerInit(program);
  registerCheck(program);
  registerSimulate(program);
  registerTest(program);
  registerDiff(program);
  registerFixture(program);
  registerExplain(program);
  registerDev(program);
  registerBundle(program);
  registerExport(program);
  registerVerify(program);
  registerSchema(program);
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
