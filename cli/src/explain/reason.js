/**
 * The one reason for which a place of a configuration has no value, or does not hold. Runs in Node and in the browser.
 */

/**
 * @typedef {import("claimsmith").Step} Step
 * @typedef {import("claimsmith").ExplainedPlace} ExplainedPlace
 * @typedef {Record<string, { error?: string | null, status?: number | null, skipped?: boolean }>} Sources As in a report.
 */

/**
 * Returns the innermost step that was null, unavailable or an error, as one line; null where all is well. A condition
 * that does not hold is a reason as well.
 *
 * @param {ExplainedPlace | undefined} explained
 * @param {Sources} [sources] What became of the sources: `report.sources`.
 * @returns {string | null}
 */
export function firstReason(explained, sources = {}) {
  if (explained === undefined) return null;
  const context = { values: explained.values, sources, seen: new Set() };
  for (const { role, step } of explained.expressions) {
    const reason = role === "when" ? reasonOfCondition(step, context) : reasonOf(step, context);
    if (reason !== null) return role === "value" ? reason : `\`${role}\`: ${reason}`;
  }
  return null;
}

/** @param {Step} step */
function reasonOfCondition(step, context) {
  if (step.holds === true) return null;
  if (step.holds === undefined) return reasonOf(step, context);
  return unmet(step, context);
}

/** Why a condition does not hold: the part that decided it. */
function unmet(step, context) {
  const parts = (step.steps ?? []).filter(({ outcome }) => outcome !== "not_evaluated");
  const isStructure = parts.some(({ holds }) => holds !== undefined);
  if (isStructure) {
    const decisive = parts.findLast(({ holds, role }) => holds === false && role !== "test");
    if (decisive !== undefined) return unmet(decisive, context);
    const negated = parts.findLast(({ role }) => role === "operand");
    if (negated !== undefined) return `\`${step.text}\` does not hold: ${shown([negated])}`;
  }
  const cause = parts.length > 0 ? reasonOf(step, context) : null;
  if (step.outcome === "null") return `\`${step.text}\` does not hold: ${reasonOf(step, context)}`;
  const known = parts.filter(({ outcome }) => outcome === "value");
  if (known.length > 0) return `\`${step.text}\` does not hold: ${shown(known)}`;
  if (cause !== null) return `\`${step.text}\` does not hold: ${cause}`;
  const missing = parts.map((part) => reasonOf(part, context)).find((reason) => reason !== null);
  if (missing) return `\`${step.text}\` does not hold: ${missing}`;
  return `\`${step.text}\` is ${step.value ?? step.outcome}, and does not hold`;
}

function shown(steps) {
  return steps.map(({ text, value, outcome }) => `\`${text}\` is ${value ?? outcome}`).join(", ");
}

/**
 * @param {Step} step
 * @returns {string | null}
 */
function reasonOf(step, context) {
  switch (step.outcome) {
    case "not_evaluated":
      return null;
    case "value":
      return ofNothingPassed(step);
    case "null":
      return ofNull(step, context);
    case "unavailable":
      return ofUnavailable(step, context);
    case "error": {
      const inner = partsOf(step).findLast(({ outcome }) => outcome === "error");
      if (inner !== undefined) return reasonOf(inner, context);
      const missing = partsOf(step).find(({ outcome }) => outcome === "null");
      const why = missing === undefined ? "" : ` (${ofNull(missing, context)})`;
      return `\`${step.text}\`: ${step.message}${why}`;
    }
  }
}

/** An empty list of a filter that let nothing pass. */
function ofNothingPassed(step) {
  const { items, value } = step;
  if (value !== "[]" || items === undefined) return null;
  if (items.total === 0) return `\`${step.text}\` went through an empty list`;
  if (items.passed === 0) return `none of the ${items.total} items passed the filter of \`${step.text}\``;
  return items.kept === 0 ? `each of the ${items.passed} items of \`${step.text}\` gave null` : null;
}

function ofNull(step, context) {
  const inner = partsOf(step).findLast(
    ({ outcome, role }) => outcome === "null" && role !== "test" && role !== "condition",
  );
  if (inner !== undefined) return ofNull(inner, context);
  const { lost, note } = step;
  if (lost !== undefined) return ofLost(step, context);
  return `\`${step.text}\` is null${note === undefined ? "" : `: ${note}`}`;
}

function ofLost({ text, lost }, context) {
  const { at, of, members = [], others = 0, near, root, name } = lost;
  const behind = at === text ? "" : `\`${text}\` is null, since `;
  if (root === "values" && name !== undefined && at === `values.${name}`) {
    return `${behind}${ofValue(name, context) ?? `\`${at}\` is null`}`;
  }
  if (root !== undefined && at.replace("$", "") === root) {
    const source = context.sources[root];
    if (source?.skipped) return `${behind}the source \`${root}\` was not asked`;
    if (source !== undefined) return `${behind}the source \`${root}\` answered null${statusOf(source)}`;
  }
  // Of the event an engine takes what is read, so its members say nothing.
  if (root === "event" && of === "object") return `${behind}\`${at}\` is null: the event has no such value`;
  if (of !== "object" && of !== "unavailable") {
    return `${behind}\`${at}\` is null: what it is read from is of type ${of}, which has no members`;
  }
  if (members.length === 0) return `${behind}\`${at}\` is null: there are no members`;
  const list = `${members.map((member) => `\`${member}\``).join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
  const last = at.split(".").at(-1)?.replaceAll('"', "");
  if (last !== undefined && members.includes(last)) return `${behind}\`${at}\` is null there`;
  return `${behind}\`${at}\` is null: the members there are ${list}${near === undefined ? "" : `; did you mean \`${near}\`?`}`;
}

function ofUnavailable(step, context) {
  const inner = partsOf(step).findLast(({ outcome }) => outcome === "unavailable");
  if (inner !== undefined) return ofUnavailable(inner, context);
  const { root, name } = step.lost ?? {};
  if (root === "values" && name !== undefined) {
    const reason = ofValue(name, context);
    if (reason !== null) return reason;
  }
  if (root === "event") return `\`${step.text}\` is unavailable: this part of the event cannot be read`;
  const source = root === undefined ? undefined : context.sources[root];
  if (source === undefined) return `\`${step.text}\` is unavailable`;
  if (step.cause === "not_asked" || source.skipped) {
    return `\`${step.text}\` is unavailable: the source \`${root}\` was not asked`;
  }
  const code = source.error ? ` with ${source.error}` : "";
  return `\`${step.text}\` is unavailable: the source \`${root}\` failed${code}${statusOf(source)}`;
}

function ofValue(name, context) {
  const step = context.values[name];
  if (step === undefined || context.seen.has(name)) return null;
  context.seen.add(name);
  const reason = reasonOf(step, context);
  return reason === null ? null : `in \`values.${name}\` ${reason}`;
}

function statusOf({ status }) {
  return typeof status === "number" ? ` (status ${status})` : "";
}

/**
 * The parts of a step, and of the items that it went through.
 *
 * @param {Step} step
 * @returns {Step[]}
 */
function partsOf({ steps = [], items }) {
  const ofItems = (items?.shown ?? []).flatMap(({ condition, each }) => [condition, each]);
  const all = [...steps, ...ofItems];
  return all.filter((step) => step !== undefined).filter(({ outcome }) => outcome !== "not_evaluated");
}
