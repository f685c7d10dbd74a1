/**
 * Options that several commands have.
 */

import { Option } from "commander";
import { TRIGGERS } from "../bundle.js";

export function triggerOption() {
  return new Option("--trigger <name>", "when the Action runs").choices(TRIGGERS).default("post-login");
}
