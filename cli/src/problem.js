/**
 * What a command found and a person can mend: it ends the command with exit code 1, and without a stack.
 */

import pc from "picocolors";
import { printError, visible } from "./terminal.js";

export class Problem extends Error {
  /**
   * @param {string} message What is wrong, and where. Empty where the details say it.
   * @param {{ hint?: string, details?: string, cause?: unknown }} [options] The hint: what to do about it. The details:
   *   lines as they are printed below the message, colours and all, in which what others wrote is `visible`.
   */
  constructor(message, { hint, details, cause } = {}) {
    super(message, { cause });
    this.name = "Problem";
    this.hint = hint;
    this.details = details;
  }
}

/** @param {Problem} problem */
export function printProblem({ message, hint, details }) {
  const parts = [message === "" ? undefined : visible(message), details].filter((part) => part !== undefined);
  printError(`${pc.red("error")}: ${parts.join("\n\n")}`);
  if (hint !== undefined) printError(`${pc.cyan("hint")}: ${visible(hint)}`);
}
