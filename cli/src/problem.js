/**
 * A problem that the user can fix: it ends the command without a stack, with exit code 1 unless it names another.
 */

import pc from "picocolors";
import { FOUND_PROBLEM } from "./exit-codes.js";
import { printError, visible } from "./terminal.js";

export class Problem extends Error {
  /**
   * @param {string} message What is wrong, and where. Empty where the details say it.
   * @param {{ hint?: string, details?: string, cause?: unknown, exitCode?: number }} [options] The hint: what to do about it. The details:
   *   lines as they are printed below the message, colours and all, in which what others wrote is `visible`.
   */
  constructor(message, { hint, details, cause, exitCode = FOUND_PROBLEM } = {}) {
    super(message, { cause });
    this.name = "Problem";
    this.hint = hint;
    this.details = details;
    /** The exit code. */
    this.exitCode = exitCode;
  }
}

/** @param {Problem} problem */
export function printProblem({ message, hint, details }) {
  const parts = [message === "" ? undefined : visible(message), details].filter((part) => part !== undefined);
  printError(`${pc.red("error")}: ${parts.join("\n\n")}`);
  if (hint !== undefined) printError(`${pc.cyan("hint")}: ${visible(hint)}`);
}
