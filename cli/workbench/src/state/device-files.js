/**
 * Files that a person opens and saves by the browser itself, where there is no folder: with the File System Access API
 * where it is there, else by upload and download.
 */

import { SaveFailure } from "./folder.js";
import { PANES } from "./workspace.js";

const TYPES = [
  {
    description: "JSON",
    accept: { "application/json": /** @type {`.${string}`[]} */ ([".json", ".jsonc"]) },
  },
];

/** More is no file of these. */
const MAX_BYTES = 20_000_000;

/** @type {Partial<Record<string, any>>} The handles of files that were opened or saved, by pane. */
const handles = {};

const hasPickers = () => "showOpenFilePicker" in window && "showSaveFilePicker" in window;

/**
 * Lets the person choose files.
 *
 * @param {string} current The pane for a file whose name says none.
 * @returns {Promise<Record<string, string>>} texts by pane; none where the person thought better of it
 */
export async function openFiles(current) {
  const chosen = hasPickers() ? await pick() : (await upload()).map((file) => ({ file, handle: undefined }));
  /** @type {Record<string, string>} */
  const texts = {};
  for (const { file, handle } of chosen) {
    if (file.size > MAX_BYTES) throw new Error(`${file.name} is too large`);
    const name = paneOf(file.name, chosen.length === 1 ? current : "config");
    texts[name] = await file.text();
    handles[name] = handle;
  }
  return texts;
}

async function pick() {
  try {
    const picked = await /** @type {any} */ (window).showOpenFilePicker({ multiple: true, types: TYPES });
    return await Promise.all(picked.map(async (handle) => ({ handle, file: await handle.getFile() })));
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") return [];
    throw error;
  }
}

/** @returns {Promise<File[]>} */
function upload() {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = ".json,.jsonc,application/json";
  input.hidden = true;
  input.dataset.testid = "upload";
  document.body.append(input);
  return new Promise((resolve) => {
    const end = (files) => {
      input.remove();
      resolve(files);
    };
    input.addEventListener("change", () => end([...(input.files ?? [])]));
    input.addEventListener("cancel", () => end([]));
    input.click();
  });
}

/** `event.json`, `event.gold.json` and `my-event.jsonc` are events. */
function paneOf(file, otherwise) {
  const found = PANES.find(({ name }) => name !== "config" && new RegExp(`\\b${name}s?\\b`, "i").test(file));
  if (found !== undefined) return found.name;
  return /claimsmith|config/i.test(file) ? "config" : otherwise;
}

/**
 * @param {string} name The pane.
 * @param {string} text
 * @param {string | null} known What the file held when it was read or written last.
 * @returns {Promise<"saved" | "downloaded" | "cancelled">}
 */
export async function saveToDevice(name, text, known) {
  const { file } = /** @type {typeof PANES[number]} */ (PANES.find((pane) => pane.name === name));
  if (!hasPickers()) {
    download(file, text, "application/json");
    return "downloaded";
  }
  try {
    handles[name] ??= await /** @type {any} */ (window).showSaveFilePicker({
      suggestedName: file,
      types: TYPES,
    });
    const there = await (await handles[name].getFile()).text();
    if (known !== null && there !== known && there !== text) {
      throw Object.assign(new SaveFailure(`${file} has changed on the disk meanwhile`, true), { there });
    }
    const stream = await handles[name].createWritable();
    await stream.write(text);
    await stream.close();
    return "saved";
  } catch (error) {
    const { name: kind } = /** @type {Error} */ (error);
    if (kind === "AbortError") return "cancelled";
    if (kind !== "NotAllowedError") throw error;
    throw new SaveFailure(`the browser may not write ${file}: allow it when it asks`, false);
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // After the browser took it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
