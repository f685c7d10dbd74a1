// Expressions on the page: what they see, what completes and explains them, and claims that are made of values.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FUNCTIONS } from "../../cli/workbench/src/editor/functions.js";
import { addClaim } from "../../cli/workbench/src/state/claims.js";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, replaceText, settled, show } from "./page.js";

const field = (page) => page.getByRole("textbox", { name: "Try an expression" });
const value = (page, text) => page.getByTestId("value").getByText(text, { exact: true }).waitFor();
const options = (page) => page.locator(".cm-tooltip-autocomplete li");

inBrowser("an expression sees what the login saw, and not the text of event.json", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Expressions");
  await field(page).fill("event.request.geoip.countryCode");
  await value(page, '"DE"');
  await field(page).fill("length(profile.roles)");
  await value(page, "2");
  await field(page).fill("profile.roles[");
  await page.getByTestId("value").getByText("(column 15)").waitFor();
  await field(page).fill("event.secrets");
  await value(page, "null");
});

inBrowser(
  "what is typed into the expression faster than the page is drawn stays as it was typed",
  async (t) => {
    const { page, errors } = await openPage(t, browser);
    await show(page, "Expressions");
    await field(page).fill("");
    const typed = "event.user.user_id || 'nobody'";
    await field(page).evaluate(async (element, text) => {
      element.focus();
      for (const character of text) {
        document.execCommand("insertText", false, character);
        // The page takes it over, and has not been drawn yet.
        await new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(undefined);
          port2.postMessage(null);
        });
      }
    }, typed);
    await value(page, '"auth0|alice"');
    assert.equal(await field(page).textContent(), typed);
    assert.deepEqual(errors, []);
  },
);

inBrowser("an expression that is offered takes the place of what was typed, as often as it is", async (t) => {
  const { page } = await openPage(t, browser);
  const reads = (text) => field(page).getByText(text, { exact: true }).waitFor();
  await show(page, "Expressions");
  await reads("profile.roles[?active].name");
  for (const typed of ["event.client", "event.user.name"]) {
    await field(page).fill(typed);
    await page.getByTitle("try profile", { exact: true }).click();
    await reads("profile");
  }
  await page.getByLabel("Start from").selectOption("Two sources");
  await reads("[profile.team.name, billing.plan]");
});

inBrowser("an expression sees settings, values, calls, now and variables", async (t) => {
  const { page } = await openPage(t, browser);
  const config = {
    settings: { plans: ["gold", "silver"], max: { value: "7", type: "number" } },
    values: { twice: "values.name | join('', [@, @])", name: "event.user.name" },
    sources: { profile: { url: "https://api.example.com/me" } },
    claims: { plan: "profile.subscription.plan" },
  };
  await replaceText(page, "Configuration", JSON.stringify(config));
  await show(page, "Expressions");
  await settled(page);
  for (const [expression, expected] of [
    ["settings.plans[1]", '"silver"'],
    ["settings.max + `1`", "8"],
    ["values.twice", '"Alice ArcherAlice Archer"'],
    ["calls.profile.status", "200"],
    ["type(now.seconds)", '"number"'],
    ["profile.roles[?name == $profile.roles[0].name].active | [0]", "true"],
  ]) {
    await field(page).fill(expression);
    await value(page, expected);
  }
  await field(page).fill("$event.user..name");
  await page.getByTestId("value").getByText("(column 13)").waitFor();
});

inBrowser("a source that failed is null in the expression, as in no other one", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Expressions");
  await field(page).fill("[profile, calls.profile.ok]");
  await page.getByLabel("source profile").selectOption("answers 500");
  await page.getByTestId("outcome").getByText("partial").waitFor();
  await page.getByTestId("value").getByText("false").waitFor();
  assert.deepEqual(JSON.parse(await page.getByTestId("value").innerText()), [null, false]);
});

inBrowser("functions, answers and settings are completed, in the box and in the configuration", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Expressions");
  await field(page).fill("profile.subscription.pl");
  await page.keyboard.press("Control+Space");
  await options(page).first().waitFor();
  assert.deepEqual(await options(page).allInnerTexts(), ["planstring"]);
  await field(page).fill("star");
  await page.keyboard.press("Control+Space");
  await options(page).getByText("starts_with").waitFor();
  await page.keyboard.press("Escape");

  const rest = '" } }';
  await replaceText(page, "Configuration", `{ "claims": { "a": "profile.roles[0].na${rest}`);
  await page.keyboard.press("ControlOrMeta+End");
  for (const _ of rest) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+Space");
  await options(page).first().waitFor();
  assert.deepEqual(await options(page).allInnerTexts(), ["namestring"]);
});

