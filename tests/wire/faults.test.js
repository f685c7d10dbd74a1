// Every fault on real sockets, for every way in which the engine is deployed.
//
// WRITE_DOCS=1 writes the table into docs/reliability.md; without it, the page must hold what was seen.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { withTable } from "../support/page.js";
import { DEPLOYMENTS } from "../support/world.js";
import { createCertificates } from "./certificates.js";
import { ROWS } from "./rows.js";
import { toMarkdown } from "./table.js";

/** What a busy machine may add to a login that ends by its deadline. */
const NOISE_MS = 500;
const PAGE = new URL("../../docs/reliability.md", import.meta.url);

let seen;

before(async () => {
  seen = await run(await createCertificates());
  const widest = Math.max(...seen.rows.map(({ part, fault }) => part.length + fault.length)) + 2;
  for (const { part, fault, deployment, durationMs, outcome, error } of seen.rows) {
    const name = `${part} ${fault}`.padEnd(widest);
    console.log(
      `${name} ${deployment.padEnd(18)} ${String(durationMs).padStart(5)} ms ${outcome} ${error ?? ""}`,
    );
  }
});

/** The authority is known to the process that runs the rows, as a company's own would be. */
async function run(certificates) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "claimsmith-wire-"));
  const file = path.join(folder, "ca.pem");
  writeFileSync(file, `${certificates.otherHost.cert}\n${certificates.expired.cert}`);
  try {
    const child = spawn(process.execPath, [fileURLToPath(new URL("run.js", import.meta.url))], {
      stdio: ["pipe", "pipe", "inherit"],
      // Each tenant makes keys of its own; what checks a token must not stand in line behind that.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file, UV_THREADPOOL_SIZE: "16" },
    });
    child.stdin.end(JSON.stringify(certificates));
    return JSON.parse(await text(child.stdout));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [part, rows] of Object.entries(ROWS)) {
  for (const [fault, { expect }] of Object.entries(rows)) {
    for (const deployment of Object.keys(DEPLOYMENTS)) {
      test(`${deployment}: where the ${part} ${fault}, the login is ${expect.outcome} and goes on`, () => {
        const row = seen.rows.find(
          (known) => known.part === part && known.fault === fault && known.deployment === deployment,
        );
        assert.equal(row.thrown, undefined);
        assert.ok(row.met > 0, "nobody met the fault");
        const { outcome, error, token, backend, isSet } = row;
        assert.deepEqual({ outcome, error, token, backend, isSet }, expect);
        assert.deepEqual(row.leaks, []);
        assert.ok(row.durationMs <= seen.deadlineMs + NOISE_MS, `it took ${row.durationMs} ms`);
      });
    }
  }
}

test("no promise was left to fail unheard", () => {
  assert.deepEqual(seen.unhandled, []);
});

test("docs/reliability.md holds the table as it was seen", () => {
  const rows = seen.rows.filter(({ deployment }) => deployment === "pasted file");
  const page = readFileSync(PAGE, "utf8");
  const expected = withTable(page, "tests/wire/faults.test.js", toMarkdown(rows));
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, expected);
  else assert.equal(page, expected);
});
