// A login enriched for real: dist/action.js, byte for byte as it would be pasted, runs in a host that
// behaves as Auth0's does, gets its token from a real OAuth server, and calls an API that checks it.
//
// usage: node demo.js

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createCache, loadAction } from "claimsmith-cli/host";
import { createTestCertificate, startTenant } from "claimsmith-cli/tenant";
import { printLogin, printStart, printSummary } from "./print.js";

const ACTION = fileURLToPath(new URL("../../dist/action.js", import.meta.url));

const USERS = {
  "auth0|alice": {
    email: "alice@example.com",
    subscription: { plan: "gold" },
    roles: [
      { name: "editor", active: true },
      { name: "auditor", active: false },
    ],
  },
  "auth0|bob": {
    email: "bob@example.com",
    subscription: { plan: "free" },
    roles: [],
  },
};

if (process.env.CLAIMSMITH_DEMO_KEY) {
  await runDemo({
    key: process.env.CLAIMSMITH_DEMO_KEY,
    cert: readFileSync(process.env.NODE_EXTRA_CA_CERTS, "utf8"),
  });
} else {
  process.exitCode = await runTrusting();
}

/**
 * Runs this file again with a certificate that Node trusts from its start: the Action speaks https only,
 * and nothing of it is changed for the demo.
 */
async function runTrusting() {
  const { key, cert } = await createTestCertificate();
  const folder = mkdtempSync(path.join(os.tmpdir(), "claimsmith-demo-"));
  const certFile = path.join(folder, "ca.pem");
  writeFileSync(certFile, cert);
  try {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
      stdio: "inherit",
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certFile, CLAIMSMITH_DEMO_KEY: key },
    });
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runDemo(tls) {
  const code = readFileSync(ACTION, "utf8");
  const tenant = await startTenant({ users: USERS, tls });
  printStart({ code, tenant });

  const cache = createCache();
  const instance = loadAction(code);
  const logins = [
    { title: "Alice logs in for the first time", action: instance, userId: "auth0|alice" },
    { title: "Alice logs in again", action: instance, userId: "auth0|alice" },
    { title: "Bob logs in", action: instance, userId: "auth0|bob" },
    {
      title: "Bob logs in at a new instance, which shares api.cache",
      action: loadAction(code),
      userId: "auth0|bob",
    },
  ];
  try {
    for (const { title, action, userId } of logins) {
      const [, name] = userId.split("|");
      const before = countCalls(tenant);
      const result = await tenant.login({ action, cache, event: createEvent(tenant, userId, name) });
      const after = countCalls(tenant);
      const calls = { token: after.token - before.token, backend: after.backend - before.backend };
      printLogin({ title, result, calls });
      if (!result.after.accessToken["https://example.com/plan"]) throw new Error(`${title}: nothing was set`);
    }
    printSummary({ tenant, logins: logins.length });
  } finally {
    await tenant.close();
  }
}

function createEvent(tenant, userId, name) {
  return tenant.createEvent({
    secrets: { API_DOMAIN: tenant.backend.domain },
    user: {
      user_id: userId,
      email: `${name}@example.com`,
      name: `${name[0].toUpperCase()}${name.slice(1)}`,
      nickname: name,
    },
    transaction: { requested_scopes: ["openid", "email"] },
  });
}

function countCalls({ oauthServer, backend }) {
  return { token: oauthServer.tokenCalls.length, backend: backend.calls.length };
}
