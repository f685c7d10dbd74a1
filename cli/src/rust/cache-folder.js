/**
 * The folder for tools that are installed once, for all projects of a user.
 */

import { homedir } from "node:os";
import path from "node:path";

/** @returns {string} `CLAIMSMITH_CACHE`, or the place of the operating system */
export function cacheFolder() {
  const { CLAIMSMITH_CACHE: given, XDG_CACHE_HOME: xdg, LOCALAPPDATA: windows } = process.env;
  if (given) return path.resolve(given);
  if (process.platform === "win32" && windows) return path.join(windows, "claimsmith");
  if (process.platform === "darwin") return path.join(homedir(), "Library/Caches/claimsmith");
  return path.join(xdg || path.join(homedir(), ".cache"), "claimsmith");
}
