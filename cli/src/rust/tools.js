/**
 * What shrinks a module and bundles its JavaScript: wasm-opt and esbuild, of exactly the versions that this was tested
 * with. They are 100 MB, and of use for Actions in Rust alone, so that no installation has them: they are installed when
 * they are first asked for, each checked by its digest.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Problem } from "../problem.js";
import { cacheFolder } from "./cache-folder.js";

const LOCK = new URL("tools-lock.json", import.meta.url);

/**
 * @typedef {object} Tools
 * @property {typeof import("esbuild")} esbuild
 * @property {(flags: string[], module: string, out: string) => string} wasmOpt Returns what it prints.
 *
 * @param {{ onInstall: () => void }} options Is told before they are installed.
 * @returns {Promise<Tools>}
 */
export async function findTools({ onInstall }) {
  const lock = JSON.parse(readFileSync(LOCK, "utf8"));
  const versions = lock.packages[""].dependencies;
  const require = installedHere(versions) ?? installedBefore(versions) ?? install(lock, onInstall);
  const esbuild = await import(pathToFileURL(require.resolve("esbuild")).href);
  const optimiser = path.join(path.dirname(require.resolve("binaryen/package.json")), "bin/wasm-opt");
  return {
    esbuild: esbuild.default ?? esbuild,
    wasmOpt: (flags, module, out) =>
      execFileSync(process.execPath, [optimiser, ...flags, module, "-o", out], {
        encoding: "utf8",
        maxBuffer: 2 ** 26,
      }),
  };
}

/** What a project has of these versions anyway. */
function installedHere(versions) {
  return withVersions(createRequire(import.meta.url), versions);
}

const folderOf = (versions) =>
  path.join(
    cacheFolder(),
    Object.entries(versions)
      .map(([name, version]) => `${name}-${version}`)
      .join("-"),
  );

function installedBefore(versions) {
  const folder = folderOf(versions);
  if (!existsSync(folder)) return undefined;
  return withVersions(createRequire(path.join(folder, "index.js")), versions);
}

/** @param {NodeJS.Require} require */
function withVersions(require, versions) {
  try {
    const isComplete = Object.entries(versions).every(
      ([name, version]) => require(`${name}/package.json`).version === version,
    );
    return isComplete ? require : undefined;
  } catch {
    return undefined;
  }
}

function install(lock, onInstall) {
  onInstall();
  const { dependencies } = lock.packages[""];
  const folder = folderOf(dependencies);
  mkdirSync(folder, { recursive: true });
  cpSync(LOCK, path.join(folder, "package-lock.json"));
  const manifest = { name: lock.name, private: true, dependencies };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
  const { error, status } = spawnSync("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    // npm is a script there.
    shell: process.platform === "win32",
  });
  const require =
    error || status !== 0
      ? undefined
      : withVersions(createRequire(path.join(folder, "index.js")), dependencies);
  if (require !== undefined) return require;
  const names = Object.entries(dependencies).map(([name, version]) => `${name}@${version}`);
  throw new Problem(`${names.join(" and ")} cannot be installed`, {
    hint: `what npm says stands above; those of your project will do: npm install --save-dev --save-exact ${names.join(" ")}`,
  });
}
