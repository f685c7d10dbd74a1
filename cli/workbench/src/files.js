/**
 * The files of the folder in which `claimsmith dev` was started. The page alone, without that command, has none.
 */

/**
 * @typedef {{ text: string | null, version: string | null }} StoredFile The text is null where there is no file.
 */

/** @returns {Promise<Record<string, StoredFile> | null>} null where nothing can be saved */
export async function loadFiles() {
  if (document.documentElement.dataset.files !== "served") return null;
  const response = await fetch("files");
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string | null} version Of what it replaces.
 * @returns {Promise<StoredFile>}
 */
export async function saveFile(name, text, version) {
  const response = await fetch(`files/${name}`, { method: "PUT", body: JSON.stringify({ text, version }) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
