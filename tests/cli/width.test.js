// What the command prints fits into the terminal, from 60 columns: the terminal breaks no line by itself, and nothing is lost.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { columns, cutMiddle, excerpt, labelled, padEnd, textWidth, wrap } from "../../cli/src/layout.js";
import { printStorm } from "../../cli/src/simulation/print.js";
import { hyperlink, outputWidth, visible, withoutControls } from "../../cli/src/terminal.js";
import { createFolder } from "./command.js";

const WIDTHS = [60, 80, 120];
const COMMAND = fileURLToPath(new URL("../../cli/bin/claimsmith.js", import.meta.url));

const WIDE = "日本語のお客様プラン";
const POLISH = "Zażółć gęślą jaźń";
const COMBINING = "e\u0301t\u0301a\u0301t".repeat(12);
const EMOJI = "🎉👍🏽🇵🇱";
const LONG = "a-name-that-goes-on-and-on-until-it-is-wider-than-a-terminal-ever-was".repeat(2);
const NAMESPACE = "https://acme.example/";

const SOURCE = { token: null, retries: 0 };
const CONFIG = {
  values: { text: "join(' ', [profile.name, profile.name, profile.name])" },
  sources: {
    profile: { ...SOURCE, url: "https://api.acme.example/a/very/long/path/to/users/{event.user.user_id}" },
    [`second_${"x".repeat(50)}`]: { ...SOURCE, url: "https://api.acme.example/b" },
  },
  claims: {
    [`${NAMESPACE}${WIDE}`]: "profile.name",
    [`${NAMESPACE}${POLISH}`]: "values.text",
    [`${NAMESPACE}${LONG}`]: { value: "profile.name", to: ["id_token"] },
    [`${NAMESPACE}short`]: "profile.list",
    [`${NAMESPACE}${EMOJI}`]: { value: "profile.missing", default: COMBINING },
    [`meta ${WIDE}`]: { value: "profile.list", to: ["app_metadata"] },
    [`${NAMESPACE}out`]: "profile.missing",
  },
};
const NAME = `${WIDE} ${POLISH} ${EMOJI} ${COMBINING}`;
const ANSWERS = {
  profile: { name: NAME, list: Array.from({ length: 20 }, (_, index) => `${WIDE}${index}`) },
};
const OTHER = { ...CONFIG, claims: { ...CONFIG.claims, [`${NAMESPACE}${WIDE}`]: "profile.list" } };
const WRONG = `{ "claims": { "${NAMESPACE}${WIDE}${WIDE}${WIDE}": { "value": "profile..${LONG}", "default": "${LONG}" } }, "sorces": {} }\n`;
const FIXTURE = [
  {
    name: `${WIDE} ${POLISH} ${LONG}`,
    with: { user: { user_id: `auth0|${LONG}`, name: NAME } },
    answers: ANSWERS,
    expect: { id_token: { [`${NAMESPACE}${WIDE}`]: `${LONG} is expected` } },
  },
];
const FILES = {
  "claimsmith.json": CONFIG,
  "other.json": OTHER,
  "wrong.json": WRONG,
  "warned.json": `{ "claims": { "${NAMESPACE}${WIDE}": "event.organisation.id", "${NAMESPACE}${LONG}": "event.usr" } }`,
  "answers.json": ANSWERS,
  "event.json": { user: { user_id: `auth0|${LONG}`, name: NAME } },
  "tests/first.json": FIXTURE,
};

/** Every command that prints for a person, and what must be found in what it prints, blanks aside. */
const COMMANDS = [
  [["simulate"], [WIDE, POLISH, LONG, COMBINING, EMOJI]],
  [
    ["simulate", "--fault", "profile:answers-500"],
    [LONG, "source_status", `second_${"x".repeat(50)}`],
  ],
  [
    ["simulate", "--logins", "20", "--fault", "profile:answers-500"],
    ["partial 20", "source_status", "source calls"],
  ],
  [["check"], ["nothing is wrong"]],
  [
    ["check", "wrong.json"],
    [WIDE, "expression_invalid", "unknown key `sorces`", "did you mean `sources`?"],
  ],
  [
    ["check", "warned.json"],
    [LONG, "event_member_unknown", "write `event.organization`"],
  ],
  [
    ["test", "--coverage"],
    [WIDE, LONG, COMBINING, "never"],
  ],
  [
    ["diff", "claimsmith.json", "other.json"],
    [WIDE, POLISH, LONG],
  ],
  [
    ["explain", `${NAMESPACE}${WIDE}`],
    [WIDE, POLISH],
  ],
  [["explain", `${NAMESPACE}out`], ["profile.missing"]],
  [
    ["bundle", "--out", "action.js"],
    ["sha256", "configuration"],
  ],
  [
    ["verify", "action.js"],
    ["the same as in the installed package", "sha256", "hosts"],
  ],
];

