// Several users and clients beside each other, and the clock that is put forward.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventOfRow } from "../../cli/workbench/src/rows.js";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, replaceText, settled, show } from "./page.js";

inBrowser("several users log in, their tokens side by side", async (t) => {
  const { page } = await openPage(t, browser);
  const config = {
    claims: { who: "event.user.user_id", org: { value: "event.organization.id", default: "none" } },
  };
  await replaceText(page, "Configuration", JSON.stringify(config));
  await settled(page);
  await show(page, "Users and time");
  const add = page.getByRole("button", { name: "Add a row" });
  await add.click();
  await add.click();
  await page.getByLabel("User id").nth(1).fill("auth0|bob");
  await page.getByLabel("Organisation id").nth(1).fill("org_7");
  await page.getByLabel("Else, as JSON").nth(0).fill('{ "user": { "name": ');
  const table = page.getByTestId("logins");
  await table.getByText(/what differs: .*not JSON/).waitFor();
  await page.getByLabel("Else, as JSON").nth(0).fill('{ "user": { "name": "Zoë" } }');
  await table.getByRole("cell", { name: '"auth0|bob"' }).first().waitFor();
  const row = (name) =>
    table.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  assert.deepEqual(await row("who").first().getByRole("cell").allInnerTexts(), [
    '"auth0|alice"',
    '"auth0|bob"',
  ]);
  assert.deepEqual(await row("org").first().getByRole("cell").allInnerTexts(), ['"none"', '"org_7"']);
  assert.equal(await row("org").first().getAttribute("class"), "differs");
  // The rows are of the draft.
  await page.reload();
  await page.getByTestId("outcome").waitFor();
  await show(page, "Users and time");
  assert.equal(await page.getByLabel("User id").nth(1).inputValue(), "auth0|bob");
});

inBrowser("a later login finds its token in memory, and after its time gets a new one", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Users and time");
  const first = page.getByTestId("history").getByRole("row").nth(1);
  await first.getByText("api: endpoint").waitFor();
  await page.getByLabel(/^Clock/).selectOption("1 hour");
  await page.getByRole("button", { name: "Later" }).click();
  await first.getByText("api: memory").waitFor();
  await page.getByTestId("ahead").getByText("1 h ahead").waitFor();
  await page.getByLabel(/^Clock/).selectOption("1 day");
  await page.getByRole("button", { name: "Later" }).click();
  await first.getByText("api: endpoint").waitFor();
  await page
    .getByText(/^1 d .*earlier$/)
    .first()
    .waitFor();
});

inBrowser("a breaker opens by failures, and closes with time", async (t) => {
  const { page } = await openPage(t, browser);
  const config = {
    sources: { profile: { url: "https://api.example.com/me", retries: 0 } },
    claims: { plan: "profile.plan" },
  };
  await replaceText(page, "Configuration", JSON.stringify(config));
  await settled(page);
  await page.getByLabel("source profile").selectOption("connection lost");
  await page
    .getByTestId("outcome")
    .getByText(/skipped|partial/)
    .waitFor();
  await show(page, "Users and time");
  const latest = page.getByTestId("history").getByRole("row").nth(1);
  const seen = async () => {
    await settled(page);
    return latest.innerText();
  };
  for (let login = 0; login < 8 && !(await seen()).includes("circuit_open"); login++) {
    await page.getByRole("button", { name: "Log in again" }).click();
  }
  assert.match(await seen(), /circuit_open/);
  await page.getByLabel("source profile").selectOption("works");
  await settled(page);
  await page.getByLabel(/^Clock/).selectOption("1 minute");
  await page.getByRole("button", { name: "Later" }).click();
  await latest.getByText("profile: network").waitFor();
  assert.match(await seen(), /closed/);
});

test("a row is laid over the event, and changes neither it nor prototypes", () => {
  const event = { user: { user_id: "auth0|alice", name: "Alice" }, client: { name: "Shop" } };
  const row = {
    user: "auth0|łucja",
    client: "",
    organization: "org_1",
    more: '{ "__proto__": { "x": 1 }, "user": { "name": null } }',
  };
  const merged = eventOfRow(event, row);
  assert.deepEqual(merged.user, { user_id: "auth0|łucja", name: null });
  assert.deepEqual(merged.organization, { id: "org_1" });
  assert.equal(event.user.name, "Alice");
  assert.equal(/** @type {any} */ ({}).x, undefined);
});
