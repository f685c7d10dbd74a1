// Typing is fast, however much there is: compared with a small case, so that a busy machine is no mistake.

import assert from "node:assert/strict";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, settled } from "./page.js";

const slowly = (name, run) => inBrowser(name, run, 180_000);

const KEYS = 40;
/** What a key may take, and how many times what it takes in a small case. */
const MAX_MS = 50;
const MAX_RATIO = 12;

const claims = (count) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `https://example.com/c${index}`,
      `big.items[${index}].name`,
    ]),
  );

const items = (count) =>
  Array.from({ length: count }, (_, index) => ({
    id: index,
    name: `item ${index}`,
    text: "lorem ipsum ".repeat(8),
  }));

const filesOf = (claimCount, itemCount, indent = 2) => ({
  "claimsmith.json": JSON.stringify(
    {
      sources: { big: { url: "https://api.example.com/big", max_bytes: 1_048_576 } },
      claims: claims(claimCount),
    },
    null,
    2,
  ),
  "answers.json": JSON.stringify({ big: { items: items(itemCount) } }, null, indent),
});

/** The time of one key on the page's thread, with all that it sets off there before the next frame. */
const pressKey = (page, label) =>
  page.evaluate(async (name) => {
    const editor = /** @type {HTMLElement} */ (document.querySelector(`[aria-label="${name}"]`));
    editor.focus();
    const startMs = performance.now();
    document.execCommand("insertText", false, " ");
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(undefined);
      port2.postMessage(null);
    });
    return performance.now() - startMs;
  }, label);

const median = (times) => [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)];

for (const [label, tab] of [
  ["Configuration", "Configuration"],
  ["Answers", "Answers"],
]) {
  slowly(`a key in ${label} takes no longer for 200 claims and an answer of 500 kB`, async (t) => {
    const small = await openPage(t, browser, { files: filesOf(2, 2) });
    const files = filesOf(200, 3300);
    assert.ok(files["answers.json"].length > 500_000);
    const large = await openPage(t, browser, { files });
    for (const { page } of [small, large]) await page.getByRole("tab", { name: tab }).click();
    const times = { small: [], large: [] };
    // In turn: what slows the machine slows both.
    for (let key = 0; key < KEYS; key++) {
      times.small.push(await pressKey(small.page, label));
      times.large.push(await pressKey(large.page, label));
    }
    const ratio = median(times.large) / Math.max(0.5, median(times.small));
    t.diagnostic(`${median(times.small).toFixed(1)} ms and ${median(times.large).toFixed(1)} ms a key`);
    assert.ok(ratio < MAX_RATIO, `${ratio}`);
    assert.ok(Math.min(...times.large) < MAX_MS, `${Math.min(...times.large)}`);
    await settled(large.page);
    await large.page.getByTestId("outcome").waitFor();
    assert.deepEqual(large.errors, []);
  });
}

slowly("an answer of 500 kB on one line, and a configuration of 2,000 claims, are edited", async (t) => {
  const { page, errors } = await openPage(t, browser, { files: filesOf(2000, 3300, 0) });
  await page
    .getByTestId("outcome")
    .getByText(/enriched|partial/)
    .waitFor();
  await page.getByRole("tab", { name: "Answers" }).click();
  const times = [];
  for (let key = 0; key < 10; key++) times.push(await pressKey(page, "Answers"));
  t.diagnostic(`${median(times).toFixed(1)} ms a key`);
  await settled(page);
  // What does not fit is told, and not all of it is drawn.
  await page.getByRole("heading", { name: "Left out" }).waitFor();
  assert.deepEqual(errors, []);
});
