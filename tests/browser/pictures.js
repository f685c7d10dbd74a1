// The pictures of docs/workbench.md, of the page as it is.
//
// usage: node pictures.js

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startDevServer } from "../../cli/src/dev/server.js";
import { launch, noBrowser, PAGE, settled } from "./page.js";

const DOCS = new URL("../../docs/", import.meta.url);

const PICTURES = /** @type {const} */ ([
  { name: "light", width: 1440, height: 900, colorScheme: "light" },
  { name: "dark", width: 1440, height: 900, colorScheme: "dark", isFailing: true },
  { name: "1024", width: 1024, height: 768, colorScheme: "light" },
  { name: "768", width: 768, height: 1024, colorScheme: "dark" },
  { name: "380", width: 380, height: 760, colorScheme: "light" },
]);

if (noBrowser !== undefined) throw new Error(noBrowser);
const folder = mkdtempSync(path.join(tmpdir(), "claimsmith-"));
const server = await startDevServer({ configFile: path.join(folder, "claimsmith.json"), page: PAGE });
const browser = await launch();
for (const { name, width, height, colorScheme, ...how } of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(server.url);
  await page.getByTestId("outcome").waitFor();
  if ("isFailing" in how) {
    await page.getByLabel("Start from").selectOption("Two sources");
    await page.getByLabel("source billing").selectOption("answers 503");
    await page.getByTestId("outcome").getByText("partial").waitFor();
  }
  await settled(page);
  await page.screenshot({ path: fileURLToPath(new URL(`workbench-${name}.png`, DOCS)) });
  await page.close();
}
await browser.close();
await server.close();
rmSync(folder, { recursive: true });
