// The workbench in a real browser.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startDevServer } from "../../cli/src/dev/server.js";
import { createFolder } from "../cli/command.js";

export const PAGE = fileURLToPath(new URL("../../cli/dist/workbench", import.meta.url));

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What Chromium does of its own accord has no place in a test of what the page does. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Why there is no browser here; undefined where there is one, which may have been installed for it. */
export const noBrowser = findBrowser();

function findBrowser() {
  if (existsSync(CHROMIUM)) return undefined;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync("/usr/bin/apt-get")) {
    return `there is no browser at ${CHROMIUM}: install Debian's chromium, or name one in CHROMIUM`;
  }
  try {
    execFileSync("apt-get", ["update", "-q"], { stdio: "ignore" });
    execFileSync("apt-get", ["install", "-qy", "--no-install-recommends", "chromium"], { stdio: "ignore" });
  } catch {
    return "chromium is missing, and `apt-get install chromium` failed";
  }
  return existsSync(CHROMIUM) ? undefined : `chromium was installed, but is not at ${CHROMIUM}`;
}

/** One browser for all tests of a file. */
export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", ...QUIET] });
}

/**
 * The page after its first login, with files of a folder, and what went wrong in it.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {PageOptions} [options]
 */
export async function openPage(t, browser, options) {
  const opened = await beginPage(t, browser, options);
  await opened.page.goto(opened.server.url);
  await opened.page.getByTestId("outcome").waitFor();
  await settled(opened.page);
  return opened;
}

/** Waits until the page has done what its texts ask for: it says so itself. */
export async function settled(page) {
  await page.locator('[data-state="ready"]').waitFor({ timeout: 60_000 });
}

/**
 * The same before it goes anywhere.
 *
 * @typedef {{ files?: Record<string, unknown>, context?: import("playwright-core").BrowserContextOptions }} PageOptions
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {PageOptions} [options]
 */
export async function beginPage(t, browser, { files = {}, context: options } = {}) {
  const folder = createFolder(t, files);
  const server = await startDevServer({ configFile: `${folder.path}/claimsmith.json`, page: PAGE });
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  return { page, folder, server, errors, requests };
}

/** Replaces the text of an editor, as a person would: all of it is selected, and typed over. */
export async function replaceText(page, label, text) {
  await page.getByRole("textbox", { name: label }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}
