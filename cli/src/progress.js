/**
 * The bar of a run of logins that takes long.
 */

import { SingleBar } from "cli-progress";

export function createProgress() {
  return new SingleBar({
    format: "{bar} {value} of {total} logins",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl+C shows what there is by then.
    gracefulExit: false,
  });
}
