/**
 * `claimsmith dev`: the workbench, a page on this machine.
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import open from "open";
import pc from "picocolors";
import { DEFAULT_FILE } from "../config/file.js";
import { startDevServer } from "../dev/server.js";
import { Problem } from "../problem.js";
import { print, visible } from "../terminal.js";

const PAGE = fileURLToPath(new URL("../../dist/workbench", import.meta.url));

/** @param {import("commander").Command} program */
export function register(program) {
  program
    .command("dev")
    .description("open the workbench: a page that shows the tokens while you edit")
    .argument("[config]", "the configuration", DEFAULT_FILE)
    .option("--port <number>", "the port on loopback (the folder's own, or a free one)", toPort)
    .option("--no-open", "print the address, and open no browser")
    .action(dev);
}

async function dev(configFile, { port, open: opens }) {
  if (!existsSync(PAGE)) throw new Problem("the page of the workbench is not built");
  const server = await startDevServer({ configFile, page: PAGE, port }).catch((error) => {
    throw new Problem(`the workbench cannot listen: ${error.message}`, { hint: "give another --port" });
  });
  // Before the line that tells of it is printed.
  const ended = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, resolve);
  });
  print(`${pc.bold("Workbench")}  ${server.url}`);
  const files = `${visible(configFile)}, event.json and answers.json`;
  print(pc.dim(`for this machine only, with ${files}; Ctrl+C ends it`));
  if (opens) await open(server.url).catch(() => {});
  await ended;
  await server.close();
}

function toPort(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError("must be a port.");
  return port;
}
