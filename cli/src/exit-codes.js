/** The exit codes of the command, but for 0. */

export const FOUND_PROBLEM = 1;
export const WRONG_USAGE = 2;
/** By Ctrl+C, as shells count it. */
export const INTERRUPTED = 130;
