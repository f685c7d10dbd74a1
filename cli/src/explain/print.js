/**
 * An explanation as text for a terminal.
 */

import pc from "picocolors";
import { codesOfExplanation, seeSections } from "../docs.js";
import { DROP_REASONS, describeReason } from "../simulation/words.js";
import { visible } from "../terminal.js";
import { ROLES } from "./words.js";

/**
 * @param {import("./explain.js").Explanation} explanation
 * @returns {string}
 */
export function printExplanation(explanation) {
  const { expressions, values } = explanation;
  const sections = [
    printHead(explanation),
    ...expressions.map(({ path, step }) => `${pc.bold(visible(path))}\n${printStep(step, "  ")}`),
    ...Object.entries(values).map(
      ([name, step]) => `${pc.bold(visible(`values.${name}`))}\n${printStep(step, "  ")}`,
    ),
    printSources(explanation),
    printClaim(explanation),
    seeSections(codesOfExplanation(explanation)),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function printHead({ path, outcome, denied, reason }) {
  const lines = [`${pc.bold(visible(path))} in a login that was ${visible(outcome)}`];
  if (denied !== null) lines.push(`The user reads: ${visible(denied)}`);
  if (reason !== null) lines.push(pc.yellow(visible(reason)));
  return lines.join("\n");
}

/** One step and its parts, each further in. */
function printStep(step, indent) {
  const { text, role, steps = [], items, note, lost } = step;
  const label = ROLES.has(role) ? pc.dim(`${ROLES.get(role)} `) : "";
  const lines = [`${indent}${label}${visible(text)}  ${printOutcome(step)}`];
  const inner = `${indent}  `;
  if (note !== undefined) lines.push(pc.dim(`${inner}${visible(note)}`));
  if (lost !== undefined && lost.at !== text && step.outcome === "null")
    lines.push(pc.dim(`${inner}${visible(lost.at)} is null already`));
  if (lost?.near !== undefined) lines.push(pc.dim(`${inner}did you mean ${visible(lost.near)}?`));
  for (const part of steps) lines.push(printStep(part, inner));
  if (items !== undefined) lines.push(...printItems(items, inner));
  return lines.join("\n");
}

function printItems({ total, passed, kept, shown }, indent) {
  const filtered = shown.some(({ condition }) => condition !== undefined) ? `, ${passed} passed` : "";
  const lines = [pc.dim(`${indent}${total} ${total === 1 ? "item" : "items"}${filtered}, ${kept} kept`)];
  for (const { index, value, condition, each } of shown) {
    const mark = condition === undefined ? "·" : condition.holds === true ? pc.green("✓") : pc.red("✗");
    lines.push(`${indent}${mark} ${pc.dim(`[${index}]`)} ${visible(value)}`);
    for (const part of [condition, each])
      if (part !== undefined) lines.push(printStep(part, `${indent}    `));
  }
  const shownCount = shown.filter(({ index }) => index < total).length;
  if (shownCount < total) lines.push(pc.dim(`${indent}… ${total - shownCount} more`));
  return lines;
}

function printOutcome({ outcome, value, holds, cause, message }) {
  const decided = holds === undefined || value === String(holds) ? "" : holds ? ", holds" : ", does not hold";
  switch (outcome) {
    case "value":
      return pc.green(`= ${visible(value)}`) + pc.dim(decided);
    case "null":
      return pc.yellow("= null") + pc.dim(decided);
    case "unavailable":
      return (
        pc.red(cause === "not_asked" ? "unavailable: the source was not asked" : "unavailable") +
        pc.dim(decided)
      );
    case "error":
      return pc.red(`error: ${visible(message)}`) + pc.dim(decided);
    default:
      return pc.dim("not evaluated");
  }
}

function printSources({ sources }) {
  const entries = Object.entries(sources);
  if (entries.length === 0) return "";
  const lines = entries.map(([name, { state, error, status }]) => {
    const words = {
      answered: pc.green("answered"),
      not_asked: pc.yellow("not asked"),
      failed: pc.red("failed"),
    };
    const details = [error, status === null ? null : `status ${status}`].filter((part) => part !== null);
    return `  ${visible(name)}  ${words[state]}${details.length > 0 ? `  ${visible(details.join(", "))}` : ""}`;
  });
  return [pc.bold("Sources"), ...lines].join("\n");
}

function printClaim({ claim, outcome }) {
  if (claim === null) return "";
  const lines = [];
  for (const { type, default: defaultValue, required, spread, signed } of claim.entries) {
    const words = [
      type !== null && `must be ${type}`,
      defaultValue !== null && `default ${JSON.stringify(defaultValue)}`,
      required && "required",
      spread && "spread: each member is a claim",
      signed && `signed by ${signed}`,
    ].filter(Boolean);
    if (words.length > 0) lines.push(pc.dim(`  ${visible(words.join(", "))}`));
  }
  for (const { target, name, value } of claim.set) {
    lines.push(pc.green(`+ ${target}  ${visible(name)}  ${visible(JSON.stringify(value))}`));
  }
  for (const { name, reason, source } of claim.defaulted) {
    lines.push(
      pc.yellow(
        `~ default  ${visible(name)}  ${visible(describeReason({ reason, source: source ?? undefined }))}`,
      ),
    );
  }
  for (const { name, reason, target, source } of claim.left_out) {
    const where = target === null ? "" : `${target}  `;
    lines.push(
      pc.yellow(
        `- left out  ${where}${visible(name)}  ${visible(describeReason({ reason, source: source ?? undefined }))}`,
      ),
    );
  }
  for (const { target, name, reason } of claim.dropped) {
    lines.push(
      pc.red(`✗ ${target}  ${visible(name)}  Auth0 drops it: ${visible(DROP_REASONS[reason] ?? reason)}`),
    );
  }
  for (const { code, path, message } of claim.errors) {
    lines.push(`${pc.red(visible(code))} ${visible(`${path}: ${message}`)}`);
  }
  if (lines.length === 0) lines.push(pc.dim(`  nothing was set: the login was ${visible(outcome)}`));
  return [pc.bold("What became of it"), ...lines].join("\n");
}
