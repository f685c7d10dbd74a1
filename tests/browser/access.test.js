// Everybody can use it: by the keyboard alone, in each width, in light and dark colours.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, openStatic, settled, show } from "./page.js";

const slowly = (name, run) => inBrowser(name, run, 180_000);

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const WIDTHS = [1440, 1024, 768, 380];
const VIEWS = ["Tokens", "Calls", "Expressions", "Users and time", "Burst"];

async function assertAccessible(page, where) {
  const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(
    serious.map(({ id, nodes }) => [
      id,
      nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ]),
    [],
    where,
  );
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of WIDTHS) {
    slowly(`axe finds nothing serious at ${width} px in ${colorScheme} colours`, async (t) => {
      const { page } = await openPage(t, browser, {
        context: { colorScheme, viewport: { width, height: 900 } },
      });
      await page.getByLabel("source profile").selectOption("answers 500");
      await page.getByTestId("outcome").getByText("partial").waitFor();
      await settled(page);
      await page.evaluate(AXE);
      for (const name of VIEWS) {
        await show(page, name);
        if (name === "Users and time") {
          await page.getByRole("button", { name: "Add a row" }).click();
          await page.getByTestId("logins").waitFor();
        }
        if (name === "Burst") {
          await page.getByLabel("Logins", { exact: true }).fill("20");
          await page.getByRole("button", { name: "Run" }).click();
          await page.getByTestId("storm").waitFor({ timeout: 60_000 });
        }
        await settled(page);
        await assertAccessible(page, name);
        const widths = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(widths <= width, `${name}: ${widths}`);
      }
      await page.getByRole("button", { name: "Share", exact: true }).click();
      await page.getByTestId("link").waitFor();
      await assertAccessible(page, "Share");
    });
  }
}

for (const width of WIDTHS) {
  slowly(`the outcome stays in sight at ${width} px, whatever is looked at`, async (t) => {
    const { page } = await openPage(t, browser, { context: { viewport: { width, height: 700 } } });
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const box = await page.getByTestId("outcome").boundingBox();
    assert.ok(box !== null && box.y >= 0 && box.y < 700, JSON.stringify(box));
    // What fails is chosen beside the button that logs in again.
    const button = await page.getByRole("button", { name: "Log in again" }).boundingBox();
    const fault = await page.getByLabel("source profile").boundingBox();
    assert.ok(Math.abs((fault?.y ?? 0) - (button?.y ?? 0)) < 350);
  });
}

slowly("all of it can be reached and left by the keyboard alone", async (t) => {
  const { page } = await openPage(t, browser);
  const reached = [];
  for (let press = 0; press < 40; press++) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") ?? element?.textContent?.slice(0, 40) ?? "";
      }),
    );
  }
  for (const name of ["Share", "Get action.js", "Configuration", "Log in again", "Later", "Tokens"]) {
    assert.ok(
      reached.some((text) => text.includes(name)),
      `${name}: ${reached.join(" | ")}`,
    );
  }
  await page.getByRole("tab", { name: "Configuration" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Event" }).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Home");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText('{ "claims": { "a": "event.user.name" } }');
  await page.getByTestId("id_token").locator(".claim.added").getByText('"Alice Archer"').waitFor();
});

slowly("from the page to action.js by the keyboard alone", async (t) => {
  const { page } = await openStatic(t, browser);
  const tabTo = async (name) => {
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press("Tab");
      const found = await page.evaluate((wanted) => document.activeElement?.textContent === wanted, name);
      if (found) return;
    }
    throw new Error(`${name} is not reached`);
  };
  await tabTo("Get action.js");
  await page.keyboard.press("Enter");
  await page.getByTestId("action").waitFor({ timeout: 60_000 });
  await tabTo("Download action.js");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.equal(download.suggestedFilename(), "action.js");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.textContent === "Get action.js");
});
