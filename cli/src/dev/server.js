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
import { createStoredFiles, SaveError } from "./stored-files.js";

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

/**
 * @typedef {{ url: string, close: () => Promise<void> }} DevServer
 *
 * @param {object} options
 * @param {string} options.configFile
 * @param {string} options.page The folder of the built page.
 * @param {number} [options.port] A free one where left out.
 * @returns {Promise<DevServer>}
 */
export async function startDevServer({ configFile, page, port = 0 }) {
  const token = randomBytes(24).toString("base64url");
  const assets = readPage(page);
  const folder = path.dirname(configFile);
  const files = {
    config: configFile,
    ...Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, path.join(folder, file)])),
  };
  const stored = createStoredFiles(files);

  const server = createServer((req, res) => {
    handle(req, res).catch((error) => send(res, 500, { message: error.message }));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const { port: ownPort } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const hosts = [`127.0.0.1:${ownPort}`, `localhost:${ownPort}`];

  return {
    url: `http://${hosts[0]}/${token}/`,
    close: () =>
      new Promise((resolve) => {
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
    if (rest.length !== 1 || (req.method !== "GET" && req.method !== "HEAD")) {
      return send(res, 404, { message: "nothing is here" });
    }
    const asset = assets.get(name === "" ? "index.html" : name);
    if (asset === undefined) return send(res, 404, { message: "nothing is here" });
    res.writeHead(200, { ...HEADERS, "content-type": asset.type }).end(asset.body);
  }

  async function save(req, res, name) {
    if (!Object.hasOwn(files, name)) return send(res, 404, { message: "there is no such file" });
    if (!(Number(req.headers["content-length"]) <= MAX_FILE_BYTES)) {
      return send(res, 413, { message: "the file is too large" });
    }
    const { text, version } = readJson(await readText(req)) ?? {};
    if (typeof text !== "string") return send(res, 400, { message: "the text is missing" });
    if (typeof version !== "string" && version !== null)
      return send(res, 400, { message: "the version is missing" });
    try {
      send(res, 200, stored.save(name, text, version));
    } catch (error) {
      if (!(error instanceof SaveError)) throw error;
      send(res, { conflict: 409, link: 403 }[error.reason], { message: error.message });
    }
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

/** The page in memory: what is not among its files cannot be asked for. */
function readPage(folder) {
  const assets = new Map();
  for (const name of readdirSync(folder)) {
    const body = readFileSync(path.join(folder, name));
    assets.set(name, { body, type: TYPES[path.extname(name)] ?? "application/octet-stream" });
  }
  const index = assets.get("index.html");
  index.body = index.body.toString().replace('<html lang="en">', '<html lang="en" data-files="served">');
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
