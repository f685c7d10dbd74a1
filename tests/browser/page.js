// The workbench in a real browser.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
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
  await opened.page.getByTestId("outcome").waitFor({ timeout: 90_000 });
  await settled(opened.page);
  return opened;
}

/** Waits until the page has done what its texts ask for: it says so itself. */
export async function settled(page) {
  await page.locator('[data-state="ready"]').waitFor({ timeout: 60_000 });
}

/** Shows a part of the right side. */
export const show = (page, name) => page.getByRole("tab", { name, exact: true }).click();

/** Says yes or no to what the page asks. */
export async function reply(page, name) {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

const TYPES = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * The page as static files, as any server has them: without a folder.
 *
 * @param {import("node:test").TestContext} t
 */
export async function serveStatic(t) {
  const server = createServer((req, res) => {
    const name = path.basename(new URL(`http://localhost${req.url}`).pathname) || "index.html";
    const file = path.join(PAGE, name);
    if (!existsSync(file)) return res.writeHead(404).end();
    res.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/json" });
    res.end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/`;
}

/**
 * The static page after its first login.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {{ context?: import("playwright-core").BrowserContextOptions, init?: () => void, fragment?: string }} [options]
 */
export async function openStatic(t, browser, { context: options, init, fragment = "" } = {}) {
  const url = await serveStatic(t);
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  t.after(() => context.close());
  if (init !== undefined) await context.addInitScript(init);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url + fragment);
  await page.getByTestId("outcome").waitFor();
  await settled(page);
  return { page, context, url, errors };
}

/**
 * The same before it goes anywhere.
 *
 * @typedef {object} PageOptions
 * @property {Record<string, unknown>} [files]
 * @property {import("playwright-core").BrowserContextOptions} [context]
 * @property {() => void} [init] Runs in each page before its own scripts.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {PageOptions} [options]
 */
export async function beginPage(t, browser, { files = {}, context: options, init } = {}) {
  const folder = createFolder(t, files);
  const server = await startDevServer({ configFile: `${folder.path}/claimsmith.json`, page: PAGE });
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  t.after(async () => {
    await context.close();
    await server.close();
  });
  if (init !== undefined) await context.addInitScript(init);
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  return { page, context, folder, server, errors, requests };
}

/** Replaces the text of an editor, as a person would: all of it is selected, and typed over. */
export async function replaceText(page, label, text) {
  await page.getByRole("textbox", { name: label }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}
