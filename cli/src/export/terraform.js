/**
 * For Terraform, with Auth0's provider.
 */

import { digestOf, portable, TRIGGER_VERSIONS } from "./tenant.js";

/** @type {import("./index.js").Target} */
export function terraformFiles({ name, code, trigger, runtime, secrets, bind }) {
  const variables = variableNames(secrets);
  return {
    "action.js": code,
    "main.tf": [action({ name, trigger, runtime, variables }), ...(bind ? [binding(trigger)] : [])].join(
      "\n",
    ),
    "variables.tf": [...variables].map(variable).join("\n"),
    "versions.tf": VERSIONS,
    "README.md": readme({ name, trigger, variables, bind }),
  };
}

const VERSIONS = `terraform {
  required_version = ">= 1.3"

  required_providers {
    auth0 = {
      source  = "auth0/auth0"
      version = "~> 1.2"
    }
  }
}
`;

/** The code comes by \`file\`: in a heredoc Terraform would read \`\${\` as its own. */
function action({ name, trigger, runtime, variables }) {
  return `resource "auth0_action" "claimsmith" {
  name    = ${quote(name)}
  runtime = ${quote(runtime)}
  code    = file("\${path.module}/action.js")
  deploy  = true

  supported_triggers {
    id      = ${quote(trigger)}
    version = ${quote(TRIGGER_VERSIONS[trigger])}
  }
${[...variables].map(secretBlock).join("")}}
`;
}

function secretBlock([secret, variableName]) {
  return `
  secrets {
    name  = ${quote(secret)}
    value = var.${variableName}
  }
`;
}

/** One Action more in the flow; those that are there stay. */
function binding(trigger) {
  return `resource "auth0_trigger_action" "claimsmith" {
  trigger      = ${quote(trigger)}
  action_id    = auth0_action.claimsmith.id
  display_name = auth0_action.claimsmith.name
}
`;
}

function variable([secret, variableName]) {
  return `variable "${variableName}" {
  description = ${quote(`The Action's secret ${secret}.`)}
  type        = string
  sensitive   = true
}
`;
}

/** The names of variables that Terraform reserves. */
const RESERVED = [
  "count",
  "depends_on",
  "for_each",
  "lifecycle",
  "locals",
  "provider",
  "providers",
  "source",
  "version",
];

/**
 * The variable of each secret, in lower case as Terraform's are. Names that differ in their case alone get a digest.
 *
 * @param {string[]} secrets
 * @returns {Map<string, string>}
 */
function variableNames(secrets) {
  const lower = (secret) => portable(secret, /\W+/g, "_").toLowerCase();
  const all = secrets.map(lower);
  return new Map(
    secrets.map((secret) => {
      const name = lower(secret);
      const needsPrefix = !/^[a-z]/.test(name) || RESERVED.includes(name);
      const isShared = all.filter((other) => other === name).length > 1;
      return [secret, `${needsPrefix ? "secret_" : ""}${name}${isShared ? `_${digestOf(secret)}` : ""}`];
    }),
  );
}

/**
 * A text as HCL quotes it. `${` and `%{` begin a template there: the last of the signs before the brace is doubled, and
 * the others are escapes, so that no run of signs is read in another way.
 */
function quote(text) {
  const quoted = text
    .replaceAll(/["\\]/g, (character) => `\\${character}`)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped)
    .replaceAll(/(\$+|%+)\{/g, (_found, signs) => {
      const others = signs.slice(1).replaceAll(/./g, escaped);
      return `${others}${signs[0]}${signs[0]}{`;
    });
  return `"${quoted}"`;
}

function escaped(character) {
  const number = character.codePointAt(0).toString(16);
  return number.length > 4 ? `\\U${number.padStart(8, "0")}` : `\\u${number.padStart(4, "0")}`;
}

function readme({ name, trigger, variables, bind }) {
  return `# ${name}, for Terraform

The provider reads AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of an application that may manage Actions. The
Action's own secrets are variables:

\`\`\`sh
${[...variables.values()].map((variable) => `export TF_VAR_${variable}=`).join("\n")}
terraform init
terraform plan
terraform apply
\`\`\`

Secrets end up in Terraform's state, so keep that where only those may read it who may know them.
${bind ? `The Action is added to the flow \`${trigger}\`; Actions that are in it stay.` : `The Action is not in a flow yet: add it under Actions, Triggers, ${trigger}.`}
`;
}
