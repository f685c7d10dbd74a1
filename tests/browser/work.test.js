// Work is safe: drafts, undo, questions, and files that somebody else changes.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { browser, inBrowser } from "./in-browser.js";
import { openPage, openStatic, replaceText, reply, settled } from "./page.js";

const claim = (name, value = "event.user.name") => JSON.stringify({ claims: { [name]: value } }, null, 2);
const LINES = [
  "{",
  '  "claims": {',
  '    "one": "event.user.name",',
  '    "two": "event.user.email",',
  '    "three": "event.user.nickname"',
  "  }",
  "}",
  "",
].join("\n");

const configText = (page) =>
  page.getByRole("textbox", { name: "Configuration" }).evaluate((element) => {
    const lines = [...element.querySelectorAll(".cm-line")];
    return lines.map(({ textContent }) => textContent).join("\n");
  });

const shown = (page, name) =>
  page
    .getByTestId("id_token")
    .locator(".claim.added")
    .filter({ hasText: `added: ${name}` });

inBrowser("a reload keeps a draft, as a restart of the command does", async (t) => {
  const { page, errors } = await openPage(t, browser, { files: { "claimsmith.json": claim("saved") } });
  await replaceText(page, "Configuration", claim("drafted"));
  await page.getByRole("tab", { name: "Event" }).click();
  await replaceText(page, "Event", '{ "user": { "name": "Zażółć Gęślą" } }');
  // At once: what was typed last counts too.
  await page.reload();
  await shown(page, "drafted").waitFor();
  await page.getByTestId("id_token").getByText('"Zażółć Gęślą"').first().waitFor();
  await page.getByText(/Your draft of .+ is back/).waitFor();
  assert.deepEqual(errors, []);
});

inBrowser("in an empty folder the case that is shown is saved as its first files", async (t) => {
  const { page, folder } = await openPage(t, browser);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  for (const name of ["claimsmith.json", "event.json", "answers.json"]) folder.readJson(name);
  assert.equal(await page.getByLabel("Start from").inputValue(), "files");
  await page.reload();
  await page.getByTestId("id_token").locator(".claim.added").getByText('"gold"').waitFor();
});

inBrowser("what is saved in one tab arrives in the other", async (t) => {
  const { page, context, server } = await openPage(t, browser, {
    files: { "claimsmith.json": claim("saved") },
  });
  const second = await context.newPage();
  await second.goto(server.url);
  await shown(second, "saved").waitFor();
  await replaceText(page, "Configuration", claim("other"));
  await page.keyboard.press("ControlOrMeta+s");
  await shown(second, "other").waitFor();
  await second.getByText("claimsmith.json changed on the disk and is loaded.").waitFor();
});

inBrowser("what was saved leaves no draft", async (t) => {
  const { page } = await openPage(t, browser, { files: { "claimsmith.json": claim("saved") } });
  await replaceText(page, "Configuration", claim("other"));
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByText("Saved.").waitFor();
  await page.reload();
  await shown(page, "other").waitFor();
  assert.equal(await page.getByText(/Your draft/).count(), 0);
});

inBrowser("a closed tab's draft is found by the next, and two tabs keep their own", async (t) => {
  const { page, context, server } = await openPage(t, browser, {
    files: { "claimsmith.json": claim("saved") },
  });
  await replaceText(page, "Configuration", claim("first"));
  await settled(page);
  const second = await context.newPage();
  await second.goto(server.url);
  await shown(second, "saved").waitFor();
  await replaceText(second, "Configuration", claim("second"));
  await settled(second);
  await page.reload();
  await shown(page, "first").waitFor();
  await second.close();
  const third = await context.newPage();
  await third.goto(server.url);
  await shown(third, "second").waitFor();
});

inBrowser("a preset asks before it replaces an edit, and undo brings the edit back", async (t) => {
  const { page } = await openPage(t, browser);
  const menu = page.getByLabel("Start from");
  // Nothing is lost here, so nothing is asked.
  await menu.selectOption("Two sources");
  await page.getByLabel("source billing").waitFor();
  await replaceText(page, "Configuration", claim("mine"));
  await shown(page, "mine").waitFor();

  await menu.selectOption("SAML attributes");
  await reply(page, "Keep my edits");
  assert.equal(await menu.inputValue(), "Two sources");
  await shown(page, "mine").waitFor();

  await menu.selectOption("SAML attributes");
  await reply(page, "Replace it");
  await page.getByTestId("saml_response").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await shown(page, "mine").waitFor();
  assert.equal(await menu.inputValue(), "Two sources");
  // The editor's own history goes on where it was.
  await page.getByRole("textbox", { name: "Configuration" }).click();
  await page.keyboard.press("ControlOrMeta+z");
  await page.getByLabel("source billing").waitFor();
  await page.keyboard.press("ControlOrMeta+z");
  await page.getByLabel("source profile").waitFor();
  await settled(page);
  assert.equal(await menu.inputValue(), "Plan and roles");
  await page.getByRole("button", { name: "Redo" }).click();
  await page.getByLabel("source billing").waitFor();
});

