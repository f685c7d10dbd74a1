import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { loadAction } from "claimsmith-cli/host";
import { createTestCertificate, startTenant } from "claimsmith-cli/tenant";

let tls;
let tenant;

before(async () => {
  tls = await createTestCertificate();
  tenant = await startTenant({ users: { "auth0|alice": { plan: "pro" } }, tls });
});

after(() => tenant.close());

function get(url, options) {
  return new Promise((resolve, reject) => {
    https
      .get(url, { agent: false, ...options }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      })
      .on("error", reject);
  });
}

test("the certificate is its own authority, for localhost and 127.0.0.1", () => {
  const certificate = new X509Certificate(tls.cert);
  assert.ok(certificate.ca);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.ok(certificate.checkHost("localhost"));
  assert.ok(certificate.checkIP("127.0.0.1"));
  assert.ok(Date.parse(certificate.validTo) > Date.now());
});

test("the servers speak HTTPS under the name localhost", async () => {
  const { oauthServer, backend } = tenant;
  assert.match(oauthServer.issuer, /^https:\/\/localhost:\d+\/$/);
  assert.equal(oauthServer.issuer, `https://${oauthServer.domain}/`);
  assert.equal(await get(oauthServer.jwksUrl, { ca: tls.cert }), 200);
  assert.equal(await get(`${backend.url}/api/users/x`, { ca: tls.cert }), 401);
  assert.equal(await get(oauthServer.jwksUrl.replace("localhost", "127.0.0.1"), { ca: tls.cert }), 200);
});

test("who does not trust the certificate is not served", async () => {
  await assert.rejects(get(tenant.oauthServer.jwksUrl), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
});

test("Node trusts the certificate as NODE_EXTRA_CA_CERTS, in fetch as well", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "claimsmith-tls-"));
  const file = path.join(folder, "ca.pem");
  await writeFile(file, tls.cert);
  const script = "fetch(process.argv[1]).then((response) => console.log(response.status))";
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script, tenant.oauthServer.jwksUrl], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
  });
  await rm(folder, { recursive: true, force: true });
  assert.equal(stdout.trim(), "200");
});

test("an Action is served over HTTPS, and the backend fetches the keys over HTTPS", async () => {
  const action = loadAction(`
    const https = require("node:https");

    function send(url, ca, { body, ...options }) {
      return new Promise((resolve, reject) => {
        const request = https.request(url, { ca, agent: false, ...options }, (response) => {
          const chunks = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
        });
        request.on("error", reject);
        request.end(body);
      });
    }

    exports.onExecutePostLogin = async (event, api) => {
      const { AUTH0_DOMAIN, CLIENT_ID, CLIENT_SECRET, CA } = event.secrets;
      const { access_token } = await send("https://" + AUTH0_DOMAIN + "/oauth/token", CA, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          audience: "https://api.example.com",
        }).toString(),
      });
      const url = "${tenant.backend.url}/api/users/" + encodeURIComponent(event.user.user_id);
      const { plan } = await send(url, CA, { headers: { authorization: "Bearer " + access_token } });
      api.idToken.setCustomClaim("https://example.com/plan", plan);
    };
  `);
  const event = tenant.createEvent({ secrets: { CA: tls.cert } });
  const result = await tenant.login({ action, event });
  assert.equal(result.after.idToken["https://example.com/plan"], "pro");
  assert.equal(result.after.idToken.iss, tenant.oauthServer.issuer);
});
