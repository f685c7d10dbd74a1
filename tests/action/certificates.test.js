// Clients that prove themselves with a certificate (RFC 8705 §2), against a real authorization server over TLS.

import assert from "node:assert/strict";
import { once } from "node:events";
import https from "node:https";
import { before, test } from "node:test";
import { bundleAction } from "claimsmith-cli/bundle";
import { createApi, createCache, createEvent, loadAction } from "claimsmith-cli/host";
import { createTestCertificate, startTenant } from "claimsmith-cli/tenant";
import { createAnswers } from "../../cli/src/simulation/answers.js";
import { startInMemory } from "../../cli/src/simulation/in-memory.js";
import { startSimulation } from "../../cli/src/simulation/simulation.js";
import { createConfig, PLAN, requirePackage, visibleOutput } from "../support/world.js";
import { createClientCertificates } from "../wire/certificates.js";

const METHODS = /** @type {const} */ (["tls_client_auth", "self_signed_tls_client_auth"]);

/** The ways in which connections are the engine's own. Each writes its report to its log. */
const DEPLOYMENTS = {
  "pasted file": (config) => loadAction(bundleAction(config, { isFast: true })),
  package: (config) =>
    requirePackage(config, "{ log: console.log, onReport: (report) => console.log(JSON.stringify(report)) }"),
};

const TLS = { certificate: "{secrets.CERT}", key: "{secrets.KEY}", ca: "{secrets.CA}" };

let pki;
let tls;
before(async () => {
  pki = await createClientCertificates();
  tls = await createTestCertificate();
});

/** The README's configuration over TLS, with a certificate in place of a secret. */
function certificateConfig(clientAuth) {
  return createConfig(({ tokens: { api }, sources: { profile } }) => {
    delete api.client_secret;
    Object.assign(api, { client_auth: clientAuth, tls: TLS });
    profile.tls = { ca: "{secrets.CA}" };
    for (const [place, key] of [
      [api, "token_url"],
      [profile, "url"],
    ]) {
      place[key] = place[key].replace("http:", "https:");
    }
  });
}

/** A tenant whose client is known by the certificate `first`. */
async function startWorld(t, clientAuth) {
  const client = { clientId: "client-with-certificate", clientAuth, certificate: pki.first.cert };
  const tenant = await startTenant({
    users: { "auth0|alice": { subscription: { plan: "gold" }, roles: [] } },
    tls: { ...tls, ca: pki.authority.cert, requestCert: true, rejectUnauthorized: false },
    oauth: { clients: [client] },
  });
  t.after(() => tenant.close());
  return {
    ...tenant,
    login: (action, { cert, key }, { cache = createCache(), ...secrets } = {}) => {
      const all = { API_DOMAIN: tenant.backend.domain, CERT: cert, KEY: key, CA: tls.cert, ...secrets };
      return tenant.login({ action, cache, event: tenant.createEvent({ secrets: all }) });
    },
  };
}

/** The lines of PEM that an output must not hold. */
const linesOf = (pem) => pem.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"));

function assertNothingShown(action, result, ...pems) {
  const output = visibleOutput(action, result);
  for (const pem of pems) for (const line of linesOf(pem)) assert.ok(!output.includes(line));
  assert.doesNotMatch(output, /OSSL|PEM routines|asn1/i);
}

