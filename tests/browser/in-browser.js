// One browser for all tests of a file, which are left out where there is none.

import { after, before, test } from "node:test";
import { launch, noBrowser } from "./page.js";

/** @type {import("playwright-core").Browser} */
export let browser;
before(async () => {
  if (noBrowser === undefined) browser = await launch();
});
after(() => browser?.close());

/**
 * @param {string} name
 * @param {(t: import("node:test").TestContext) => Promise<void>} run
 * @param {number} [timeout]
 */
export function inBrowser(name, run, timeout = 120_000) {
  test(name, { skip: noBrowser ?? false, timeout }, run);
}