inBrowser(
  "a preset over the folder's files asks, leaves them in the menu, and Save asks again",
  async (t) => {
    const files = { "claimsmith.json": claim("mine") };
    const { page, folder } = await openPage(t, browser, { files });
    const menu = page.getByLabel("Start from");
    await menu.selectOption("Two sources");
    await reply(page, "Show it");
    await page.getByLabel("source billing").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await reply(page, "Cancel");
    assert.equal(folder.read("claimsmith.json"), files["claimsmith.json"]);
    await menu.selectOption("your files");
    await shown(page, "mine").waitFor();
  },
);

inBrowser("a change on the disk is shown, and one beside an edit is merged with it", async (t) => {
  const { page, folder } = await openPage(t, browser, { files: { "claimsmith.json": LINES } });
  const file = path.join(folder.path, "claimsmith.json");
  writeFileSync(file, LINES.replace('"one"', '"uno"'));
  await page.getByText("claimsmith.json changed on the disk and is loaded.").waitFor();
  await shown(page, "uno").waitFor();

  await replaceText(page, "Configuration", LINES.replace('"one"', '"uno"').replace('"three"', '"tre"'));
  await shown(page, "tre").waitFor();
  writeFileSync(
    file,
    LINES.replace('"one"', '"uno"').replace('"one"', '"uno"').replace("{\n", '{\n  "deadline_ms": 4000,\n'),
  );
  await page.getByText("claimsmith.json changed on the disk and is merged with your edits.").waitFor();
  const text = await configText(page);
  assert.match(text, /"deadline_ms": 4000/);
  assert.match(text, /"tre"/);
  // The one is taken back as any edit.
  await page.getByRole("textbox", { name: "Configuration" }).click();
  await page.keyboard.press("ControlOrMeta+z");
  assert.doesNotMatch(await configText(page), /deadline_ms/);
  await page.keyboard.press("ControlOrMeta+y");
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByText("Saved.").waitFor();
  assert.equal(folder.read("claimsmith.json"), text);
});

inBrowser(
  "changes that clash are shown with both sides, and nothing is saved until it is settled",
  async (t) => {
    const { page, folder } = await openPage(t, browser, { files: { "claimsmith.json": LINES } });
    await replaceText(page, "Configuration", LINES.replace('"one"', '"mine"'));
    await shown(page, "mine").waitFor();
    const theirs = LINES.replace('"one"', '"theirs"');
    writeFileSync(path.join(folder.path, "claimsmith.json"), theirs);
    await page.getByRole("alert").getByText("claimsmith.json changed on the disk").waitFor();
    await page.keyboard.press("ControlOrMeta+s");
    await page.getByText("compare the two sides first").waitFor();
    assert.equal(folder.read("claimsmith.json"), theirs);

    await page.getByRole("button", { name: "Compare" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "On the disk" }).getByText('"theirs"').waitFor();
    await dialog.getByRole("textbox", { name: "Yours" }).getByText('"mine"').waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("button", { name: "Take the left side" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    assert.match(folder.read("claimsmith.json"), /"mine"/);
  },
);

inBrowser("a draft meets a file that was changed meanwhile with both sides", async (t) => {
  const { page, context, folder, server } = await openPage(t, browser, {
    files: { "claimsmith.json": LINES },
  });
  await replaceText(page, "Configuration", LINES.replace('"one"', '"mine"'));
  await shown(page, "mine").waitFor();
  await page.close();
  writeFileSync(path.join(folder.path, "claimsmith.json"), LINES.replace('"one"', '"theirs"'));
  const next = await context.newPage();
  await next.goto(server.url);
  await next.getByRole("button", { name: "Compare" }).click();
  await next.getByRole("button", { name: "Take the disk's" }).click();
  await shown(next, "theirs").waitFor();
  assert.equal(await next.getByRole("button", { name: "Save" }).isDisabled(), true);
});

inBrowser("a file that cannot be written says why, and the text stays", async (t) => {
  const { page, folder } = await openPage(t, browser, { files: { "claimsmith.json": claim("mine") } });
  await page.route("**/files/config", (route) =>
    route.fulfill({
      status: 403,
      json: { message: "claimsmith.json cannot be written: access is denied" },
    }),
  );
  await replaceText(page, "Configuration", claim("other"));
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByText("claimsmith.json cannot be written: access is denied.").waitFor();
  await shown(page, "other").waitFor();
  assert.equal(folder.read("claimsmith.json"), claim("mine"));
  await page.unroute("**/files/config");
  await page.route("**/files/config", (route) => route.abort());
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByText(/`claimsmith dev` does not answer/).waitFor();
});

inBrowser("without storage the page says so, and asks before edits are lost", async (t) => {
  const { page, errors } = await openStatic(t, browser, {
    init: () => {
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      }
    },
  });
  await replaceText(page, "Configuration", claim("mine"));
  await page.getByText("This browser keeps no drafts here").waitFor();
  const asked = page.waitForEvent("dialog");
  const closed = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.accept();
  await closed;
  assert.deepEqual(errors, []);
});

inBrowser("where the draft is kept, leaving asks nothing", async (t) => {
  const { page } = await openStatic(t, browser);
  await replaceText(page, "Configuration", claim("mine"));
  await settled(page);
  let asked = 0;
  page.on("dialog", (dialog) => {
    asked += 1;
    return dialog.accept();
  });
  await Promise.all([page.waitForEvent("close"), page.close({ runBeforeUnload: true })]);
  assert.equal(asked, 0);
});
