// The workbench, used as a person would.

import assert from "node:assert/strict";
import { bundleAction } from "claimsmith-cli/bundle";
import { loadAction } from "claimsmith-cli/host";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { startSimulation } from "../../cli/src/simulation/simulation.js";
import { PRESETS } from "../../cli/workbench/src/presets.js";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, replaceText, settled, show } from "./page.js";

/** A test in the browser; where there is none, it says why. */
const token = (page, name) => page.getByTestId(name);
const configOf = (value) => JSON.stringify(value, null, 2);
const SMALL = { claims: { "https://example.com/name": "event.user.name" } };

inBrowser("an edit of the configuration shows in the tokens", async (t) => {
  const { page, errors } = await openPage(t, browser);
  await token(page, "access_token").getByText('"gold"').waitFor();
  await replaceText(page, "Configuration", configOf(SMALL));
  const added = token(page, "id_token").locator(".claim.added");
  await added.getByText('"Alice Archer"').waitFor();
  assert.match(await added.innerText(), /added:\s+https:\/\/example\.com\/name/);
  await show(page, "Calls");
  await page.getByText("None: everything was there already").waitFor();
  assert.deepEqual(errors, []);
});

inBrowser("an edit of the answers and of the event shows as well", async (t) => {
  const { page } = await openPage(t, browser);
  await page.getByRole("tab", { name: "Answers" }).click();
  await replaceText(page, "Answers", '{ "profile": { "subscription": { "plan": "silver" } } }');
  await token(page, "access_token").getByText('"silver"').waitFor();
  await page.getByRole("tab", { name: "Event" }).click();
  await replaceText(page, "Event", '{ "user": { "user_id": "auth0|carol" } }');
  await token(page, "id_token").getByText('"auth0|carol"').waitFor();
});

inBrowser("what is typed fast stays as it was typed", async (t) => {
  const { page } = await openPage(t, browser);
  const editor = page.getByRole("textbox", { name: "Configuration" });
  await replaceText(page, "Configuration", '{"claims": {"a": "event.user.name"}}');
  await page.keyboard.press("ControlOrMeta+End");
  const comment = " // ".concat("as fast as the keys come ".repeat(8));
  await page.keyboard.type(comment);
  await token(page, "id_token").locator(".claim.added").getByText('"Alice Archer"').waitFor();
  const text = await editor.evaluate((element) => element.textContent);
  assert.equal(text, `{"claims": {"a": "event.user.name"}}${comment}`);
});

inBrowser("a problem is shown at its line, and the last result stays", async (t) => {
  const { page } = await openPage(t, browser);
  await replaceText(page, "Configuration", '{\n  "claims": {\n    "plan": "event.user..plan"\n  }\n}');
  const problems = page.getByRole("alert");
  await problems.waitFor();
  assert.match(await problems.innerText(), /line 3 claims\.plan: `\.` was not expected here/);
  await problems.getByTitle("explained in docs/errors.md#expression_invalid").waitFor();
  const marked = page.locator(".cm-lintRange-error");
  assert.equal(await marked.innerText(), ".");
  assert.equal(await page.getByTestId("outcome").count(), 1);

  await replaceText(page, "Configuration", configOf(SMALL));
  await problems.waitFor({ state: "detached" });
});

inBrowser("text that is no JSON, and answers that cannot be read, are told", async (t) => {
  const { page } = await openPage(t, browser);
  await replaceText(page, "Configuration", "{ claims");
  await page.getByRole("alert").getByText("not JSON").waitFor();
  await replaceText(page, "Configuration", configOf(SMALL));
  await page.getByRole("tab", { name: "Answers" }).click();
  await replaceText(page, "Answers", '{ "profile": { "$status": 7 } }');
  await page.getByRole("alert").getByText("`$status` must be a status").waitFor();
});

inBrowser("the schema completes keys and values", async (t) => {
  const { page } = await openPage(t, browser);
  await replaceText(page, "Configuration", '{\n  "mo\n}');
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.press("Control+Space");
  const options = page.locator(".cm-tooltip-autocomplete li");
  await options.first().waitFor();
  assert.deepEqual(await options.allInnerTexts(), ["mode"]);
  // By the pointer: keys are taken only once a person had time to see the list.
  await options.first().click();
  await page.keyboard.press("Control+Space");
  await options.getByText('"shadow"').waitFor();
});

