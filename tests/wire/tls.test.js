// Client certificates and private authorities, against servers that ask for a certificate.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { until } from "../support/raw-server.js";
import { get, post, read } from "../support/transport.js";
import { createClientCertificates, createNamed } from "./certificates.js";

const { unfitPart } = await import("../../js-shim/src/tls.js");
const run = promisify(execFile);

let pki;
before(async () => {
  pki = await createClientCertificates();
});

const trusting = (...more) => [...more, "ca", pki.authority.cert];
const presenting = ({ cert, key }) => trusting("certificate", cert, "key", key);

/** A server that tells who asks: the subject of the client's certificate, whether it is believed, and the connection. */
async function startServer(t, options = {}, answer = undefined) {
  const { server: own, authority } = pki;
  const sockets = new Set();
  const requests = [];
  const server = https.createServer({
    key: own.key,
    cert: own.cert,
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: false,
    ...options,
  });
  // Idle connections are the client's to close.
  server.keepAliveTimeout = 0;
  server.on("secureConnection", (socket) => sockets.add(socket));
  server.on("tlsClientError", () => {});
  server.on("request", (req, res) => {
    const { socket } = req;
    const name = socket.getPeerCertificate().subject?.CN ?? "nobody";
    requests.push({ name, url: req.url, socket, isResumed: socket.isSessionReused() });
    if (answer) return answer(req, res);
    res.end(`${name} ${socket.authorized}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `https://localhost:${port}/`, requests, sockets };
}

test("a certificate is presented where there is one, and the server believes it", async (t) => {
  const { url } = await startServer(t);
  assert.equal(await read(get(url, [], presenting(pki.first))), "first true");
  assert.equal(await read(post(url, "{}", presenting(pki.rsa))), "rsa false");
  assert.equal(await read(get(url, [], presenting(pki.stranger))), "stranger false");
  assert.equal(await read(get(url, [], trusting())), "nobody false");
});

/** The same PEM, as people paste it. */
const PASTED = {
  "with \\n in place of line ends": (pem) => pem.replaceAll(/\r?\n/g, "\\n"),
  "with \\r\\n in place of line ends": (pem) => pem.replaceAll(/\r?\n/g, "\\r\\n"),
  "with line ends of Windows": (pem) => pem.replaceAll(/\r?\n/g, "\r\n"),
  "with spaces in place of line ends": (pem) => pem.replaceAll(/\r?\n/g, " "),
  "with words around it": (pem) => `Bag Attributes\n  friendlyName: x\n${pem}\nthe end`,
  "without a line end behind it": (pem) => pem.trim(),
};

for (const [how, change] of Object.entries(PASTED)) {
  test(`PEM ${how} is what it was`, async (t) => {
    const { url } = await startServer(t);
    const tls = presenting(pki.first).map((text) => (text.startsWith("-----") ? change(text) : text));
    assert.equal(unfitPart(tls), undefined);
    assert.equal(await read(get(url, [], tls)), "first true");
  });
}

test("a certificate may end where a line does", async () => {
  const isFull = (pem) => pem.replaceAll(/-----[^-]+-----|\s/g, "").length % 64 === 0;
  const names = Array.from({ length: 64 }, (_, index) => `n${"x".repeat(index)}`);
  const certificates = await Promise.all(names.map(createNamed));
  assert.ok(certificates.some(({ cert }) => isFull(cert)));
  for (const { cert, key } of certificates) {
    assert.equal(unfitPart(["certificate", cert, "key", key, "ca", cert]), undefined, cert);
  }
});

test("a key may have any form that is not encrypted, and stand with its certificate in one text", async (t) => {
  const { url } = await startServer(t);
  const exported = (key, options) => createPrivateKey(key).export({ format: "pem", ...options });
  const { first, rsa, authority } = pki;
  const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const both = `${first.key}\n${first.cert}\n${authority.cert}`;
  for (const [cert, key, expected] of [
    [first.cert, exported(first.key, { type: "sec1" }), "first true"],
    [first.cert, parameters + exported(first.key, { type: "sec1" }), "first true"],
    [rsa.cert, exported(rsa.key, { type: "pkcs1" }), "rsa false"],
    [both, both, "first true"],
  ]) {
    assert.equal(await read(get(url, [], presenting({ cert, key }))), expected);
  }
});

test("what cannot be used is told by its part, before anything is sent, and nothing is sent without it", async (t) => {
  const { url, sockets } = await startServer(t);
  const { first, second, rsa, authority } = pki;
  const encrypted = createPrivateKey(first.key).export({
    format: "pem",
    type: "pkcs8",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  const garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  for (const [part, parts] of Object.entries({
    certificate: [
      presenting({ cert: "", key: first.key }),
      presenting({ cert: "planted-no-pem", key: first.key }),
      presenting({ cert: first.key, key: first.key }),
      presenting({ cert: garbage, key: first.key }),
      presenting({ cert: first.cert.slice(0, 200), key: first.key }),
      presenting({ cert: first.cert + garbage, key: first.key }),
    ],
    key: [
      presenting({ cert: first.cert, key: "" }),
      presenting({ cert: first.cert, key: second.key }),
      presenting({ cert: first.cert, key: rsa.key }),
      presenting({ cert: first.cert, key: first.cert }),
      presenting({ cert: first.cert, key: encrypted }),
      presenting({ cert: first.cert, key: first.key.slice(0, 100) }),
      presenting({ cert: second.cert + first.cert, key: first.key }),
    ],
    ca: [
      ["ca", ""],
      ["ca", "AAAA"],
      ["ca", garbage],
      ["ca", authority.cert + garbage],
      ["ca", authority.key],
    ],
  })) {
    for (const tls of parts) {
      assert.equal(unfitPart(tls), part, tls.join("\n"));
      const call = get(url, [], tls);
      await assert.rejects(call.promise);
      assert.equal(call.sent, false);
    }
  }
  assert.equal(sockets.size, 0);
});

test("a certificate over plain http is refused, and not left out", async () => {
  const call = get("http://127.0.0.1:1/", [], presenting(pki.first));
  await assert.rejects(call.promise, { code: "TLS_NEEDS_HTTPS" });
  assert.equal(call.sent, false);
});

test("connections and sessions of one host are never shared by two certificates", async (t) => {
  const { url, requests, sockets } = await startServer(t);
  const clients = { first: presenting(pki.first), second: presenting(pki.second), nobody: trusting() };
  for (let round = 0; round < 10; round++) {
    const names = Object.keys(clients).flatMap((name) => [name, name, name]);
    const calls = names.map((name, index) => get(`${url}${name}/${index}`, [], clients[name]));
    const answers = await Promise.all(calls.map(read));
    assert.deepEqual(
      answers.map((answer) => answer.split(" ")[0]),
      names,
    );
    await turn();
    // New connections, which take up the sessions of those before.
    if (round % 3 === 2) for (const socket of sockets) socket.destroy();
  }
  assert.ok(requests.every(({ name, url: place }) => place.startsWith(`/${name}/`)));
  assert.ok(requests.some(({ isResumed }) => isResumed));
  // A connection serves one request after the other, of one client.
  const perSocket = new Map();
  for (const { socket, name } of requests)
    perSocket.set(socket, (perSocket.get(socket) ?? new Set()).add(name));
  assert.ok(perSocket.size < requests.length);
  for (const names of perSocket.values()) assert.equal(names.size, 1);
});

test("after a timeout the idle connections of the host go, whatever they present", async (t) => {
  let isSilent = false;
  let hasCome = false;
  const { url, sockets } = await startServer(t, {}, (_req, res) => {
    hasCome = isSilent;
    if (!isSilent) res.end("there");
  });
  for (const tls of [presenting(pki.first), presenting(pki.second), trusting()])
    await read(get(url, [], tls));
  await turn();
  isSilent = true;
  const call = post(url, "{}", presenting(pki.first));
  await until(() => hasCome);
  call.cancel();
  await assert.rejects(call.promise, { code: "CANCELLED" });
  await until(() => [...sockets].every(({ destroyed, readableEnded }) => destroyed || readableEnded));
});

test("an authority serves the requests that name it, and no others, whatever connections there are", async (t) => {
  const { url } = await startServer(t);
  const isUnknown = ({ code }) => /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/.test(code);
  await assert.rejects(get(url).promise, isUnknown);
  assert.equal(await read(get(url, [], trusting())), "nobody false");
  await turn();
  const call = get(url);
  await assert.rejects(call.promise, isUnknown);
  assert.equal(call.sent, false);
  await assert.rejects(get(url, [], ["ca", pki.otherAuthority.cert]).promise, isUnknown);
  assert.equal(
    await read(get(url, [], ["ca", pki.otherAuthority.cert + pki.authority.cert])),
    "nobody false",
  );
});

test("nothing switches the check of the server's certificate off", async (t) => {
  const { url, requests } = await startServer(t);
  const other = await startServer(t, { key: pki.first.key, cert: pki.first.cert });
  const known = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  t.after(() => {
    if (known === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = known;
  });
  await assert.rejects(get(url).promise);
  await assert.rejects(get(url, [], ["ca", pki.otherAuthority.cert]).promise);
  // By an authority that is trusted, and for another name.
  await assert.rejects(get(other.url, [], trusting()).promise, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  assert.equal(requests.length + other.requests.length, 0);
});

test("an authority is added to those that Node has, and takes the place of none", async (t) => {
  const { url } = await startServer(t);
  const folder = mkdtempSync(path.join(os.tmpdir(), "claimsmith-ca-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const extra = path.join(folder, "extra.pem");
  writeFileSync(extra, pki.authority.cert);
  const named = path.join(folder, "named.pem");
  writeFileSync(named, pki.otherAuthority.cert);
  const child = fileURLToPath(new URL("tls-child.js", import.meta.url));
  const { stdout } = await run(process.execPath, [child, url, named], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: extra },
  });
  assert.equal(stdout, "nobody false\n");
});

test("a server that refuses the client says so by a word, and the request counts as not sent", async (t) => {
  const strict = await startServer(t, { rejectUnauthorized: true });
  assert.equal(await read(get(strict.url, [], presenting(pki.first))), "first true");
  for (const tls of [trusting(), presenting(pki.stranger), presenting(pki.expired)]) {
    const call = post(strict.url, "{}", tls);
    await assert.rejects(call.promise, ({ code }) => /^[A-Z0-9_]{1,60}$/.test(code));
  }
  const call = post(strict.url, "{}", trusting());
  await assert.rejects(call.promise, { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" });
  assert.equal(call.sent, false);
  assert.equal(strict.requests.length, 1);
});

test("a hundred sets of PEM are forgotten in time, and each is presented as it is", async (t) => {
  const { url } = await startServer(t);
  for (let index = 0; index < 100; index++) {
    const tls = ["ca", `${pki.authority.cert}\nnumber ${index}`];
    assert.equal(unfitPart(tls), undefined);
  }
  assert.equal(await read(get(url, [], presenting(pki.second))), "second true");
});