for (const [deployment, deploy] of Object.entries(DEPLOYMENTS)) {
  for (const method of METHODS) {
    test(`${deployment}: a token is got by ${method}, with an id and no secret`, async (t) => {
      const world = await startWorld(t, method);
      const action = deploy(certificateConfig(method));
      const { cert, key } = pki.first;
      const result = await world.login(action, pki.first);
      assert.equal(result.after.idToken[PLAN], "gold", result.logs[0]);
      const inOneLine = { cert: cert.replaceAll("\n", "\\n"), key: key.replaceAll("\n", "\\n") };
      const other = await world.login(deploy(certificateConfig(method)), inOneLine);
      assert.equal(other.after.idToken[PLAN], "gold", other.logs[0]);
      for (const call of world.oauthServer.tokenCalls) {
        assert.deepEqual([call.clientAuth, call.status, call.certificate], [method, 200, "CN=first"]);
        assert.equal(call.parameters.client_id, "client-with-certificate");
        assert.equal("client_secret" in call.parameters, false);
      }
      assert.equal(world.oauthServer.tokenCalls.length, 2);
      assertNothingShown(action, result, cert, key, tls.cert);
    });

    test(`${deployment}: another certificate gets no token by ${method}, and the login goes on`, async (t) => {
      const world = await startWorld(t, method);
      const action = deploy(certificateConfig(method));
      for (const client of [pki.second, pki.stranger, pki.rsa]) {
        const result = await world.login(action, client);
        assert.match(result.logs[0], /token_refused@tokens\.api/);
        assert.equal(PLAN in result.after.idToken, false);
        assertNothingShown(action, result, client.cert, client.key);
      }
      assert.deepEqual(
        world.oauthServer.tokenCalls.map(({ error }) => error),
        ["invalid_client", "invalid_client", "invalid_client"],
      );
      assert.equal(world.backend.calls.length, 0);
    });
  }

  test(`${deployment}: a certificate that is over gets no token by an authority's word`, async (t) => {
    const world = await startWorld(t, "tls_client_auth");
    const result = await world.login(deploy(certificateConfig("tls_client_auth")), pki.expired);
    assert.match(result.logs[0], /token_refused@tokens\.api/);
  });

  test(`${deployment}: PEM that is unfit is told by the secret's name, and by nothing of it`, async (t) => {
    const world = await startWorld(t, "tls_client_auth");
    const { first, second } = pki;
    for (const [part, name, client, secrets] of [
      ["certificate", "CERT", { cert: "planted-no-pem", key: first.key }],
      ["certificate", "CERT", { cert: "", key: first.key }],
      ["certificate", "CERT", { cert: first.key, key: first.key }],
      ["key", "KEY", { cert: first.cert, key: second.key }],
      ["key", "KEY", { cert: first.cert, key: `${first.key.slice(0, 80)}planted` }],
      ["ca", "CA", first, { CA: "planted-no-authority" }],
    ]) {
      const config = certificateConfig("tls_client_auth");
      delete config.sources.profile.tls;
      const action = deploy(config);
      const result = await world.login(action, client, secrets);
      assert.match(result.logs[0], new RegExp(`secret_invalid@tokens\\.api\\.tls\\.${part}`));
      assert.equal(PLAN in result.after.idToken, false);
      const output = visibleOutput(action, result);
      if (deployment === "package") assert.ok(output.includes(`the secret \`${name}\` does not fit`), output);
      assert.ok(!output.includes("planted"));
      assertNothingShown(action, result, first.cert, first.key, second.key);
    }
    assert.equal(world.oauthServer.tokenCalls.length, 0);
  });

  test(`${deployment}: two tokens with two certificates at one host never come on one connection`, async (t) => {
    const seen = [];
    const url = await startRecorder(t, (socket, name) => seen.push({ socket, name }));
    const token = (name) => ({
      token_url: `${url}/${name}/token`,
      client_id: name,
      client_auth: "tls_client_auth",
      tls: { certificate: `{secrets.CERT_${name}}`, key: `{secrets.KEY_${name}}`, ca: "{secrets.CA}" },
    });
    const source = (name) => ({ url: `${url}/${name}/data`, token: name, tls: token(name).tls });
    const action = deploy({
      deadline_ms: 15_000,
      tokens: { first: token("first"), second: token("second") },
      sources: {
        one: source("first"),
        two: source("second"),
        three: { url: `${url}/nobody/data`, token: null, tls: { ca: "{secrets.CA}" } },
      },
      claims: { one: "one.name", two: "two.name", three: "three.name" },
    });
    const secrets = { CA: tls.cert };
    for (const name of ["first", "second"]) {
      secrets[`CERT_${name}`] = pki[name].cert;
      secrets[`KEY_${name}`] = pki[name].key;
    }
    const logins = Array.from({ length: 30 }, async (_, index) => {
      const event = createEvent({ user: { user_id: `auth0|${index}` }, secrets });
      const { api, outcome } = createApi(event, { trigger: "post-login" });
      const { logs } = await action.executeSettled("onExecutePostLogin", event, api);
      const expected = { one: "first", two: "second", three: "nobody" };
      assert.deepEqual(outcome.idTokenClaims, expected, logs[0]);
    });
    await Promise.all(logins);
    const names = new Map();
    for (const { socket, name } of seen) names.set(socket, (names.get(socket) ?? new Set()).add(name));
    for (const ofSocket of names.values()) assert.equal(ofSocket.size, 1);
    assert.ok(names.size < seen.length);
  });

  test(`${deployment}: a backend that refuses the client costs one source, by a word`, async (t) => {
    const url = await startRecorder(t, () => {}, { rejectUnauthorized: true, ca: pki.authority.cert });
    const action = deploy({
      sources: { profile: { url: `${url}/x`, retries: 0, tls: { ca: "{secrets.CA}" } } },
      claims: { plan: { value: "profile.name", default: "none" } },
    });
    const event = createEvent({ secrets: { CA: tls.cert } });
    const { api, outcome } = createApi(event, { trigger: "post-login" });
    const { logs } = await action.executeSettled("onExecutePostLogin", event, api);
    assert.match(logs[0], /transport_failed@sources\.profile/);
    assert.deepEqual(outcome.idTokenClaims, { plan: "none" });
    if (deployment === "package") assert.match(logs[1], /\(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED\)/);
  });
}

/** A server that gives out tokens, and tells each the name of its certificate. */
async function startRecorder(t, see, options = {}) {
  const server = https.createServer({ ...tls, requestCert: true, rejectUnauthorized: false, ...options });
  server.on("tlsClientError", () => {});
  server.on("request", (req, res) => {
    const name = req.socket.getPeerCertificate().subject?.CN ?? "nobody";
    // The path says whose it should be.
    if (options.ca === undefined) assert.ok(req.url.startsWith(`/${name}/`), `${req.url} by ${name}`);
    see(req.socket, name);
    req.resume();
    res.setHeader("content-type", "application/json");
    // One that lasts too short to be kept, so that each login asks for its own.
    res.end(JSON.stringify({ name, access_token: `t-${name}`, token_type: "Bearer", expires_in: 20 }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

for (const method of METHODS) {
  test(`a simulation makes a certificate up, presents it by ${method}, and its servers look at it`, async (t) => {
    const config = certificateConfig(method);
    config.sources.profile.tls = TLS;
    const answers = createAnswers({ profile: { subscription: { plan: "gold" } } });
    const simulation = await startSimulation({ config, answers });
    t.after(() => simulation.close());
    const { report, logs } = await simulation.login();
    assert.equal(report?.outcome, "enriched", logs?.[0]);
    const [call] = simulation.standIns?.oauthServer.tokenCalls ?? [];
    assert.deepEqual([call.clientAuth, call.status], [method, 200]);

    const inMemory = await startInMemory({ config, answers });
    const login = await inMemory.login();
    assert.equal(login.report?.outcome, "enriched", login.logs?.[0]);
  });
}
