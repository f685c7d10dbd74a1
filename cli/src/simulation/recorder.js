/**
 * Node's own `http`, `https` and `net` with every request written down, and sent elsewhere where that is asked for: what an
 * Action under simulation gets in their place.
 */

import http from "node:http";
import https from "node:https";
import net from "node:net";

/**
 * @typedef {object} RecordedRequest
 * @property {string} method
 * @property {string} url
 * @property {number} startMs Of `performance.now()`, as the end.
 * @property {number | null} endMs Null while it is under way.
 * @property {number | null} status Null where nothing was answered.
 *
 * @typedef {object} Redirection Where every connection goes, whatever host it is for.
 * @property {number} httpPort On loopback.
 * @property {number} httpsPort
 * @property {string} ca Whom to trust, in PEM.
 * @property {boolean} [hasAnyName] Whether that stands for every host, whatever names it has: which are called is not known
 *   beforehand.
 */

/**
 * @param {(request: RecordedRequest, about: { hasForm: boolean }) => void} onRequest Is told of each as it begins, and
 *   whether its body is a form, as that of a token request is; the record fills later.
 * @param {Redirection} [redirection] None where the real servers are called.
 * @returns {Record<string, unknown>} modules by name, for the loader
 */
export function createRecordingModules(onRequest, redirection) {
  return {
    "node:http": { ...http, request: recording(http.request, onRequest) },
    "node:https": { ...https, Agent: secureAgent(redirection) },
    "node:net": { ...net, createConnection: plainConnection(redirection) },
  };
}

function recording(request, onRequest) {
  return (options) => {
    /** @type {RecordedRequest} */
    const record = {
      method: options.method,
      url: urlOf(options),
      startMs: performance.now(),
      endMs: null,
      status: null,
    };
    const hasForm = JSON.stringify(options.headers).includes("application/x-www-form-urlencoded");
    onRequest(record, { hasForm });
    const end = () => {
      record.endMs ??= performance.now();
    };
    return request(options)
      .on("response", (response) => {
        record.status = response.statusCode;
        response.on("close", end);
      })
      .on("close", end);
  };
}

/** Where a request goes, as the engine's transport says it: with its headers as name, value, name, value …. */
function urlOf({ protocol, path, headers }) {
  return `${protocol}//${headers[headers.indexOf("host") + 1]}${path}`;
}

/** Opens sockets that all lead to loopback. The names in URLs and headers stay as they are. */
function plainConnection(redirection) {
  if (redirection === undefined) return net.createConnection;
  return (options) => net.createConnection({ ...options, host: "127.0.0.1", port: redirection.httpPort });
}

/** An agent that does so with TLS; the names in certificates stay as they are as well. */
function secureAgent(redirection) {
  if (redirection === undefined) return https.Agent;
  const { httpsPort: port, ca, hasAnyName = false } = redirection;
  const trusting = hasAnyName ? { checkServerIdentity: () => undefined } : {};
  return class extends https.Agent {
    createConnection(options, callback) {
      // What was made before knows nothing of `ca`.
      options.secureContext?.context.addCACert(ca);
      return super.createConnection({ ...options, ...trusting, host: "127.0.0.1", port, ca }, callback);
    }
  };
}
