/**
 * Serves the workbench to the person at this machine, and to nobody else.
 *
 * It listens on loopback, and every address has a random token as its first segment. A page of another site could
 * still reach loopback from the person's browser; so a request must name this host (which a name that was rebound to
 * 127.0.0.1 does not), must come from this origin, and must know the token.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { text as readText } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { Problem } from "../problem.js";
import { createDevFixtures } from "./fixtures.js";
import { createStoredFiles, SaveError } from "./stored-files.js";
import { createWatchedFiles } from "./watched-files.js";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** The files that the page reads and writes, by its name for each. */
const FILES = { event: "event.json", answers: "answers.json" };

const MAX_FILE_BYTES = 2_000_000;

/** A folder's own port lies here: above the registered ports, below the ephemeral ones of most systems. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/**
 * @typedef {{ url: string, close: () => Promise<void> }} DevServer
 *
 * @param {object} options
 * @param {string} options.configFile
 * @param {string} options.page The folder of the built page.
 * @param {number} [options.port] Where left out, one that is the folder's own, so that a browser finds the drafts that it
 *   keeps for this address; a free one where that is taken.
 * @returns {Promise<DevServer>}
 */
export async function startDevServer({ configFile, page, port }) {
  const token = randomBytes(24).toString("base64url");
  const id = createHash("sha256").update(path.resolve(configFile)).digest();
  const assets = readPage(page, { id: id.toString("base64url"), name: path.basename(configFile) });
  const folder = path.dirname(configFile);
  const files = {
    config: configFile,
    ...Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, path.join(folder, file)])),
  };
  const stored = createStoredFiles(files);
  const watched = createWatchedFiles(files, stored.readAll);
  const fixtures = createDevFixtures(configFile);

  const server = createServer((req, res) => {
    handle(req, res).catch((error) => send(res, 500, { message: error.message }));
  });
  if (port !== undefined) await listen(server, port);
  else await listen(server, FIRST_PORT + (id.readUInt32LE() % PORTS)).catch(() => listen(server, 0));
  const { port: ownPort } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const hosts = [`127.0.0.1:${ownPort}`, `localhost:${ownPort}`];

  return {
    url: `http://${hosts[0]}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        watched.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function handle(req, res) {
    const { host = "", origin, "sec-fetch-site": site } = req.headers;
    if (!hosts.includes(host)) return send(res, 403, { message: "another host is meant" });
    if (origin !== undefined && origin !== `http://${host}`)
      return send(res, 403, { message: "another origin" });
    // An address that is opened by hand or by `claimsmith dev` comes from nowhere.
    if (site !== undefined && !["same-origin", "none"].includes(site))
      return send(res, 403, { message: "another site" });
    const [, given, ...rest] = new URL(`http://${host}${req.url}`).pathname.split("/");
    if (!isSame(given, token)) {
      return send(res, 403, {
        message: "the address lacks its token: open the one that `claimsmith dev` printed",
      });
    }

    const [name, file] = rest;
    if (name === "files" && file === undefined && req.method === "GET")
      return send(res, 200, stored.readAll());
    if (name === "files" && rest.length === 2 && req.method === "PUT") return save(req, res, file);
    if (name === "fixtures" && rest.length === 2 && req.method === "PUT") return addFixture(req, res, file);
    if (name === "fixtures" && file === undefined && req.method === "POST") return runFixtures(req, res);
    if (name === "changes" && file === undefined && req.method === "GET") return tellChanges(res);
    if (rest.length !== 1 || (req.method !== "GET" && req.method !== "HEAD")) {
      return send(res, 404, { message: "nothing is here" });
    }
    const asset = assets.get(name === "" ? "index.html" : name);
    if (asset === undefined) return send(res, 404, { message: "nothing is here" });
    res.writeHead(200, { ...HEADERS, "content-type": asset.type }).end(asset.body);
  }

  /** The files as they are, and each time they are others, as server-sent events. */
  function tellChanges(res) {
    res.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    res.on(
      "close",
      watched.listen((now) => res.write(`data: ${JSON.stringify(now)}\n\n`)),
    );
  }

  async function save(req, res, name) {
    if (!Object.hasOwn(files, name)) return send(res, 404, { message: "there is no such file" });
    const body = await readBody(req, res);
    if (body === undefined) return;
    const { text, version } = body;
    if (typeof version !== "string" && version !== null)
      return send(res, 400, { message: "the version is missing" });
    sendSaved(res, () => stored.save(name, text, version));
  }

  async function addFixture(req, res, encoded) {
    const name = decode(encoded);
    if (!fixtures.isName(name)) {
      return send(res, 400, { message: "the name of a fixture is made of letters, digits, - and _" });
    }
    const body = await readBody(req, res);
    if (body !== undefined) sendSaved(res, () => ({ file: fixtures.add(name, body.text) }));
  }

  async function runFixtures(req, res) {
    const body = await readBody(req, res);
    if (body === undefined) return;
    try {
      send(res, 200, await fixtures.run(body.text, body.trigger));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { message, hint = "", details = "" } = error;
      const text = [message, details, hint].filter(Boolean).join("\n");
      send(res, 422, { message: stripVTControlCharacters(text) });
    }
  }
}

/** Does what saves, and answers with its result or with why it did not. */
function sendSaved(res, act) {
  try {
    send(res, 200, act());
  } catch (error) {
    if (!(error instanceof SaveError)) throw error;
    send(res, { conflict: 409, link: 403, refused: 403 }[error.reason], { message: error.message });
  }
}

/** @returns {Promise<Record<string, any> | undefined>} with its text; undefined where it is refused, and that is sent */
async function readBody(req, res) {
  if (!(Number(req.headers["content-length"]) <= MAX_FILE_BYTES)) {
    send(res, 413, { message: "the file is too large" });
    return undefined;
  }
  const body = readJson(await readText(req)) ?? {};
  if (typeof body.text === "string") return body;
  send(res, 400, { message: "the text is missing" });
  return undefined;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function send(res, status, body) {
  res.writeHead(status, { ...HEADERS, "content-type": "application/json" }).end(JSON.stringify(body));
}

/** @returns {Promise<void>} */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** The page in memory: what is not among its files cannot be asked for. It is told the id and name of what it edits. */
function readPage(folder, { id, name: configName }) {
  const assets = new Map();
  for (const name of readdirSync(folder)) {
    const body = readFileSync(path.join(folder, name));
    assets.set(name, { body, type: TYPES[path.extname(name)] ?? "application/octet-stream" });
  }
  const index = assets.get("index.html");
  const data = `data-files="served" data-folder="${id}" data-config="${encodeURIComponent(configName)}"`;
  index.body = index.body.toString().replace('<html lang="en">', () => `<html lang="en" ${data}>`);
  return assets;
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Compares digests, which takes the same time wherever the texts differ. */
function isSame(given, expected) {
  const digest = (text) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given ?? ""), digest(expected));
}
