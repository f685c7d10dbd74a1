/**
 * The bar of a run of logins that takes long.
 */

import { SingleBar } from "cli-progress";
import { outputWidth } from "./terminal.js";

const BAR_WIDTH = 40;

/** The columns of the counts behind the bar. */
const COUNTS_WIDTH = 32;

export function createProgress() {
  return new SingleBar({
    barsize: Math.min(BAR_WIDTH, Math.max(1, outputWidth(process.stderr) - COUNTS_WIDTH)),
    format: "{bar} {value} of {total} logins",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl+C shows what there is by then.
    gracefulExit: false,
  });
}
