// Random expressions with what JMESPath Community adds: the engine answers what the community's own package answers.
//
// Where the two differ the package is put right before it is asked, for these reasons:
//
// - `*` holds its sides there as a wildcard does. "The usual operator precedence" (JEP-16) makes it one of products, so
//   the package is asked with `×`, which it reads so.
// - `x % 0` is NaN there, and what is too large an infinity. "This error type would be raised at run time when dividing by
//   zero or when overflow occurs" (JEP-16). Here integers beyond 2^53 − 1 are such an error too, as in `sum`.
// - `a ? b : c | d` takes the pipe into its last part there. The ternary "has a higher precedence than the `|` pipe
//   expression" (JEP-21), so the package is asked with parentheses.
// - A projection before the `:` of a ternary is a syntax error there. The grammar of JEP-21 has any expression in its place.
// - A variable that an outer `let` binds to null, false, 0 or '' is undefined in an inner one there. JEP-18 knows only
//   whether it is bound, so the package is asked with all of them bound again.
// - A variable in `&` is undefined there: functions evaluate it outside of its `let`. JEP-18 has no such exception.
// - A selection from null is a list of nulls there where a pipe leads to it. "If the current node is null the result is
//   null" holds for it as for all.
// - An error of a variable that nothing reads is an error there. Here a binding fails only where it is read, so no error
//   is bound.
// - A slice of a text (JEP-15) is not part of the language here, and left out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { search } from "@jmespath-community/jmespath";
import { evaluate } from "claimsmith";

const EXPRESSIONS = 20_000;

/** Each expression is evaluated against so many documents. */
const DOCUMENTS_EACH = 4;

/** What the generator must have exercised: each in so many pairs that gave a value other than null. */
const ENOUGH = 300;

const PARTS = [
  "let ",
  "$",
  " ? ",
  " + ",
  " - ",
  " * ",
  " / ",
  " // ",
  " % ",
  "(-",
  " && ",
  " || ",
  "[?",
  " | ",
  "map(",
];

/** A generator of numbers from 0 up to 1, the same for the same seed (mulberry32). */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = createRandom(22);
const below = (bound) => Math.floor(random() * bound);
const pick = (choices) => choices[below(choices.length)];

const NAMES = ["a", "b", "c", "d"];
const LITERALS = [
  "`null`",
  "`true`",
  "`false`",
  "`0`",
  "`2`",
  "`-3`",
  "`0.5`",
  "'b'",
  "''",
  "`[]`",
  "`[1,[2]]`",
];
const NUMBERS = ["`1`", "`2`", "`-3`", "`0.5`", "`7`", "`10`"];
const SIGNS = ["+", "-", "*", "/", "//", "%", "−", "÷"];

/**
 * An expression as the engine and as the package is asked it.
 *
 * @typedef {[ours: string, theirs: string]} Pair
 */

/** Puts pairs together: as they are, and for the package with what stands in `«»` in parentheses. */
function write(texts, ...pairs) {
  const side = (index, open, close) =>
    String.raw({ raw: texts }, ...pairs.map((pair) => (typeof pair === "string" ? pair : pair[index])))
      .replaceAll("«", open)
      .replaceAll("»", close);
  return [side(0, "", ""), side(1, "(", ")")];
}

const multiplied = (sign) => (sign === "*" ? ["*", "×"] : [sign, sign]);

/** A selection, which is null for null. */
function selection(text) {
  return [`(${text[0]})`, `(@ == \`null\` ? \`null\` : ${text[1]})`];
}

/** @returns {Pair} */
function number(depth, bound) {
  const inner = () => number(depth - 1, bound);
  if (depth === 0) {
    const literal = pick(NUMBERS);
    return [literal, literal];
  }
  switch (below(6)) {
    case 0:
      return write`length(to_string(${value(depth - 1, bound)}))`;
    case 1:
      return write`(-${inner()})`;
    case 2:
      return write`(${value(depth - 1, bound)} ? ${inner()} : ${inner()})`;
    default: {
      // Without parentheses, so that the powers of operators are compared.
      const signs = [pick(SIGNS), pick(SIGNS)].map(multiplied);
      return write`(${inner()} ${signs[0]} ${inner()} ${signs[1]} ${inner()})`;
    }
  }
}

