/**
 * Results as JUnit's XML, as GitLab, Jenkins, CircleCI and Azure Pipelines read it.
 */

/**
 * @typedef {object} TestCase
 * @property {string} name
 * @property {string} className What it is a case of: a file, a suite.
 * @property {string} [file]
 * @property {number} [line] From 1.
 * @property {number} [durationMs]
 * @property {Failure[]} [failures] What was not as expected.
 * @property {Failure[]} [errors] What kept it from being run.
 * @property {string} [skipped] Why it was not run.
 * @property {string} [output] What it printed.
 *
 * @typedef {object} Failure
 * @property {string} message One line.
 * @property {string} type Its kind: a code.
 * @property {string} [details] More lines.
 *
 * @typedef {object} TestSuite
 * @property {string} name
 * @property {TestCase[]} cases
 */

/**
 * @param {string} name Of all suites together.
 * @param {TestSuite[]} suites
 * @returns {string} the document
 */
export function toJUnit(name, suites) {
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open("testsuites", { name, ...totals(all) }),
    ...suites.flatMap(suiteLines),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteLines({ name, cases }) {
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return [
    `  ${open("testsuite", { name, ...totals(cases), skipped })}`,
    ...cases.flatMap(caseLines),
    "  </testsuite>",
  ];
}

function totals(cases) {
  const failed = ({ failures = [] }) => failures.length > 0;
  const broken = ({ errors = [] }) => errors.length > 0;
  return {
    tests: cases.length,
    failures: cases.filter((one) => failed(one) && !broken(one)).length,
    errors: cases.filter(broken).length,
    time: seconds(cases.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0)),
  };
}

function caseLines({
  name,
  className,
  file,
  line,
  durationMs = 0,
  failures = [],
  errors = [],
  skipped,
  output,
}) {
  const tag = open("testcase", { name, classname: className, file, line, time: seconds(durationMs) });
  const inner = [
    ...errors.map((error) => problem("error", error)),
    ...failures.map((failure) => problem("failure", failure)),
    ...(skipped === undefined ? [] : [`      ${open("skipped", { message: skipped }, "/>")}`]),
    ...(output === undefined ? [] : [`      <system-out>${escapeText(output)}</system-out>`]),
  ];
  if (inner.length === 0) return [`    ${tag.replace(/>$/, "/>")}`];
  return [`    ${tag}`, ...inner, "    </testcase>"];
}

function problem(element, { message, type, details }) {
  const attributes = { message, type };
  if (details === undefined) return `      ${open(element, attributes, "/>")}`;
  return `      ${open(element, attributes)}${escapeText(details)}</${element}>`;
}

function open(element, attributes, end = ">") {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`);
  return `<${element}${written.join("")}${end}`;
}

function seconds(durationMs) {
  return (durationMs / 1000).toFixed(3);
}

function escapeAttribute(text) {
  return escapeText(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

/** XML 1.0 has no place for most control characters and for halves of pairs, not even escaped (§2.2). */
function escapeText(text) {
  return text
    .replaceAll("\r", "")
    .replaceAll(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
