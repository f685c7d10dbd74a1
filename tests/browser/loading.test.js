// How the workbench comes up: on a busy machine, with a slow network, and where a part of it is missing.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { browser, inBrowser } from "./in-browser.js";
import { beginPage, openPage, replaceText, show } from "./page.js";

/** How many loads of the page must come up on a busy machine. */
const LOADS = Number(process.env.LOADS ?? 10);

/** Two processes that use the processors for as long as the test runs. */
async function makeBusy(t) {
  for (let index = 0; index < 2; index++) {
    const child = spawn(process.execPath, ["-e", "console.log(); for (;;);"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(() => child.kill("SIGKILL"));
    await once(child.stdout, "data");
  }
}

/** Holds the requests for a file of the page until they are released. */
async function hold(page, file) {
  let release = () => {};
  const released = new Promise((resolve) => {
    release = () => resolve(undefined);
  });
  await page.route(`**/${file}`, async (route) => {
    await released;
    await route.continue();
  });
  return { release, asked: page.waitForRequest(`**/${file}`) };
}

inBrowser(
  "on a busy machine every load of the page comes to its first login",
  async (t) => {
    await makeBusy(t);
    const { page, server } = await openPage(t, browser);
    for (let load = 1; load < LOADS; load++) {
      await page.goto(server.url);
      await page.getByTestId("outcome").waitFor({ timeout: 60_000 });
    }
  },
  60_000 + LOADS * 60_000,
);

inBrowser("what is asked of the engine before it is there is answered when it is", async (t) => {
  const { page, server, errors } = await beginPage(t, browser);
  const engine = await hold(page, "claimsmith.wasm");
  await page.goto(server.url);
  await engine.asked;
  await page.getByText("Loading the engine…").waitFor();
  await show(page, "Expressions");
  const field = page.getByRole("textbox", { name: "Try an expression" });
  for (const expression of ["`40`", "`40` == `41`", "length('four')"]) await field.fill(expression);
  await replaceText(
    page,
    "Configuration",
    '{ "claims": { "https://example.com/nick": "event.user.nickname" } }',
  );
  assert.equal(await page.getByTestId("outcome").count(), 0);

  engine.release();
  await page
    .getByTestId("id_token")
    .locator(".claim.added")
    .getByText("https://example.com/nick")
    .waitFor({ state: "attached" });
  await page.getByTestId("value").getByText("4", { exact: true }).waitFor();
  assert.deepEqual(errors, []);
});

inBrowser("nothing on the page says that it is loading once it is there", async (t) => {
  const { page } = await openPage(t, browser);
  assert.equal(await page.getByText(/Loading/).count(), 0);
  assert.equal(await page.getByTestId("engine").count(), 0);
});

inBrowser("files that come late replace nothing that was typed", async (t) => {
  const files = { "claimsmith.json": { claims: { "https://example.com/late": "event.user.name" } } };
  const { page, server } = await beginPage(t, browser, { files });
  const folder = await hold(page, "files");
  await page.goto(server.url);
  await folder.asked;
  assert.equal(await page.getByRole("textbox", { name: "Configuration" }).count(), 0);
  folder.release();
  await page.getByTestId("id_token").getByText("https://example.com/late").waitFor();
});

/** Ways in which a part of the engine is not there. */
const MISSING = [
  { what: "WebAssembly that is not there", file: "claimsmith.wasm", answer: { status: 404, body: "" } },
  { what: "a page in place of WebAssembly", file: "claimsmith.wasm", answer: { body: "<!doctype html>" } },
  { what: "WebAssembly whose connection is lost", file: "claimsmith.wasm", answer: undefined },
  { what: "a worker that is not there", file: "worker.js", answer: { status: 500, body: "" } },
  {
    what: "a worker that is no script",
    file: "worker.js",
    answer: { contentType: "text/javascript", body: "this is no script" },
  },
];

for (const { what, file, answer } of MISSING) {
  inBrowser(`an engine that cannot load says so, and what to do: ${what}`, async (t) => {
    const { page, server } = await beginPage(t, browser);
    await page.route(`**/${file}`, (route) => (answer === undefined ? route.abort() : route.fulfill(answer)));
    await page.goto(server.url);
    const alert = page.getByTestId("engine").and(page.getByRole("alert"));
    await alert.getByText(/The engine does not run: .+Reload the page/).waitFor();
    assert.equal(await page.getByText("Loading").count(), 0);
    assert.equal(await page.getByRole("button", { name: "Log in again" }).isDisabled(), true);
  });
}

for (const file of ["claimsmith.schema.json", "files"]) {
  inBrowser(`a page that lacks ${file} says so, and what to do`, async (t) => {
    const { page, server } = await beginPage(t, browser);
    await page.route(`**/${file}`, (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.goto(server.url);
    await page
      .getByRole("alert")
      .getByText(/cannot be loaded: .+ Reload the page/)
      .waitFor();
    assert.equal(await page.getByText("Loading").count(), 0);
  });
}

inBrowser("a button that is pressed while a login is under way is for the next one", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Calls");
  const from = (text) =>
    page
      .locator("li")
      .filter({ hasText: `token api: ${text}` })
      .waitFor();
  await page.getByRole("tab", { name: "Answers" }).click();
  await replaceText(page, "Answers", '{ "profile": { "$delay_ms": 1500, "$body": {} } }');
  await from("cache");
  await page.getByRole("button", { name: "Log in again" }).click();
  await page.getByRole("button", { name: "With an empty cache" }).click();
  await from("endpoint");
});