/** @returns {Pair} */
function binding(depth, bound) {
  const names = [pick(["x", "y", "a"]), pick(["y", "z"])].slice(0, 1 + below(2));
  const written = names.map((name) => {
    const text = value(depth - 1, bound, true);
    return [`$${name} = ${text[0]}`, `$${name} = ${text[1]}`];
  });
  const again = bound.map((name) => `$${name} = $${name}`);
  const body = value(depth - 1, [...new Set([...bound, ...names])]);
  const ours = written.map((pair) => pair[0]);
  const theirs = [...again, ...written.map((pair) => pair[1])];
  return [`(let ${ours.join(", ")} in ${body[0]})`, `(let ${theirs.join(", ")} in ${body[1]})`];
}

/**
 * @param {boolean} isSafe whether it must be no error
 * @returns {Pair}
 */
function value(depth, bound, isSafe = false) {
  const inner = () => value(depth - 1, bound, isSafe);
  if (depth === 0) {
    const leaf = pick([...NAMES, ...NAMES, ...bound.map((name) => `$${name}`), "@", pick(LITERALS)]);
    return [leaf, leaf];
  }
  switch (below(isSafe ? 9 : 14)) {
    case 0:
      return write`(${inner()}).${pick(NAMES)}`;
    case 1:
      return write`(${inner()})[?${inner()}]`;
    case 2:
      return write`(${inner()})[*].${pick(NAMES)}`;
    case 3:
      return write`(${inner()} | ${inner()})`;
    case 4:
      return selection(write`[${inner()}, ${inner()}]`);
    case 5:
      return selection(write`{a: ${inner()}, b: ${inner()}}`);
    case 6:
      return write`(${inner()} ${pick(["==", "!=", "<", ">=", "&&", "||"])} ${inner()})`;
    case 7:
      return write`(${inner()} ? «${inner()}» : ${inner()})`;
    case 8:
      return write`(!«${inner()}»)`;
    case 9:
      return write`(«${inner()} || ${inner()} ? «${inner()}» : ${inner()}» | ${inner()})`;
    case 10:
      return write`(${inner()} ${multiplied(pick(SIGNS))} ${inner()})`;
    case 11:
      return write`map(&${value(depth - 1, [])}, to_array(${inner()}))`;
    case 12:
      return number(depth, bound);
    default:
      return binding(depth, bound);
  }
}

/** A value of JSON without null in lists. Members are in the order of their names, as the engine gives them. */
function data(depth) {
  const kind = below(depth === 0 ? 5 : 8);
  switch (kind) {
    case 0:
      return below(2) === 0;
    case 1:
      return below(7) - 3;
    case 2:
      return below(7) / 2;
    case 3:
      return pick(["", "b", "c1"]);
    case 4:
      return below(5);
    case 5:
      return Array.from({ length: below(4) }, () => data(depth - 1));
    default:
      return members(depth - 1);
  }
}

const members = (depth) =>
  Object.fromEntries(NAMES.filter(() => below(3) > 0).map((name) => [name, data(depth)]));

/** All members are there, since each is a variable too. */
const createDocument = () => Object.fromEntries(NAMES.map((name) => [name, below(6) === 0 ? null : data(3)]));

function ours(expression, document) {
  try {
    return { value: JSON.stringify(evaluate(expression, document)) };
  } catch (error) {
    assert.equal(error.code, "expression_invalid", `${expression} of ${JSON.stringify(document)}`);
    return { error: error.message };
  }
}

function theirs(expression, document) {
  try {
    return { value: JSON.stringify(search(document, expression)) };
  } catch (error) {
    return { error: String(error) };
  }
}