/** Those without tables, which need but one width to be tried. */
const OTHERS = [
  [
    ["explain", "none"],
    [WIDE, LONG],
  ],
  [["export", "--to", "terraform", "--force"], ["Next:"]],
  [["simulate", "--list-faults"], ["resets-within-the-body"]],
  [["simulate", "--help"], ["--concurrency"]],
  [["simulate", "--unknown-option-that-is-there-in-no-version-of-it"], ["unknown option"]],
];

/** Counted in another way than the layout does. */
function countColumns(line) {
  const graphemes = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  const isWide = (text) => /^[\u3000-\u9fff\uff00-\uff60]|^\p{Emoji_Presentation}/u.test(text);
  return graphemes.reduce((sum, text) => sum + (isWide(text) ? 2 : 1), 0);
}

const pressed = (text) => text.normalize("NFC").replaceAll(/\s+/g, "");

for (const width of WIDTHS) {
  test(`no line of a command is wider than ${width} columns, and nothing is lost`, async (t) => {
    const folder = createFolder(t, FILES);
    for (const [args, found] of width === WIDTHS[0] ? [...COMMANDS, ...OTHERS] : COMMANDS) {
      const { stdout, stderr, status } = await folder.runInColumns(width, ...args);
      const what = `${args.join(" ")} in ${width} columns`;
      assert.ok(status !== null && status <= 2, what);
      for (const line of `${stdout}\n${stderr}`.split("\n")) {
        assert.ok(textWidth(line) <= width, `${what}: ${textWidth(line)} columns: ${line}`);
        assert.ok(countColumns(line) <= width, `${what}, counted again: ${line}`);
      }
      const all = pressed(stdout + stderr);
      for (const text of found)
        assert.ok(all.includes(pressed(text)), `${what} shows ${text}\n${stdout}${stderr}`);
    }
  });
}

test("what programs read is not wrapped, however narrow the terminal is", async (t) => {
  const folder = createFolder(t, FILES);
  for (const args of [
    ["simulate", "--json"],
    ["check", "wrong.json", "--json"],
    ["check", "wrong.json", "--format", "sarif"],
    ["test", "--json"],
    ["diff", "claimsmith.json", "other.json", "--json"],
    ["explain", `${NAMESPACE}${WIDE}`, "--json"],
    ["schema"],
  ]) {
    const { stdout } = await folder.runInColumns(60, ...args);
    assert.ok(JSON.parse(stdout), args.join(" "));
    assert.ok(
      stdout.split("\n").some((line) => line.length > 60),
      args.join(" "),
    );
  }
  for (const format of ["tap", "junit", "github"]) {
    const [narrow, wide] = await Promise.all(
      ["60", ""].map((columns) => folder.runInColumns(columns, "test", "--format", format)),
    );
    assert.equal(narrow.stdout, wide.stdout, format);
  }
  const markdown = (columns) =>
    folder.runInColumns(columns, "diff", "claimsmith.json", "other.json", "--markdown");
  assert.equal((await markdown(60)).stdout, (await markdown("")).stdout);
});

test("a pipe has no width", async (t) => {
  const folder = createFolder(t, FILES);
  const { stdout } = await folder.run("simulate");
  assert.ok(
    stdout.split("\n").some((line) => line.includes(LONG) && line.includes(EMOJI)),
    stdout,
  );
});

test("the width is the terminal's, or what COLUMNS says", () => {
  const terminal = { isTTY: true, columns: 72 };
  assert.equal(outputWidth(terminal, {}), 72);
  assert.equal(outputWidth(terminal, { COLUMNS: "90" }), 90);
  assert.equal(outputWidth({}, { COLUMNS: "90" }), 90);
  for (const wrong of ["", "0", "-5", "wide", "1e999"])
    assert.equal(outputWidth(terminal, { COLUMNS: wrong }), 72);
  assert.equal(outputWidth({}, {}), Number.POSITIVE_INFINITY);
  assert.equal(outputWidth({ isTTY: true, columns: 0 }, {}), Number.POSITIVE_INFINITY);
});

const hasScript = spawnSync("script", ["--version"]).status === 0 && process.platform === "linux";

test("a terminal of 60 columns is one", { skip: hasScript ? false : "no command `script`" }, async (t) => {
  const folder = createFolder(t, FILES);
  const command = `stty cols 60; '${process.execPath}' '${COMMAND}' simulate`;
  const printed = execFileSync("script", ["--quiet", "--command", command, "/dev/null"], {
    cwd: folder.path,
    encoding: "utf8",
    env: { PATH: process.env.PATH, TERM: "xterm" },
  });
  const lines = printed.replaceAll("\r", "").split("\n");
  assert.ok(printed.includes("\u001b[3"), "there are colours");
  for (const line of lines) assert.ok(textWidth(line) <= 60, line);
  assert.ok(lines.some((line) => textWidth(line) > 50));
});

test("a line is broken at a space where there is one, and what continues it is indented", () => {
  assert.equal(wrap("  one two three four five", 14), "  one two\n      three\n      four\n      five");
  assert.equal(wrap("abcdefghij", 8), "abcdefgh\n    ij");
  assert.equal(wrap("short\n\n  also", 8), "short\n\n  also");
  // A gap between columns is where the line ends.
  assert.equal(wrap("name  value-of-it", 12), "name\n    value-of\n    -it");
});

