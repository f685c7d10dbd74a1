import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { evaluate } from "claimsmith";
import { createConfig, DEPLOYMENTS, startWorld } from "../support/world.js";

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: upper and lower case are Unicode's, which the engine asks of JavaScript`, async (t) => {
    const world = await startWorld(t);
    const config = createConfig(({ claims }) => {
      claims["https://example.com/upper"] = "upper('straße ﬁ ñ')";
      claims["https://example.com/lower"] = "lower('ΟΔΟΣ ÑİЖ 😀')";
    });
    const { after } = await world.login(deploy(config));
    assert.equal(after.idToken["https://example.com/upper"], "STRASSE FI Ñ");
    assert.equal(after.idToken["https://example.com/lower"], "οδος ñi̇ж 😀");
  });
}

/** What each expression gives where a login's user has `app_metadata` of this kind. */
const DATA = {
  text: "Zażółć?> 😀",
  half: "\ud800",
  json: '{"roles":["admin"],"__proto__":{"x":1}}',
  since: "2024-02-29T23:59:59.5+01:00",
  groups: [
    { id: "g1", name: "admins" },
    { id: "g2", name: "editors" },
  ],
  group: "g2",
};

const GIVEN = [
  ["sha256($d.text)", createHash("sha256").update(DATA.text).digest("hex")],
  ["sha256($d.text, 'base64')", createHash("sha256").update(DATA.text).digest("base64")],
  ["sha256($d.text, 'base64url')", createHash("sha256").update(DATA.text).digest("base64url")],
  ["sha256($d.half)", createHash("sha256").update("\ufffd").digest("hex")],
  ["base64($d.text)", Buffer.from(DATA.text).toString("base64")],
  ["base64url($d.text)", Buffer.from(DATA.text).toString("base64url")],
  ["base64_decode(base64url($d.text))", DATA.text],
  ["url_encode($d.text)", encodeURIComponent(DATA.text)],
  ["url_decode(url_encode($d.text))", DATA.text],
  ["substring($d.text, `-3`, `2`)", "> "],
  ["from_json($d.json).roles", ["admin"]],
  ['from_json($d.json)."__proto__".x', 1],
  ["timestamp($d.since)", Date.parse(DATA.since) / 1000],
  ["format_time(timestamp($d.since))", new Date(DATA.since).toISOString()],
  ["format_time(floor(timestamp($d.since)))", "2024-02-29T22:59:59Z"],
  ["in_cidr('10.1.2.3', '10.0.0.0/8')", true],
  ["in_cidr('2001:db8::1', '10.0.0.0/8')", false],
  ["unique([$d.group, $d.group, `1`])", ["g2", 1]],
  ["get({g1: 'one', g2: 'two'}, $d.group)", "two"],
  ["$d.groups[?id == $event.user.app_metadata.group].name | [0]", "editors"],
  ["let $id = $d.group, $all = $d.groups in length($all[?id != $id]) + `1`", 2],
  ["$d.group == 'g1' ? 'first' : `7` // `2` * `2` % `4`", 2],
  ["$d.missing + `1`", undefined],
  ["`1` / length($d.missing || '')", undefined],
];

for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  test(`${name}: the language and its functions are the same from a plan`, async (t) => {
    const world = await startWorld(t);
    const claimOf = (index) => `https://example.com/${index}`;
    const config = createConfig(({ claims }) => {
      GIVEN.forEach(([expression], index) => {
        claims[claimOf(index)] = {
          value: `let $d = event.user.app_metadata in ${expression}`,
          to: ["id_token"],
        };
      });
    });
    const { after } = await world.login(deploy(config), { user: { app_metadata: DATA } });
    for (const [index, [expression, expected]] of GIVEN.entries()) {
      assert.deepEqual(after.idToken[claimOf(index)], expected, expression);
    }
  });
}

/** Dates all over the years that have four digits, more of them near our time. */
function randomDates(count) {
  let state = 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const [first, end] = [Date.UTC(2000, 0, 1) - 730_485 * 86_400_000, Date.UTC(10_000, 0, 1)];
  const span = (from, to) => Math.floor(from + next() * (to - from));
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? span(first, end) : span(Date.UTC(1960, 0, 1), Date.UTC(2060, 0, 1)),
  );
}

test("timestamp and format_time are JavaScript's Date, for 10,000 dates", () => {
  const times = randomDates(10_000);
  const read = (texts) => evaluate("map(&timestamp(@), @)", texts);
  const iso = times.map((time) => new Date(time).toISOString());
  // Years before 0 have a sign and six digits, which RFC 3339 has not.
  assert.ok(iso.every((text) => /^\d{4}-/.test(text)));
  assert.deepEqual(
    read(iso),
    times.map((time) => time / 1000),
  );
  const withoutZeros = iso.map((text) => text.replace(".000Z", "Z"));
  assert.deepEqual(
    evaluate(
      "map(&format_time(@), @)",
      times.map((time) => time / 1000),
    ),
    withoutZeros,
  );
  const whole = times.map((time) => Math.floor(time / 1000));
  const http = whole.map((time) => new Date(time * 1000).toUTCString());
  assert.deepEqual(read(http), whole);
  const offsets = iso.map((text, index) => {
    const minutes = (index * 37) % 1440;
    const pad = (number) => String(number).padStart(2, "0");
    return text.replace("Z", `${index % 3 ? "+" : "-"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`);
  });
  assert.deepEqual(
    read(offsets),
    offsets.map((text) => Date.parse(text) / 1000),
  );
});

test("a date that JavaScript rolls over into the next month is none", () => {
  for (const [year, month] of [
    [2023, 2],
    [2024, 2],
    [1900, 2],
    [2000, 2],
    [2025, 4],
    [2025, 12],
  ]) {
    for (const day of [28, 29, 30, 31, 32]) {
      const text = `${year}-${String(month).padStart(2, "0")}-${day}`;
      const exists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
      assert.equal(
        evaluate("timestamp(@)", text),
        exists ? Date.UTC(year, month - 1, day) / 1000 : null,
        text,
      );
    }
  }
});
