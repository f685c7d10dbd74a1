/**
 * For the `auth0` command: a script that creates the Action, or updates it, and deploys it.
 */

import { variableOf } from "./tenant.js";

/** @type {import("./index.js").Target} */
export function auth0CliFiles({ name, code, trigger, runtime, secrets, bind }) {
  return {
    "action.js": code,
    "deploy.sh": script({ name, trigger, runtime, secrets }),
    "README.md": readme({ name, trigger, secrets, bind }),
  };
}

function script({ name, trigger, runtime, secrets }) {
  const given = secrets.map((secret) => `  --secret "${secret}=$${variableOf(secret)}" \\\n`).join("");
  return `#!/bin/sh
# Creates the Action, or updates it, and deploys it. Needs \`auth0\`, logged in, and node.
set -eu
cd "$(dirname "$0")"

${secrets.map((secret) => `: "\${${variableOf(secret)}:?set it to the Action's secret ${secret}}"`).join("\n")}

name=${shellQuote(name)}

# What follows keeps the last line end, which $(...) alone would take off.
code=$(cat action.js && printf x)
code=\${code%x}

id=$(auth0 actions list --json | node -e '
  const actions = JSON.parse(require("fs").readFileSync(0, "utf8").trim() || "[]") || [];
  const found = actions.find((action) => action.name === process.argv[1]);
  process.stdout.write(found ? found.id : "");
' "$name")

if [ -z "$id" ]; then
  set -- create --trigger ${trigger}
else
  set -- update "$id" --force
fi
id=$(auth0 actions "$@" --json --no-input \\
  --name "$name" \\
  --runtime ${runtime} \\
${given}  --code "$code" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).id')

auth0 actions deploy "$id" --no-input
`;
}

function readme({ name, trigger, secrets, bind }) {
  const flow = bind ? "The command cannot change a flow without replacing all of it, so this" : "This";
  return `# ${name}, for the auth0 command

\`\`\`sh
${secrets.map((secret) => `export ${variableOf(secret)}=`).join("\n")}
auth0 login
sh deploy.sh
\`\`\`

The command takes secrets as arguments, which other users of the same machine can see while it runs: use a machine of
your own, or another way to deploy.

${flow} is done once by hand: in the dashboard, under Actions, Triggers, ${trigger}, drag *${name}* into the flow.
`;
}

function shellQuote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
