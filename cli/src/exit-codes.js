/** How a run of the command ends where not with 0. */

export const FOUND_PROBLEM = 1;
export const WRONG_USAGE = 2;
/** By Ctrl+C, as shells count it. */
export const INTERRUPTED = 130;
