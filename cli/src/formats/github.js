/**
 * Annotations of GitHub Actions: lines in a job's log that become marks at the lines of a pull request.
 */

/**
 * @typedef {object} Annotation
 * @property {"error" | "warning" | "notice"} level
 * @property {string} message May have several lines.
 * @property {string} [title]
 * @property {string} [file] Relative to the folder of the job.
 * @property {number} [line] From 1.
 * @property {number} [column] From 1.
 * @property {number} [endColumn] The column of the last character.
 */

/**
 * @param {Annotation[]} annotations
 * @returns {string} a line for each
 */
export function toGitHub(annotations) {
  return annotations.map(toCommand).join("\n");
}

/** @param {Annotation} annotation */
function toCommand({ level, message, title, file, line, column, endColumn }) {
  const properties = { file, line, col: column, endColumn, title };
  const written = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(",");
  return `::${level}${written === "" ? "" : ` ${written}`}::${escapeData(message)}`;
}

/** A line break would end the command, and what follows would be another one. */
function escapeData(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text) {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
