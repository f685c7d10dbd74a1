/**
 * A configuration as a folder that the tools of a platform team apply. Each target gives the files by their names;
 * secrets are placeholders in all of them.
 */

import { auth0CliFiles } from "./auth0-cli.js";
import { deployCliFiles } from "./deploy-cli.js";
import { RUNTIMES } from "./tenant.js";
import { terraformFiles } from "./terraform.js";

/**
 * @typedef {object} ExportedAction
 * @property {string} name What the Action is called in the tenant.
 * @property {string} code
 * @property {import("../bundle.js").Trigger} trigger
 * @property {string} runtime Such as `node22`.
 * @property {string[]} secrets Their names.
 * @property {boolean} bind Whether the Action shall be put into the flow.
 *
 * @typedef {(action: ExportedAction) => Record<string, string>} Target
 */

/**
 * The functions that make the files for each tool, and the runtimes that the tool takes.
 *
 * @type {Record<string, { files: Target, runtimes: string[] }>}
 */
export const TARGETS = {
  "deploy-cli": { files: deployCliFiles, runtimes: RUNTIMES },
  // The provider has a list of its own.
  terraform: { files: terraformFiles, runtimes: ["node18", "node22"] },
  "auth0-cli": { files: auth0CliFiles, runtimes: RUNTIMES },
};
