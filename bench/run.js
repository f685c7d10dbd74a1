// Measures Claimsmith: whole logins beside what people write by hand, the engine alone, and the core's instructions.
//
// usage: node run.js [--quick] [--write]     --write puts the figures into docs/performance.md, --quick makes few rounds
//
// Figures are shown beside what was aimed at and never asserted: a busy machine is no mistake.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { toChart } from "./chart.js";
import { measureHttp } from "./http.js";
import { countInstructions } from "./instructions.js";
import { PARTS, withPart } from "./page.js";
import { measureSizes, PASTED_FILE } from "./size.js";
import { progress } from "./statistics.js";
import { toAims, toCrossings, toFigures, toGrowth, toInstructions, toMemory, toRatios } from "./tables.js";

const DOCS = new URL("../docs/", import.meta.url);
const USAGE = `usage: node run.js [--quick] [--write]

  --quick  few rounds of everything, in a minute: to see that it runs, not what it says
  --write  puts the figures into docs/performance.md`;

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, write: { type: "boolean" }, help: { type: "boolean" } },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}

const http = await measureHttp(values);
const times = await measureApart("engine/times.js");
// With a small young generation: what V8 sets aside for garbage would hide what stays.
const memory = await measureApart("engine/memory.js", ["--expose-gc", "--max-semi-space-size=1"]);
const instructions = countInstructions(values);
const pastedBytes = measureSizes().bytes[PASTED_FILE];
progress("");

const parts = {
  machine: describeMachine(),
  figures: toFigures(http),
  ratios: toRatios(http),
  aims: toAims({ http, times, pastedBytes }),
  growth: toGrowth(times),
  crossings: toCrossings(times.crossings),
  memory: toMemory(memory),
  instructions: toInstructions(instructions),
};
for (const name of PARTS) console.log(`${name}\n\n${parts[name]}`);
if (values.write) writePage();

/** Runs a script that prints its figures as JSON, in a process of its own. */
async function measureApart(script, flags = []) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const args = [...flags, file, ...(values.quick ? ["--quick"] : [])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(await text(child.stdout));
}

function describeMachine() {
  return `Node ${process.version}, ${os.availableParallelism()} cores, ${process.platform} ${process.arch}.\n`;
}

function writePage() {
  const file = new URL("performance.md", DOCS);
  const page = readFileSync(file, "utf8");
  writeFileSync(
    file,
    PARTS.reduce((page, name) => withPart(page, name, parts[name]), page),
  );
  writeFileSync(new URL("performance.svg", DOCS), toChart(http));
}
