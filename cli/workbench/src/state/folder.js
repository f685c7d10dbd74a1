/**
 * The files of the folder in which `claimsmith dev` was started. The page alone, without that command, has none.
 */

/**
 * @typedef {{ text: string | null, version: string | null }} StoredFile The text is null where there is no file.
 */

/** A file that cannot be saved; `isConflict` where another text stands on the disk than the one that is replaced. */
export class SaveFailure extends Error {
  /**
   * @param {string} message
   * @param {boolean} isConflict
   */
  constructor(message, isConflict) {
    super(message);
    this.name = "SaveFailure";
    this.isConflict = isConflict;
  }
}

const { dataset } = document.documentElement;

/** What the drafts belong to: the folder's configuration, or this page. */
export const scope = dataset.folder ?? "page";

/** What the configuration's file is called. */
export const configFile = decodeURIComponent(dataset.config ?? "claimsmith.json");

/** @returns {Promise<Record<string, StoredFile> | null>} null where there is no folder */
export async function loadFiles() {
  if (dataset.files !== "served") return null;
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
export const saveFile = (name, text, version) => send(`files/${name}`, "PUT", { text, version });

/** @returns {Promise<any>} */
async function send(place, method, body) {
  let response;
  try {
    response = await fetch(place, { method, body: JSON.stringify(body) });
  } catch {
    throw new SaveFailure(
      "`claimsmith dev` does not answer: start it again in this folder. What is typed here is kept",
      false,
    );
  }
  const answer = await response.json();
  if (!response.ok) throw new SaveFailure(answer.message, response.status === 409);
  return answer;
}

/**
 * Tells the files as they are, and each time they are others on the disk.
 *
 * @param {(files: Record<string, StoredFile>) => void} onFiles
 * @returns {() => void} ends that
 */
export function watchFiles(onFiles) {
  if (dataset.files !== "served") return () => {};
  const source = new EventSource("changes");
  source.onmessage = ({ data }) => onFiles(JSON.parse(data));
  return () => source.close();
}

/**
 * Writes a new fixture into the folder.
 *
 * @param {string} name
 * @param {string} text
 * @returns {Promise<{ file: string }>}
 */
export const addFixture = (name, text) => send(`fixtures/${encodeURIComponent(name)}`, "PUT", { text });

/**
 * Runs the fixtures of the folder with a configuration that need not be saved.
 *
 * @param {string} text
 * @param {string} trigger
 * @returns {Promise<import("../../../src/dev/fixtures.js").FixtureResult[]>}
 */
export const runFixtures = (text, trigger) => send("fixtures", "POST", { text, trigger });