for (const [trigger, begun, completed] of [
  ["post-login", "event.transaction.actor.s", "substring"],
  ["credentials-exchange", "event.accessToken.sco", "scopestring[]"],
]) {
  inBrowser(`expressions are completed by the event of ${trigger}`, async (t) => {
    const { page } = await openPage(t, browser);
    await page.getByLabel("Trigger").selectOption(trigger);
    const rest = '" } }';
    await replaceText(page, "Configuration", `{ "claims": { "a": "${begun}${rest}`);
    await page.keyboard.press("ControlOrMeta+End");
    for (const _ of rest) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Control+Space");
    const options = page.locator(".cm-tooltip-autocomplete li");
    await options.first().waitFor();
    // The name, and its type beside it.
    assert.deepEqual(await options.allInnerTexts(), [completed]);
  });
}

for (const preset of PRESETS) {
  inBrowser(`what the page shows is what the pasted file does: ${preset.name}`, async (t) => {
    const { page, errors } = await openPage(t, browser);
    await page.getByLabel("Start from").selectOption(preset.name);
    await page.getByTestId("outcome").getByText("enriched").waitFor();
    await settled(page);
    const simulation = await startSimulation({
      config: preset.config,
      trigger: preset.trigger,
      answers: createAnswers(preset.answers),
    });
    t.after(() => simulation.close());
    const real = await simulation.login(preset.event);
    assert.equal(real.outcome, "enriched", JSON.stringify(real.report));
    assert.doesNotThrow(() => loadAction(bundleAction(preset.config, { trigger: preset.trigger })));

    const added = real.tokens.flatMap(({ token: name, changes }) =>
      changes.map(({ claim, after: value }) => [name, claim, JSON.stringify(value)]),
    );
    const elsewhere = Object.entries(real.elsewhere).flatMap(([target, values]) =>
      Object.entries(values).map(([claim, value]) => [target, claim, JSON.stringify(value)]),
    );
    assert.ok(added.length + elsewhere.length > 0);
    for (const [place, claim, value] of [...added, ...elsewhere]) {
      const row = page.getByTestId(place).locator(".claim.added").filter({ hasText: claim });
      await row.waitFor();
      assert.equal(JSON.stringify(JSON.parse(await row.locator("dd > .value").innerText())), value);
    }
    assert.equal(await page.locator(".claim.added").count(), added.length + elsewhere.length);
    assert.deepEqual(errors, []);
  });
}

inBrowser("a fault shows in outcome, calls and what is left out", async (t) => {
  const { page } = await openPage(t, browser);
  await page.getByLabel("source profile").selectOption("sends HTML");
  await page.getByTestId("outcome").getByText("partial").waitFor();
  await page.getByText("response_not_json", { exact: true }).waitFor();
  await page.getByRole("heading", { name: "Left out" }).waitFor();
  await page.getByLabel("source profile").selectOption("works");
  await page.getByTestId("outcome").getByText("enriched").waitFor();
});

inBrowser("a second login has its token in memory, a new instance in the cache", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Calls");
  const from = (text) =>
    page
      .locator("li")
      .filter({ hasText: `token api: ${text}` })
      .waitFor();
  await from("endpoint");
  await page.getByRole("button", { name: "Log in again" }).click();
  await from("memory");
  await page.getByRole("button", { name: "In a new instance" }).click();
  await from("cache");
  await page.getByRole("button", { name: "With an empty cache" }).click();
  await from("endpoint");
});

inBrowser("a storm tells outcomes, calls and latencies", async (t) => {
  const { page } = await openPage(t, browser);
  await show(page, "Burst");
  await page.getByLabel("Logins", { exact: true }).fill("60");
  await page.getByLabel("Users", { exact: true }).fill("6");
  await page.getByLabel("At once").fill("20");
  await page.getByRole("button", { name: "Run" }).click();
  const storm = page.getByTestId("storm");
  await storm.waitFor();
  const text = await storm.innerText();
  assert.match(text, /enriched 60/);
  assert.match(text, /token calls\s+1\n/);
  assert.match(text, /source calls\s+60\n/);
});

