// The core's work in instructions, as callgrind counts them: the same on every run, whatever else the machine does.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { progress } from "./statistics.js";

const PROGRAM = fileURLToPath(new URL("../target/release/claimsmith-instructions", import.meta.url));
const RECORD = new URL("instructions.json", import.meta.url);

/** What is counted, by the name that the program has for it. */
const CASES = {
  config: "the README's configuration is read",
  login: "a warm login",
  claims: "a warm login with 100 claims more",
  answer: "a warm login with an answer of 50 kB",
};

/** The difference of two runs is the work alone. */
const FEW = 5;
const MANY = 25;

/** Where a text lies in memory makes a difference of some ten. */
const ROUNDED = 100;

/**
 * @typedef {{ title: string, instructions: number, recorded: number | null }} Row
 *
 * @param {{ write?: boolean }} options whether the record shall become what was counted
 * @returns {{ rows: Row[], leftOut?: string }}
 */
export function countInstructions({ write }) {
  if (spawnSync("valgrind", ["--version"]).error) {
    return { rows: [], leftOut: "valgrind is not installed (`apt-get install valgrind`)" };
  }
  const made = describeBuild();
  const record = JSON.parse(readFileSync(RECORD, "utf8"));
  const counts = Object.fromEntries(Object.keys(CASES).map((name) => [name, countCase(name)]));
  if (write) writeFileSync(RECORD, `${JSON.stringify({ made, counts }, null, 2)}\n`);
  // Another compiler or processor has other counts.
  const recorded = (name) => (record.made === made ? record.counts[name] : null);
  return {
    rows: Object.entries(CASES).map(([name, title]) => ({
      title,
      instructions: counts[name],
      recorded: recorded(name),
    })),
  };
}

function countCase(name) {
  progress(`instructions: ${CASES[name]}`);
  const instructions = (count(name, MANY) - count(name, FEW)) / (MANY - FEW);
  return Math.round(instructions / ROUNDED) * ROUNDED;
}

function count(name, times) {
  const args = ["--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM, name, `${times}`];
  const { status, stderr } = spawnSync("valgrind", args, { encoding: "utf8" });
  const collected = stderr.match(/Collected : (\d+)/);
  if (status !== 0 || !collected) throw new Error(`callgrind failed for \`${name}\`: ${stderr}`);
  return Number(collected[1]);
}

/** The compiler and the kind of processor. */
function describeBuild() {
  const rustc = execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim();
  return `${rustc}, ${process.platform} ${process.arch}`;
}
