/**
 * For Terraform, with Auth0's provider.
 */

import { TRIGGER_VERSIONS } from "./tenant.js";

/** @type {import("./index.js").Target} */
export function terraformFiles({ name, code, trigger, runtime, secrets, bind }) {
  return {
    "action.js": code,
    "main.tf": [action({ name, trigger, runtime, secrets }), ...(bind ? [binding(trigger)] : [])].join("\n"),
    "variables.tf": secrets.map(variable).join("\n"),
    "versions.tf": VERSIONS,
    "README.md": readme({ name, trigger, secrets, bind }),
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
function action({ name, trigger, runtime, secrets }) {
  return `resource "auth0_action" "claimsmith" {
  name    = ${quote(name)}
  runtime = ${quote(runtime)}
  code    = file("\${path.module}/action.js")
  deploy  = true

  supported_triggers {
    id      = ${quote(trigger)}
    version = ${quote(TRIGGER_VERSIONS[trigger])}
  }
${secrets.map(secretBlock).join("")}}
`;
}

function secretBlock(secret) {
  return `
  secrets {
    name  = ${quote(secret)}
    value = var.${variableName(secret)}
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

function variable(secret) {
  return `variable "${variableName(secret)}" {
  description = "The Action's secret ${secret}."
  type        = string
  sensitive   = true
}
`;
}

function variableName(secret) {
  return secret.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_");
}

function quote(text) {
  return JSON.stringify(text).replaceAll("${", "$${").replaceAll("%{", "%%{");
}

function readme({ name, trigger, secrets, bind }) {
  return `# ${name}, for Terraform

The provider reads AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of an application that may manage Actions. The
Action's own secrets are variables:

\`\`\`sh
${secrets.map((secret) => `export TF_VAR_${variableName(secret)}=`).join("\n")}
terraform init
terraform plan
terraform apply
\`\`\`

Secrets end up in Terraform's state, so keep that where only those may read it who may know them.
${bind ? `The Action is added to the flow \`${trigger}\`; Actions that are in it stay.` : `The Action is not in a flow yet: add it under Actions, Triggers, ${trigger}.`}
`;
}