inBrowser("the pointer on a function, and on a member of the event, explains it", async (t) => {
  const { page } = await openPage(t, browser);
  await replaceText(page, "Configuration", '{ "claims": { "a": "split(event.user.name, \' \')" } }');
  await settled(page);
  const editor = page.getByRole("textbox", { name: "Configuration" });
  const point = (word) =>
    editor.evaluate((element, text) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.textContent?.indexOf(text) ?? -1;
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        const { left, top, width, height } = range.getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2 };
      }
      throw new Error(text);
    }, word);
  const { x, y } = await point("split");
  await page.mouse.move(x - 1, y);
  await page.mouse.move(x, y);
  await page.locator(".explanation").getByText("split(text, separator, count?)").waitFor();
  const member = await point("event.user.name");
  await page.mouse.move(member.x + 30, member.y);
  await page.locator(".explanation").getByText("event.user.name: string").waitFor();
});

inBrowser("a click on a value of the answer makes a claim of it", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Expressions");
  await page.getByRole("button", { name: "profile: 2 members" }).click();
  await page.getByRole("button", { name: "profile.roles: 2 items" }).click();
  await page.getByRole("button", { name: "profile.roles[1]: 2 members" }).click();
  await page.getByRole("button", { name: "Make a claim of profile.roles[1].name" }).click();
  await page.getByText("Added the claim https://example.com/name.").waitFor();
  const added = page.getByTestId("id_token").locator(".claim.added");
  await added.filter({ hasText: "https://example.com/name" }).waitFor({ state: "attached" });
  // The name is selected, to be written over.
  await page.keyboard.type("https://example.com/second");
  await show(page, "Tokens");
  await added.filter({ hasText: "https://example.com/second" }).getByText('"auditor"').waitFor();
});

test("a claim is added beside comments, under a name that is free", () => {
  const text = '{\n  // Ours.\n  "claims": {\n    "https://acme.eu/płeć": "a.b", // kept\n  }\n}\n';
  const added = addClaim(text, 'profile."first-name".płeć');
  assert.equal(added?.name, "https://acme.eu/płeć_2");
  assert.match(added?.text ?? "", /\/\/ Ours\./);
  assert.match(added?.text ?? "", /\/\/ kept/);
  assert.equal(added?.text.slice(added.offset, added.offset + added.length), '"https://acme.eu/płeć_2"');
  assert.equal(addClaim("{ broken", "a"), null);
  assert.equal(addClaim("[]", "a"), null);
  assert.equal(addClaim("{}", "event.user.name")?.name, "https://example.com/name");
});

test("each function that the documents name is explained, and no other one", () => {
  const page = readFileSync(new URL("../../docs/claims.md", import.meta.url), "utf8");
  const [table = ""] = /\n## Functions\n[\s\S]*?\n```/.exec(page) ?? [];
  const documented = [...table.matchAll(/^\| \w+ \| (.*) \|$/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  assert.ok(documented.length > 40);
  assert.deepEqual(Object.keys(FUNCTIONS).sort(), [...new Set(documented)].sort());
});

inBrowser("a claim, and one that is left out, is explained step by step", async (t) => {
  const { page } = await openPage(t, browser);
  const config = {
    sources: { profile: { url: "https://api.example.com/me" } },
    claims: {
      "https://example.com/roles": "profile.roles[?active].name",
      "https://example.com/plan": "profile.subscription.plna",
    },
    deny: [{ when: "profile.blocked", reason: "Blocked.", on_unavailable: "skip" }],
  };
  await replaceText(page, "Configuration", JSON.stringify(config));
  await settled(page);
  await page.getByTestId("id_token").getByRole("button", { name: "why? https://example.com/roles" }).click();
  const explanation = page.getByTestId("explanation");
  await explanation.getByText("2 items, 1 passed, 1 kept").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "why? https://example.com/plan" }).click();
  await explanation.getByText("did you mean").filter({ hasText: "plan" }).first().waitFor();
  await page.getByRole("dialog").getByRole("combobox").selectOption("deny[0]");
  await explanation.getByText("profile.blocked", { exact: true }).first().waitFor();
});
