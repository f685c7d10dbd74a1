/**
 * Waits. The promise is fulfilled when the time is over, or at once by `cancel`.
 * @param {number} durationMs
 */
export function sleep(durationMs) {
  let wake;
  const promise = new Promise((resolve) => {
    wake = resolve;
  });
  const timer = setTimeout(wake, durationMs);
  const cancel = () => {
    clearTimeout(timer);
    // Whoever still holds the promise lets go of it.
    wake();
  };
  return { promise, cancel };
}

/** Milliseconds on a clock that only moves forward. */
export const monotonic = () => performance.now();
