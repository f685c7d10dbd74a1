// The pictures of docs/workbench.md, of the page as it is.
//
// usage: node pictures.js

import { fileURLToPath } from "node:url";
import { startDevServer } from "../../cli/src/dev/server.js";
import { launch, noBrowser, PAGE } from "./page.js";

const DOCS = new URL("../../docs/", import.meta.url);

if (noBrowser !== undefined) throw new Error(noBrowser);
const server = await startDevServer({ configFile: "claimsmith.json", page: PAGE });
const browser = await launch();
for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  const page = await browser.newPage({ viewport: { width: 1360, height: 960 }, colorScheme });
  await page.goto(server.url);
  await page.getByTestId("outcome").waitFor();
  if (colorScheme === "dark") {
    await page.getByLabel("Start from").selectOption("Two sources");
    await page.getByLabel("source billing").selectOption("answers 503");
    await page.getByTestId("outcome").getByText("partial").waitFor();
  }
  await page.screenshot({ path: fileURLToPath(new URL(`workbench-${colorScheme}.png`, DOCS)) });
}
await browser.close();
await server.close();
