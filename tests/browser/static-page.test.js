// From the static page alone to a pasted file: nothing is installed, and no folder is served.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createEvent, loadAction } from "claimsmith-cli/host";
import { inspect } from "../../cli/src/verify/inspect.js";
import { readPastedFile } from "../../cli/src/verify/pasted-file.js";
import { createFolder } from "../cli/command.js";
import { browser, inBrowser } from "./in-browser.js";
import { openStatic, replaceText, settled } from "./page.js";

const CONFIG = { claims: { "https://example.com/name": "event.user.name" } };

/** Takes the File System Access API away, as in a browser that has none. */
const withoutPickers = () => {
  for (const name of ["showOpenFilePicker", "showSaveFilePicker"]) delete window[name];
};

async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

inBrowser("the downloaded action.js is loaded, enriches a login, and is verified", async (t) => {
  const { page, errors } = await openStatic(t, browser);
  await replaceText(page, "Configuration", JSON.stringify(CONFIG));
  await settled(page);
  await page.getByRole("button", { name: "Get action.js" }).click();
  await page.getByTestId("action").waitFor({ timeout: 60_000 });
  const { name, text } = await downloaded(page, () =>
    page.getByRole("button", { name: "Download action.js" }).click(),
  );
  assert.equal(name, "action.js");
  const action = loadAction(text);
  const event = createEvent();
  const { api, outcome } = createApi(event);
  await action.execute("onExecutePostLogin", event, api);
  assert.deepEqual(outcome.idTokenClaims, { "https://example.com/name": "Alice Archer" });

  const pasted = readPastedFile(text);
  assert.ok(pasted);
  assert.deepEqual(inspect(text, pasted).problems, []);
  // Brotli of another make may be some bytes longer, and no more.
  assert.ok(text.length < bundleAction(CONFIG).length + 500, `${text.length}`);
  assert.deepEqual(errors, []);
});

inBrowser("an Action without its readable configuration, for machines, is made too", async (t) => {
  const { page } = await openStatic(t, browser);
  await page.getByLabel("Start from").selectOption("Machine to machine");
  await settled(page);
  await page.getByRole("button", { name: "Get action.js" }).click();
  await page.getByLabel("with the configuration to read on top").uncheck();
  await page.getByTestId("action").waitFor({ timeout: 60_000 });
  const secrets = await page.locator("dialog .secret").allInnerTexts();
  assert.deepEqual(secrets, ["AUTH0_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"]);
  const { text } = await downloaded(page, () =>
    page.getByRole("button", { name: "Download action.js" }).click(),
  );
  assert.equal(readPastedFile(text)?.config, undefined);
  assert.equal(readPastedFile(text)?.trigger, "credentials-exchange");
  assert.doesNotThrow(() => loadAction(text));
});

inBrowser("an Action is not made of a configuration that is wrong", async (t) => {
  const { page } = await openStatic(t, browser);
  await replaceText(page, "Configuration", '{ "claims": { "a": "event..b" } }');
  await settled(page);
  assert.equal(await page.getByRole("button", { name: "Get action.js" }).isDisabled(), true);
});

inBrowser(
  "files are opened by upload, and saved as downloads, where the browser has nothing better",
  async (t) => {
    const folder = createFolder(t, {
      "claimsmith.json": CONFIG,
      "event.json": { user: { name: "Łucja Świątek" } },
    });
    const { page } = await openStatic(t, browser, { init: withoutPickers });
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open…" }).click(),
    ]);
    await chooser.setFiles(["claimsmith.json", "event.json"].map((name) => `${folder.path}/${name}`));
    await page.getByTestId("id_token").locator(".claim.added").getByText('"Łucja Świątek"').waitFor();
    assert.equal(await page.getByLabel("Start from").inputValue(), "files");
    const { name, text } = await downloaded(page, () =>
      page.getByRole("button", { name: "Save claimsmith.json" }).click(),
    );
    assert.equal(name, "claimsmith.json");
    assert.deepEqual(JSON.parse(text), CONFIG);
    await page.getByText("claimsmith.json is among your downloads.").waitFor();
  },
);

/** A file system with one file, as the API of the browser has it. */
const withFile = () => {
  const disk = { text: '{ "claims": { "before": "event.user.name" } }' };
  const handle = {
    getFile: async () => new File([disk.text], "claimsmith.json"),
    createWritable: async () => {
      let written = "";
      return {
        write: async (text) => {
          written += text;
        },
        close: async () => {
          disk.text = written;
        },
      };
    },
  };
  Object.assign(window, {
    disk,
    showOpenFilePicker: async () => [handle],
    showSaveFilePicker: async () => {
      throw new DOMException("the person thought better of it", "AbortError");
    },
  });
};

inBrowser("a file is saved where it was opened, and not over what somebody else wrote there", async (t) => {
  const { page } = await openStatic(t, browser, { init: withFile });
  const claim = (name) =>
    page
      .getByTestId("id_token")
      .locator(".claim.added")
      .filter({ hasText: `added: ${name}` });
  const disk = () => page.evaluate(() => /** @type {any} */ (window).disk.text);
  await page.getByRole("button", { name: "Open…" }).click();
  await claim("before").waitFor();
  const mine = '{ "claims": { "mine": "event.user.name" } }';
  await replaceText(page, "Configuration", mine);
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByText("claimsmith.json is saved.").waitFor();
  assert.equal(await disk(), mine);

  const theirs = '{ "claims": { "theirs": "event.user.name" } }';
  await page.evaluate((text) => {
    /** @type {any} */ (window).disk.text = text;
  }, theirs);
  await replaceText(page, "Configuration", '{ "claims": { "again": "event.user.name" } }');
  await page.keyboard.press("ControlOrMeta+s");
  await page.getByRole("button", { name: "Compare" }).click();
  assert.equal(await disk(), theirs);
  await page.getByRole("button", { name: "Take the disk's" }).click();
  await claim("theirs").waitFor();
  // A pane without a file asks for one, and a person may leave it.
  await page.getByRole("tab", { name: "Answers" }).click();
  await page.getByRole("button", { name: "Save answers.json" }).click();
});

inBrowser("a file that is no text, and one that is too large, break nothing", async (t) => {
  const { page, errors } = await openStatic(t, browser, { init: withoutPickers });
  const folder = createFolder(t, { "picture.json": "" });
  writeFileSync(`${folder.path}/picture.json`, Buffer.from([0, 255, 254, 10, 0]));
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Open…" }).click(),
  ]);
  await chooser.setFiles(`${folder.path}/picture.json`);
  await page.getByRole("alert").getByText("not JSON").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByTestId("id_token").locator(".claim.added").getByText('"gold"').waitFor();
  assert.deepEqual(errors, []);
});
