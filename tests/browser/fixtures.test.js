// Fixtures from the page: what the page shows is what `claimsmith test` finds.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { FAULT_NAMES } from "../../cli/src/simulation/in-memory.js";
import { findFault } from "../../cli/src/simulation/injection.js";
import { FAULTS } from "../../cli/workbench/src/state/fixture.js";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, openStatic, replaceText, settled, show } from "./page.js";

const CONFIG = {
  sources: { profile: { url: "https://api.example.com/me", retries: 0 } },
  claims: {
    "https://example.com/plan": "profile.plan",
    "https://example.com/seats": { value: "profile.seats", default: 1 },
    "https://example.com/nick": { value: "event.user.nick", to: ["app_metadata"] },
  },
  scopes: [{ add: "beta", when: "profile.plan == 'gold'" }],
};
const FILES = { "claimsmith.json": CONFIG, "answers.json": { profile: { plan: "gold" } } };

inBrowser("logins are saved as fixtures, run, and fail where an edit changes what comes", async (t) => {
  const { page, folder, errors } = await openPage(t, browser, { files: FILES });
  await show(page, "Fixtures");
  const save = async (name) => {
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Save this login" }).click();
  };
  await save("złoty-klient");
  await page.getByText("tests/złoty-klient.json is written.").waitFor();
  await page.getByLabel("source profile").selectOption("answers 500");
  await page.getByTestId("outcome").getByText("partial").waitFor();
  await settled(page);
  await save("down");
  await page.getByText("tests/down.json is written.").waitFor();
  await save("down");
  await page.getByText(/down\.json is there already/).waitFor();

  // The command agrees with the page.
  const { status, stdout, stderr } = await folder.run("test");
  assert.equal(status, 0, stdout + stderr);

  const runAll = page.getByRole("button", { name: "Run all fixtures" });
  const results = page.getByTestId("fixtures");
  await runAll.click();
  await results.getByText("2 logins, none failed").waitFor();
  // Not saved: it is the page's text that is tested.
  const edited = {
    ...CONFIG,
    claims: { ...CONFIG.claims, "https://example.com/plan": "upper(profile.plan)" },
  };
  await replaceText(page, "Configuration", JSON.stringify(edited));
  await settled(page);
  await runAll.click();
  await results.getByText("2 logins, 1 failed").waitFor();
  await results.getByText('"GOLD"').first().waitFor();
  assert.deepEqual(folder.readJson("claimsmith.json"), CONFIG);
  assert.deepEqual(
    errors.filter((text) => !text.includes("409")),
    [],
  );
});

inBrowser("without fixtures, and with one that is broken, the page says what to do", async (t) => {
  const { page, folder } = await openPage(t, browser, { files: FILES });
  await show(page, "Fixtures");
  await page.getByRole("button", { name: "Run all fixtures" }).click();
  await page.getByText(/there are no fixtures/).waitFor();
  mkdirSync(`${folder.path}/tests`);
  writeFileSync(`${folder.path}/tests/broken.json`, '{ "expect": { "id_tokn": {} } }');
  await page.getByRole("button", { name: "Run all fixtures" }).click();
  const message = page.locator("pre.bad").filter({ hasText: "id_tokn" });
  await message.waitFor();
  assert.ok(!(await message.innerText()).includes("\u001b"));
});

inBrowser("the static page gives a fixture as a download", async (t) => {
  const { page } = await openStatic(t, browser);
  await show(page, "Fixtures");
  await page.getByLabel("Name", { exact: true }).fill("plan_and_roles");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save this login" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "plan_and_roles.json");
  const fixture = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(fixture.name, "plan and roles");
  assert.equal(fixture.expect.id_token["https://example.com/plan"], "gold");
  assert.equal(await page.getByRole("button", { name: "Run all fixtures" }).count(), 0);
});

inBrowser("no fixture is written through a link, or beside the folder", async (t) => {
  const { page, folder, server } = await openPage(t, browser, { files: FILES });
  mkdirSync(`${folder.path}/outside`);
  symlinkSync(`${folder.path}/outside`, `${folder.path}/tests`);
  const put = (name) =>
    page.evaluate(
      async ([url, text]) => {
        const response = await fetch(url, { method: "PUT", body: JSON.stringify({ text }) });
        return response.status;
      },
      /** @type {const} */ ([`${server.url}fixtures/${name}`, "{}"]),
    );
  assert.equal(await put("a"), 403);
  for (const name of ["..%2f..%2fx", "%2e%2e", "a%00b", "a.b", "", "%ff"])
    assert.notEqual(await put(name), 200, name);
});

test("each fault of the page is one of the suite's", () => {
  for (const kind of /** @type {const} */ (["source", "token"])) {
    assert.deepEqual(Object.keys(FAULTS[kind]).sort(), [...FAULT_NAMES].sort());
    for (const name of Object.values(FAULTS[kind])) assert.ok(findFault(kind, name).name, `${kind} ${name}`);
  }
});
