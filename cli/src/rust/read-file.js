/**
 * The file that a command was given, where it is the one of an Action in Rust.
 */

import path from "node:path";
import { Problem } from "../problem.js";
import { readText } from "../read-text.js";
import { readPastedFile } from "../verify/pasted-file.js";
import { isRustFile, readRustFile } from "./file.js";

/**
 * @param {string} file
 * @param {import("commander").Command} command Refuses a `--trigger` that the file is not for.
 * @returns {{ code: string, rust: import("./file.js").RustFile } | undefined} undefined where it is a configuration
 * @throws {Problem} where it is code of another kind
 */
export function readIfRust(file, command) {
  return path.extname(file) === ".js" ? readRustText(file, readText(file), command) : undefined;
}

/**
 * The same of a text that was read already.
 *
 * @param {string} file Its name.
 * @param {string} text
 * @param {import("commander").Command} command
 * @returns {{ code: string, rust: import("./file.js").RustFile } | undefined}
 */
export function readRustText(file, text, command) {
  if (path.extname(file) !== ".js") return undefined;
  // An editor may have ended the lines in another way.
  const code = text.replaceAll("\r\n", "\n");
  const rust = readRustFile(code);
  if (rust !== undefined) {
    const { trigger } = command.opts();
    if (rust.trigger !== trigger && command.getOptionValueSource("trigger") === "cli") {
      command.error(`error: --trigger ${trigger}: ${file} is for ${rust.trigger}`);
    }
    return { code, rust };
  }
  if (readPastedFile(code) !== undefined) {
    throw new Problem(`${file} is the pasted file of a configuration`, {
      hint: "name the configuration itself",
    });
  }
  throw new Problem(
    isRustFile(code)
      ? `${file} was changed: it is no file any more that \`claimsmith bundle --rust\` writes`
      : `${file} is no configuration, and no file of \`claimsmith bundle --rust\``,
  );
}
