/**
 * The files of the package `claimsmith` that bundling reads, in a page: they lie beside it.
 */

const NAMES = ["package.json", "pasted.js", "pasted.json"];

const files = new Map(await Promise.all(NAMES.map(load)));

async function load(name) {
  const response = await fetch(new URL(`engine-${name}`, import.meta.url));
  if (!response.ok) throw new Error(`engine-${name} cannot be loaded: status ${response.status}`);
  return /** @type {const} */ ([name, await response.text()]);
}

/** @param {string} file */
export function readFileSync(file) {
  const text = files.get(file.slice(file.lastIndexOf("/") + 1));
  if (text === undefined) throw new Error(`${file} is not beside the page`);
  return text;
}
