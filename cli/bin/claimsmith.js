#!/usr/bin/env node
import { INTERRUPTED } from "../src/exit-codes.js";
import { main } from "../src/main.js";

process.exitCode = await main(process.argv);
// Logins that are under way would hold the process until their deadlines.
if (process.exitCode === INTERRUPTED) process.stdout.write("", () => process.exit());
