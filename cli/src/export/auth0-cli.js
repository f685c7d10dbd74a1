/**
 * For the `auth0` command: a script that creates the Action, or updates it, and deploys it.
 *
 * It goes through `auth0 api`, with JSON on standard input. The flags of `auth0 actions create` would show the secrets
 * to whoever lists the machine's processes, and take a value apart at its commas.
 */

import { TRIGGER_VERSIONS, variableOf } from "./tenant.js";

/** @type {import("./index.js").Target} */
export function auth0CliFiles({ name, code, trigger, runtime, secrets, bind }) {
  const action = {
    name,
    runtime,
    supported_triggers: [{ id: trigger, version: TRIGGER_VERSIONS[trigger] }],
  };
  const variables = Object.fromEntries(secrets.map((secret) => [secret, variableOf(secret)]));
  return {
    "action.js": code,
    "deploy.mjs": script(action, variables),
    "README.md": readme({ name, trigger, variables: Object.values(variables), bind }),
  };
}

function script(action, variables) {
  return `// Creates the Action, or updates the one of its name, and deploys it. Needs \`auth0\`, logged in.
//
// usage: node deploy.mjs

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const action = ${JSON.stringify(action, null, 2)};

/** Each secret of the Action, and the environment's variable that holds it. */
const variables = ${JSON.stringify(variables, null, 2)};

/** An Action is built before it can be deployed. */
const MAX_BUILD_MS = 60_000;
const POLL_MS = 1_000;

function fail(message) {
  console.error(\`error: \${message}\`);
  process.exit(1);
}

/** A request to the Management API. What is sent goes to standard input: arguments are for all to see. */
function api(method, path, body, ...options) {
  const { error, status, stdout } = spawnSync("auth0", ["api", method, path, ...options, "--no-color", "--no-input"], {
    encoding: "utf8",
    // Where nothing is sent, an open pipe would count as an empty body.
    stdio: [body === undefined ? "ignore" : "pipe", "pipe", "inherit"],
    input: body === undefined ? undefined : JSON.stringify(body),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) fail(\`auth0 cannot be run: \${error.message}; see https://github.com/auth0/auth0-cli\`);
  if (status !== 0) fail(\`auth0 api \${method} \${path} ended with \${status}\`);
  const answer = stdout.trim() === "" ? {} : parse(stdout);
  // The command ends well where the API refuses.
  if (answer.statusCode >= 400) fail(\`\${method} \${path}: \${answer.message} (\${answer.statusCode})\`);
  return answer;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return fail("what auth0 printed is not JSON");
  }
}

const unset = Object.entries(variables).filter(([, variable]) => !process.env[variable]);
for (const [secret, variable] of unset) {
  console.error(\`error: \${variable} is not set; it holds the Action's secret \${secret}\`);
}
if (unset.length > 0) process.exit(1);

const wanted = {
  ...action,
  code: readFileSync(new URL("action.js", import.meta.url), "utf8"),
  secrets: Object.entries(variables).map(([name, variable]) => ({ name, value: process.env[variable] })),
};

const { actions = [] } = api("get", "actions/actions", undefined, "-q", \`actionName=\${action.name}\`);
const existing = actions.find(({ name }) => name === action.name);
let saved = existing
  ? api("patch", \`actions/actions/\${existing.id}\`, wanted)
  : api("post", "actions/actions", wanted);
console.log(\`\${existing ? "updated" : "created"} \${action.name} (\${saved.id})\`);

const lateAtMs = Date.now() + MAX_BUILD_MS;
while (saved.status !== "built") {
  if (saved.status === "failed") fail("Auth0 could not build the Action; the dashboard says why");
  if (Date.now() > lateAtMs) fail(\`the Action is not built after \${MAX_BUILD_MS / 1000} s\`);
  await sleep(POLL_MS);
  saved = api("get", \`actions/actions/\${saved.id}\`);
}
api("post", \`actions/actions/\${saved.id}/deploy\`);
console.log("deployed");
`;
}

function readme({ name, trigger, variables, bind }) {
  const flow = bind ? "The command cannot change a flow without replacing all of it, so this" : "This";
  return `# ${name}, for the auth0 command

\`\`\`sh
${variables.map((variable) => `export ${variable}=`).join("\n")}
auth0 login
node deploy.mjs
\`\`\`

It needs [auth0](https://github.com/auth0/auth0-cli) and Node 18 or later. An Action of the same name is updated. Secrets
go to \`auth0\` on its standard input, where no list of processes shows them.

${flow} is done once by hand: in the dashboard, under Actions, Triggers, ${trigger}, drag *${name}* into the flow.
`;
}
