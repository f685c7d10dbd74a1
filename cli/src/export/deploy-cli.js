/**
 * For `auth0-deploy-cli`: a folder in its directory format.
 */

import { digestOf, portable, TRIGGER_VERSIONS, variableOf } from "./tenant.js";

/**
 * The value of a secret: a placeholder, in quotes. The tool puts a JSON string in the place of one without them, so that
 * a value may hold any character; and where there is no value the import fails, and does not make the placeholder the
 * secret.
 */
const QUOTED_VALUE = /("value": )"(@@\w+@@)"/g;

/** The characters that a file's name cannot have on every system. Letters of any alphabet are kept. */
const NOT_IN_FILES = /[^\p{L}\p{M}\p{N}_-]+/gu;
const MAX_FILE_CHARACTERS = 60;

/** @type {import("./index.js").Target} */
export function deployCliFiles({ name, code, trigger, runtime, secrets, bind }) {
  const folder = folderOf(name);
  const action = {
    name,
    code: `./actions/${folder}/code.js`,
    runtime,
    status: "built",
    deployed: true,
    dependencies: [],
    secrets: secrets.map((secret) => ({ name: secret, value: `@@${variableOf(secret)}@@` })),
    supported_triggers: [{ id: trigger, version: TRIGGER_VERSIONS[trigger] }],
  };
  const settings = {
    AUTH0_DOMAIN: "your-tenant.auth0.com",
    AUTH0_CLIENT_ID: "the application that the deploy CLI uses",
    AUTH0_INCLUDED_ONLY: bind ? ["actions", "triggers"] : ["actions"],
    AUTH0_ALLOW_DELETE: false,
  };
  const files = {
    [`tenant/actions/${folder}.json`]: toText(action).replaceAll(
      QUOTED_VALUE,
      (_found, key, placeholder) => key + placeholder,
    ),
    [`tenant/actions/${folder}/code.js`]: code,
    "config.json": toText(settings),
    "README.md": readme({ name, trigger, secrets, bind }),
  };
  if (bind)
    files["tenant/triggers/triggers.json"] = toText({
      [trigger]: [{ action_name: name, display_name: name }],
    });
  return files;
}

function folderOf(name) {
  // Spaces alone become hyphens, and no digest is needed to tell such names apart.
  const spaced = name.normalize("NFC").trim().replaceAll(/ +/g, "-");
  const folder = portable(spaced, NOT_IN_FILES, "-");
  const characters = [...folder];
  if (characters.length <= MAX_FILE_CHARACTERS) return folder;
  return `${characters.slice(0, MAX_FILE_CHARACTERS).join("")}-${digestOf(name)}`;
}

function readme({ name, trigger, secrets, bind }) {
  const binding = bind
    ? `\`tenant/triggers/triggers.json\` is the whole list of Actions in the flow \`${trigger}\`: add those that are there
already, or the import takes them out.`
    : `The flow is left alone. In the dashboard, under Actions, Triggers, ${trigger}, drag *${name}* into it once; later
imports keep it there.`;
  return `# ${name}, for auth0-deploy-cli

Set the domain and client id in \`config.json\`, and these in the environment:

\`\`\`sh
export AUTH0_CLIENT_SECRET=   # of the application that the deploy CLI uses
${secrets.map((secret) => `export ${variableOf(secret)}=`).join("\n")}
\`\`\`

Then:

\`\`\`sh
npx auth0-deploy-cli import --config_file config.json --input_file tenant --env true
\`\`\`

Where a variable is not set, the import ends before it changes anything.

${binding}
`;
}

function toText(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
