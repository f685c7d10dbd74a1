/**
 * What a command found and a person can mend: it ends the command with exit code 1, and without a stack.
 */

import pc from "picocolors";

export class Problem extends Error {
  /**
   * @param {string} message What is wrong, and where.
   * @param {{ hint?: string, cause?: unknown }} [options] The hint: what to do about it.
   */
  constructor(message, { hint, cause } = {}) {
    super(message, { cause });
    this.name = "Problem";
    this.hint = hint;
  }
}

/** @param {Problem} problem */
export function printProblem({ message, hint }) {
  console.error(`${pc.red("error")}: ${message}`);
  if (hint !== undefined) console.error(`${pc.cyan("hint")}: ${hint}`);
}