inBrowser("nothing leaves the machine", async (t) => {
  const { page, server, requests, errors } = await openPage(t, browser);
  await page.getByLabel("Start from").selectOption("Two sources");
  await page.getByText("billing", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Get action.js" }).click();
  await page.getByTestId("action").waitFor({ timeout: 60_000 });
  const origin = new URL(server.url).origin;
  assert.deepEqual(
    requests.filter((url) => !url.startsWith(origin) && !url.startsWith("data:")),
    [],
  );
  assert.deepEqual(errors, []);
});

inBrowser("files of the folder are shown, and saved", async (t) => {
  const files = { "claimsmith.json": configOf(SMALL), "event.json": '{ "user": { "name": "Dora" } }' };
  const { page, folder } = await openPage(t, browser, { files });
  await token(page, "id_token").locator(".claim.added").getByText('"Dora"').waitFor();
  const save = page.getByRole("button", { name: "Save" });
  assert.equal(await save.isDisabled(), true);
  await replaceText(page, "Configuration", '{ "claims": { "nick": "event.user.nickname" } }');
  await page.keyboard.press("Control+s");
  await page.getByText("Saved.").waitFor();
  assert.deepEqual(folder.readJson("claimsmith.json"), { claims: { nick: "event.user.nickname" } });
});

inBrowser("a problem is gone to by a click, and the outcome bar counts it", async (t) => {
  const { page } = await openPage(t, browser);
  await page.getByRole("tab", { name: "Answers" }).click();
  await replaceText(page, "Answers", '{\n  "profile": { "plan": "gold" },\n  "broken": [1,, 2]\n}');
  await page.getByRole("tab", { name: "Event" }).click();
  await replaceText(page, "Event", '{\n  "user": {\n    "name": oops\n  }\n}');
  await settled(page);
  assert.deepEqual(await page.getByRole("alert").getByRole("button").allInnerTexts(), [
    "event line 3",
    "answers line 3",
  ]);
  await page.getByRole("tab", { name: /Configuration/ }).click();
  await page.getByRole("alert").getByRole("button", { name: "answers line 3" }).click();
  await page.locator(".cm-focused .cm-activeLine").getByText('"broken"').waitFor();
  await page.getByRole("button", { name: "2 problems" }).click();
  await page.locator(".cm-focused .cm-activeLine").getByText("oops").waitFor();
});

inBrowser("a copied payload is the token's, whole", async (t) => {
  const { page } = await openPage(t, browser, {
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  await page.getByRole("button", { name: "Copy the payload of the ID token" }).click();
  await page
    .getByRole("status")
    .getByText("the payload of the ID token: copied")
    .waitFor({ state: "attached" });
  const payload = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(payload["https://example.com/plan"], "gold");
  assert.equal(payload.sub, "auth0|alice");
});

inBrowser("where the browser lets nothing be copied, the text is there to be copied by hand", async (t) => {
  const { page } = await openPage(t, browser, {
    init: () => Object.defineProperty(navigator, "clipboard", { value: undefined }),
  });
  await page.getByRole("button", { name: "Copy the payload of the access token" }).click();
  const text = await page.getByRole("textbox", { name: "the payload of the Access token" }).inputValue();
  assert.equal(JSON.parse(text)["https://example.com/plan"], "gold");
  const selected = await page.evaluate(() => {
    const { selectionStart, selectionEnd } = /** @type {HTMLTextAreaElement} */ (document.activeElement);
    return selectionEnd - selectionStart;
  });
  assert.equal(selected, text.length);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

inBrowser("a value that is large is shown in part, until it is asked for", async (t) => {
  const { page } = await openPage(t, browser);
  await page.getByRole("tab", { name: "Answers" }).click();
  const plan = "x".repeat(3000);
  await replaceText(page, "Answers", JSON.stringify({ profile: { subscription: { plan } } }));
  await settled(page);
  const claim = token(page, "id_token").locator(".claim.added").filter({ hasText: "plan" });
  await claim.getByRole("button", { name: "all 3,002 characters" }).click();
  assert.ok((await claim.innerText()).includes(plan));
});

inBrowser("in shadow the page shows what would have been set, changed and denied", async (t) => {
  const { page } = await openPage(t, browser);
  const config = {
    mode: "shadow",
    ...SMALL,
    deny: [{ when: "event.user.name == 'Bob'", reason: "Not you, {event.user.name}." }],
    scopes: [{ add: "beta" }],
  };
  await replaceText(page, "Configuration", configOf(config));
  await settled(page);
  const shadow = page.getByTestId("shadow");
  await shadow.getByText("enriched").waitFor();
  await page.getByTestId("shadow-id_token").locator(".claim.added").getByText('"Alice Archer"').waitFor();
  await page.getByTestId("shadow-access_token").locator(".claim.changed").getByText("beta").waitFor();
  assert.equal(await page.getByTestId("id_token").locator(".claim.added").count(), 0);
  await page.getByRole("tab", { name: "Event" }).click();
  await replaceText(page, "Event", '{ "user": { "name": "Bob" } }');
  await shadow.getByText("Not you, Bob.").waitFor();
  await page.getByText("would be denied", { exact: true }).waitFor();
  assert.equal(await page.getByTestId("outcome").locator(".chip").innerText(), "shadow");
});
