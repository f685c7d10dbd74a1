// As much of Auth0's Management API (v2) as Actions need, on loopback, with what it was sent.

import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { listen } from "../../cli/src/tenant/listener.js";

const TRIGGERS = ["post-login", "credentials-exchange"];

/**
 * @param {{ tls: import("../../cli/src/tenant/listener.js").Tls }} options
 */
export async function startManagementApi({ tls }) {
  /** Actions as they were sent, with the id that each got. @type {Map<string, any>} */
  const actions = new Map();
  const bindings = Object.fromEntries(TRIGGERS.map((trigger) => [trigger, /** @type {any[]} */ ([])]));
  const deployed = [];
  const unknown = [];
  /** What a test may set: how often an Action is shown as not built yet, and an answer that refuses everything. */
  const behaviour = {
    buildSteps: 0,
    refusal: /** @type {null | { statusCode: number, message: string }} */ (null),
  };

  const routes = [
    [
      "POST",
      /^\/oauth\/token$/,
      () => ({ access_token: "management-token", token_type: "Bearer", expires_in: 3600 }),
    ],
    [
      "GET",
      /^\/api\/v2\/actions\/actions$/,
      () => ({ actions: [...actions.values()].map(shown), total: actions.size }),
    ],
    ["POST", /^\/api\/v2\/actions\/actions$/, (_path, body) => put(randomUUID(), body)],
    ["GET", /^\/api\/v2\/actions\/actions\/([^/]+)$/, ([id]) => shown(built(actions.get(id)))],
    [
      "PATCH",
      /^\/api\/v2\/actions\/actions\/([^/]+)$/,
      ([id], body) => put(id, { ...actions.get(id), ...body }),
    ],
    [
      "POST",
      /^\/api\/v2\/actions\/actions\/([^/]+)\/deploy$/,
      ([id]) => {
        if (actions.get(id).status !== "built") throw new Error(`the Action ${id} is not built`);
        deployed.push(id);
        return shown(actions.get(id));
      },
    ],
    ["GET", /^\/api\/v2\/actions\/modules$/, () => ({ modules: [], total: 0 })],
    ["GET", /^\/api\/v2\/actions\/triggers$/, () => ({ triggers: TRIGGERS.map((id) => ({ id })) })],
    [
      "GET",
      /^\/api\/v2\/actions\/triggers\/([^/]+)\/bindings$/,
      ([trigger]) => ({ bindings: bindings[trigger], total: bindings[trigger].length }),
    ],
    [
      "PATCH",
      /^\/api\/v2\/actions\/triggers\/([^/]+)\/bindings$/,
      ([trigger], body) => {
        bindings[trigger] = body.bindings;
        return { bindings: [] };
      },
    ],
  ];

  function put(id, body) {
    actions.set(id, { ...body, id, all_changes_deployed: true, ...buildState(behaviour.buildSteps) });
    return shown(actions.get(id));
  }

  async function answer(req, res) {
    const { pathname } = new URL(req.url, "https://localhost");
    const content = await text(req);
    if (behaviour.refusal !== null) {
      const { statusCode } = behaviour.refusal;
      res
        .writeHead(statusCode, { "content-type": "application/json" })
        .end(JSON.stringify(behaviour.refusal));
      return;
    }
    for (const [method, pattern, respond] of routes) {
      const match = pattern.exec(pathname);
      if (method !== req.method || match === null) continue;
      const isJson = req.headers["content-type"]?.includes("json");
      const body = respond(match.slice(1), isJson && content !== "" ? JSON.parse(content) : {});
      res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      return;
    }
    unknown.push(`${req.method} ${pathname}`);
    res
      .writeHead(404, { "content-type": "application/json" })
      .end('{"statusCode":404,"message":"Not found"}');
  }

  const listener = await listen({
    tls,
    handle: () => (req, res) => {
      answer(req, res).catch((error) => res.writeHead(500).end(error.message));
    },
  });
  const { domain, close } = listener;
  return Object.assign(behaviour, { domain, actions, bindings, deployed, unknown, close });
}

function buildState(stepsLeft) {
  return { stepsLeft, status: stepsLeft === 0 ? "built" : "building" };
}

/** An Action after one more look at it. */
function built(action) {
  return Object.assign(action, buildState(Math.max(0, action.stepsLeft - 1)));
}

/** Auth0 never shows the value of a secret. */
function shown({ stepsLeft, ...action }) {
  return { ...action, secrets: action.secrets?.map(({ name }) => ({ name })) };
}
