/**
 * `claimsmith init --rust`: a crate to start from.
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { WRONG_USAGE } from "../exit-codes.js";
import { Problem } from "../problem.js";
import { changeTo, refuseToReplace, writeStart } from "../start/write.js";
import { print } from "../terminal.js";
import { createCrate, IS_PUBLISHED, isCrateName } from "./start.js";

const require = createRequire(import.meta.url);

export function initRust(folder, { name, place, force, given }, command) {
  const [other] = Object.keys(given);
  if (other !== undefined) command.error(`error: --${other} is for a configuration; leave it out, or --rust`);
  if (!isCrateName(name)) {
    command.error(
      `error: --rust ${name}: a crate's name has letters, digits, - and _, begins with a letter, and is no word of Rust's`,
    );
  }
  const { version } = JSON.parse(readFileSync(require.resolve("claimsmith/package.json"), "utf8"));
  const files = createCrate({ name, version, path: place && pathFrom(folder, place) });
  if (place === undefined && !IS_PUBLISHED) {
    throw new Problem(`crates.io has no \`claimsmith\` ${version} yet`, {
      hint: "clone its repository, and add --path with the folder crates/claimsmith of it",
      exitCode: WRONG_USAGE,
    });
  }
  refuseToReplace(folder, Object.keys(files), force);
  writeStart(folder, files, force);
  const width = `npx claimsmith simulate ${name}.js`.length;
  const line = (shell, what) => `${shell.padEnd(width)}   ${what}`;
  print(`
Next:
  ${changeTo(folder)}${line("cargo test", "runs its tests; no tenant is needed")}
  ${line("npx claimsmith bundle --rust .", `writes ${name}.js, to be pasted into Auth0's editor`)}
  ${line(`npx claimsmith test ${name}.js`, "runs that file with the logins in tests/first.json")}
  ${line(`npx claimsmith simulate ${name}.js`, "shows a login and the tokens it ends in")}

The claims in src/lib.rs are an example: answers.json is what the API is taken to say.`);
}

/** Where the crate `claimsmith` lies, as a Cargo.toml in the folder has it. */
function pathFrom(folder, place) {
  const manifest = path.join(place, "Cargo.toml");
  const isIt = existsSync(manifest) && /^name = "claimsmith"$/m.test(readFileSync(manifest, "utf8"));
  if (!isIt) {
    throw new Problem(`${place} is not the crate \`claimsmith\``, {
      hint: "it is the folder crates/claimsmith of its repository",
      exitCode: WRONG_USAGE,
    });
  }
  if (path.isAbsolute(place)) return place;
  // Cargo reads slashes on every system.
  return path.relative(path.resolve(folder), path.resolve(place)).split(path.sep).join("/");
}