test("neither a wide character nor a mark above one is taken apart", () => {
  const text = "日本語".repeat(10) + COMBINING + EMOJI.repeat(10);
  const lines = wrap(text, 21).split("\n");
  assert.equal(lines.map((line) => line.trim()).join(""), text);
  for (const line of lines) {
    assert.ok(textWidth(line) <= 21);
    assert.doesNotMatch(line.trim(), /^[\p{M}\p{Emoji_Modifier}]/u);
  }
  assert.equal(textWidth(padEnd("日本", 6) + padEnd("e\u0301", 3)), 9);
});

test("colours neither count nor are taken apart", () => {
  const red = `\u001b[31m  ${"one two three ".repeat(4).trim()}\u001b[39m`;
  const wrapped = wrap(red, 20);
  assert.equal(wrapped.split("\n").length, 4, wrapped);
  assert.ok(wrapped.startsWith("\u001b[31m  one"));
  assert.ok(wrapped.endsWith("\u001b[39m"));
  for (const line of wrapped.split("\n")) assert.ok(textWidth(line) <= 20);
});

test("what is deep inside keeps half of the width", () => {
  for (const line of wrap(`${" ".repeat(100)}one two three four five six`, 20).split("\n")) {
    assert.ok(textWidth(line) <= 20, line);
  }
});

test("a name is cut in its middle", () => {
  assert.equal(cutMiddle("abcdefghij", 7), "abc…hij");
  assert.equal(cutMiddle("abcdefghij", 10), "abcdefghij");
  assert.equal(cutMiddle("日本語日本語", 7), "日…本語");
  for (let width = 1; width < 30; width++) {
    assert.ok(textWidth(cutMiddle(NAME, width)) <= width, `${width}`);
  }
});

test("a place is in sight, with its mark below it", () => {
  const line = `${WIDE.repeat(3)}${"x".repeat(40)}HERE${"y".repeat(60)}`;
  const at = textWidth(line.slice(0, line.indexOf("HERE")));
  for (let width = 12; width < 220; width += 7) {
    const part = excerpt(line, { column: at, length: 4 }, width);
    assert.ok(textWidth(part.text) <= width, `${width}`);
    const found = textWidth(part.text.slice(0, part.text.indexOf("HERE")));
    assert.deepEqual([found, part.length], [part.column, 4], `${width}: ${part.text}`);
  }
  // One that is longer than the width is marked as far as it can be seen.
  const long = excerpt(line, { column: 10, length: 150 }, 30);
  assert.ok(long.column + long.length <= 30);
});

test("labels are in one column, and one that is too long stands alone", () => {
  const entries = [
    { label: "日本", value: "1" },
    { label: "name", value: "one two three four" },
    { label: "a-very-long-label-indeed", value: "2" },
    { label: "", value: "x".repeat(20) },
  ];
  assert.deepEqual(labelled(entries, { width: 22 }), [
    "  日本  1",
    "  name  one two three",
    "        four",
    "  a-very-long-label-in",
    "      deed",
    "      2",
    `      ${"x".repeat(16)}`,
    "      xxxx",
  ]);
  assert.deepEqual(
    columns(
      [
        ["日本", "1"],
        ["a", "23"],
      ],
      { aligns: ["left", "right"] },
    ),
    ["日本   1", "a     23"],
  );
});

test("a burst that was stopped at once has no bars", () => {
  const latencyMs = { p50: 0, p90: 0, p99: 0, max: 0 };
  const counts = {
    logins: 0,
    planned: 10,
    users: 1,
    concurrency: 1,
    durationMs: 1,
    spoiled: 0,
    withErrors: 0,
  };
  const storm = {
    ...counts,
    outcomes: {},
    errors: {},
    tokenCalls: 0,
    sourceCalls: 0,
    latencyMs,
    histogram: [],
  };
  assert.match(printStorm(storm, 60), /logins {8}0 of 10 of 1 users/);
});

test("a link leads to a file, counts as its text, and cannot be written by others", () => {
  const link = hyperlink("docs/errors.md#timeout", new URL("file:///a/docs/errors.md#timeout"));
  assert.equal(textWidth(link), 22);
  assert.equal(withoutControls(link), link);
  assert.equal(wrap(`see ${link}`, 26), `see ${link}`);
  const wrapped = wrap(`one two three ${link}`, 24);
  assert.ok(
    wrapped.includes("\u001b]8;;file:///a/docs/errors.md#timeout\u001b\\docs"),
    JSON.stringify(wrapped),
  );
  for (const line of wrapped.split("\n")) assert.ok(textWidth(line) <= 24, line);
  assert.ok(!visible(link).includes("\u001b"));
  const evil = "\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u0007";
  assert.ok(!withoutControls(evil).includes("\u001b]8;;https"));
});