test("random expressions give what the community's own package gives", (t) => {
  const documents = Array.from({ length: 400 }, createDocument);
  const globals = NAMES.map((name) => `$${name} = ${name}`).join(", ");
  const exercised = Object.fromEntries(PARTS.map((part) => [part, 0]));
  const tally = { values: 0, nulls: 0, errors: 0, excepted: 0 };
  for (let count = 0; count < EXPRESSIONS; count += 1) {
    const [mine, asked] = value(1 + below(4), NAMES);
    for (let each = 0; each < DOCUMENTS_EACH; each += 1) {
      const document = pick(documents);
      const outcome = ours(mine, document);
      const expected = theirs(`let ${globals} in ${asked}`, document);
      if (/division by zero|arithmetic ends at/.test(outcome.error)) {
        tally.excepted += 1;
        continue;
      }
      assert.deepEqual(
        outcome.error ? "an error" : outcome.value,
        expected.error ? "an error" : expected.value,
        `${mine} of ${JSON.stringify(document)}: ${outcome.error} and ${expected.error}`,
      );
      tally[outcome.error ? "errors" : outcome.value === "null" ? "nulls" : "values"] += 1;
      if (!outcome.error && outcome.value !== "null") {
        for (const part of PARTS.filter((part) => mine.includes(part))) {
          exercised[part] += 1;
        }
      }
    }
  }
  t.diagnostic(`${JSON.stringify(tally)} ${JSON.stringify(exercised)}`);
  assert.deepEqual(
    PARTS.filter((part) => exercised[part] < ENOUGH),
    [],
  );
  assert.ok(tally.values > EXPRESSIONS && tally.excepted < EXPRESSIONS / 10, JSON.stringify(tally));
});

test("the examples of the proposals are as they stand there", () => {
  const cities = (name, ...list) => ({ name, cities: list });
  for (const [expression, document, expected] of [
    ["`1` + `2`", {}, 3],
    ["`1` − `2`", {}, -1],
    ["`2` × `4`", {}, 8],
    ["`2` ÷ `4`", {}, 0.5],
    ["`10` % `3`", {}, 1],
    ["`10` // `3`", {}, 3],
    ["-`1` − +`2`", {}, -3],
    ["{ ab: a.b, cd: c.d } | ab + cd", { a: { b: 1 }, c: { d: 2 } }, 3],
    ["let $foo = foo in [$foo, $foo]", { foo: "bar" }, ["bar", "bar"]],
    [
      "let $foo = foo[*] in $foo[0]",
      {
        foo: [
          [0, 1],
          [2, 3],
        ],
      },
      [0, 1],
    ],
    ["let $a = 'top-a' in let $a = 'in-a', $b = $a in $b", {}, "top-a"],
    [
      "let $a = a in b[*].[a, $a, let $a = 'shadow' in $a]",
      { a: "topval", b: [{ a: "inner1" }, { a: "inner2" }] },
      [
        ["inner1", "topval", "shadow"],
        ["inner2", "topval", "shadow"],
      ],
    ],
    [
      "[*].[let $home = home in states[?name == $home].cities[]][]",
      [
        { home: "WA", states: [cities("WA", "Seattle", "Olympia"), cities("NY", "Albany")] },
        { home: "NY", states: [cities("WA", "Seattle"), cities("NY", "Albany")] },
      ],
      [["Seattle", "Olympia"], ["Albany"]],
    ],
    ["foo ? bar ? baz : qux : quux", { foo: 1, bar: 1, baz: "baz" }, "baz"],
    ["false ? foo | bar | @ : baz", { false: false, baz: "baz" }, "baz"],
  ]) {
    assert.deepEqual(evaluate(expression, document), expected, expression);
  }
  for (const [expression, message] of [
    ["`1` ÷ `0`", /division by zero/],
    ["$noexist", /`\$noexist` is not defined/],
    ["[let $scope = 'foo' in [$scope], $scope]", /`\$scope` is not defined/],
    ["foo.$bar", /`\$bar` was not expected here/],
  ]) {
    assert.throws(() => evaluate(expression, {}), message, expression);
  }
});
