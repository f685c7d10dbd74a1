/**
 * wasm-bindgen's command, of exactly the version of the crate's library: the one in PATH, the one that was built before,
 * or one that is built now.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "../problem.js";
import { cacheFolder } from "./cache-folder.js";

const EXECUTABLE = process.platform === "win32" ? ".exe" : "";

/**
 * @param {string} version
 * @param {{ onBuild: () => void }} options Is told before it is built, which takes minutes.
 * @returns {string} the command
 */
export function findBindgen(version, { onBuild }) {
  if (isOfVersion("wasm-bindgen", version)) return "wasm-bindgen";
  const folder = path.join(cacheFolder(), `wasm-bindgen-${version}`);
  const command = path.join(folder, "bin", `wasm-bindgen${EXECUTABLE}`);
  if (existsSync(command) && isOfVersion(command, version)) return command;
  onBuild();
  build(version, folder);
  return command;
}

function isOfVersion(command, version) {
  const { stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return stdout?.trim() === `wasm-bindgen ${version}`;
}

/**
 * Without what makes it fast: it is built in a fraction of the time, and runs a second. The runner of tests in
 * WebAssembly comes with it. Without TLS, which that has for browsers elsewhere.
 */
function build(version, folder) {
  // A mirror of crates.io may lack a crate of the very version that its lock file names.
  if (install(version, folder, ["--locked"]) || install(version, folder, [])) return;
  throw new Problem(`wasm-bindgen ${version} cannot be built`, {
    hint: `what cargo says stands above; one that is in PATH will do: cargo install wasm-bindgen-cli --version ${version}`,
  });
}

/** @returns {boolean} whether it was installed */
function install(version, folder, options) {
  const { status } = spawnSync(
    "cargo",
    [
      "install",
      "wasm-bindgen-cli",
      ...["--version", version, "--no-default-features", "--debug", "--root", folder],
      ...["--bin", "wasm-bindgen", "--bin", "wasm-bindgen-test-runner"],
      ...options,
    ],
    {
      // In a folder of its own a toolchain or settings of the crate do not count.
      cwd: path.parse(folder).root,
      env: { ...environment(), CARGO_PROFILE_DEV_DEBUG: "0", CARGO_PROFILE_DEV_OPT_LEVEL: "1" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  return status === 0;
}

/** What is set for the crate is not for the command. */
function environment() {
  const ours = /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_BUILD_TARGET|CARGO_TARGET_DIR|RUSTC_BOOTSTRAP)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/**
 * Writes the module and its glue into a folder.
 *
 * @param {{ command: string, module: string, crate: string, folder: string }} options
 */
export function writeGlue({ command, module, crate, folder }) {
  const { status, stderr } = spawnSync(
    command,
    [
      "--target",
      "web",
      "--no-typescript",
      "--experimental-reset-state-function",
      "--remove-producers-section",
      "--out-dir",
      folder,
      "--out-name",
      "claimsmith",
      module,
    ],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] },
  );
  if (status === 0) return readFileSync(path.join(folder, "claimsmith.js"), "utf8");
  throw new Problem(`wasm-bindgen cannot read the module of \`${crate}\`: ${stderr.trim()}`, {
    hint: hintFor(stderr),
  });
}

function hintFor(text) {
  if (/exported multiple times|duplicate|already/i.test(text)) {
    return "a module has one `export_handler!`, and no engine for configurations beside it: look for a second one in the crates it depends on, and for `claimsmith-action` among its dependencies";
  }
  return "docs/rust.md says what a crate needs";
}
