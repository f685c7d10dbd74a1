// The page on warnings: each has a section with what brings it about, what is said, and what to write instead. And what
// stands in the examples, the recipes and the cases of coverage has none.
//
// WRITE_DOCS=1 writes the page.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { checkConfig, WARNINGS } from "claimsmith";
import { parseConfig } from "../../cli/src/config/text.js";

const ROOT = new URL("../../", import.meta.url);
const PAGE = new URL("docs/warnings.md", ROOT);

const PROFILE = { url: "https://api.example.com/users/{event.user.user_id}" };
const ACCOUNT = { url: "https://api.example.com/accounts/{profile.account_id}" };
const NAME = "https://example.com/x";

const claim = (before, after) => [{ claims: { [NAME]: before } }, { claims: { [NAME]: after } }];
const deny = (before, after) =>
  [before, after].map((when) => ({ deny: [{ when, reason: "No.", on_unavailable: "deny" }] }));
const source = (before, after) => [before, after].map((members) => ({ sources: { b: members } }));

/** What brings each about, and what to write instead: members of a configuration. */
const CASES = {
  event_member_unknown: claim("event.organisation.id", "event.organization.id"),
  dollar_brace: source(
    { url: "https://api.example.com/users/${event.user.user_id}" },
    { url: "https://api.example.com/users/{event.user.user_id}" },
  ),
  braces_are_text: claim(
    { value: "profile.name", default: "{event.user.name}" },
    "not_null(profile.name, event.user.name)",
  ),
  secret_as_text: source(
    { url: "https://api.example.com/b", headers: { "x-api-key": "secrets.API_KEY" } },
    { url: "https://api.example.com/b", headers: { "x-api-key": "{secrets.API_KEY}" } },
  ),
  secret_in_file: source(
    { url: "https://api.example.com/b", basic: { user: "shop", password: "tr0ub4dor" } },
    { url: "https://api.example.com/b", basic: { user: "shop", password: "{secrets.PASSWORD}" } },
  ),
  event_secrets: [
    { claims: { [NAME]: "event.secrets.REGION" } },
    { settings: { region: "{secrets.REGION}" }, claims: { [NAME]: "settings.region" } },
  ],
  secret_misspelt: source(
    { url: "https://api.example.com/b", headers: { "x-client": "{secrets.CLIENT_SECRTE}" } },
    { url: "https://api.example.com/b", headers: { "x-client": "{secrets.CLIENT_SECRET}" } },
  ),
  quoted_name: claim('profile.invoices[?paid == "true"].id', "profile.invoices[?paid == `true`].id"),
  order_of_texts: deny(
    "event.user.created_at > '2026-01-01'",
    "timestamp(event.user.created_at) > timestamp('2026-01-01T00:00:00Z')",
  ),
  arithmetic_of_texts: claim("'plan-' + event.client.name", "join('', ['plan-', event.client.name])"),
  dash_in_name: claim("profile.names[?first-name == 'Ann']", "profile.names[?\"first-name\" == 'Ann']"),
  different_types: deny("event.user.email_verified == 'false'", "event.user.email_verified == `false`"),
  condition_is_constant: deny("length(profile.bans)", "length(profile.bans) > `0`"),
  length_member: claim("profile.roles.length", "length(profile.roles)"),
  bare_root_in_filter: claim(
    "profile.seats[?owner == event.user.user_id].id",
    "profile.seats[?owner == $event.user.user_id].id",
  ),
  filter_in_projection: claim(
    "profile.seats[].values(@)[?active]",
    "profile.seats[] | [*].values(@)[] | [?active]",
  ),
  claim_without_namespace: [
    {
      claims: {
        "https://example.com/a": "profile.a",
        "https://example.com/b": "profile.b",
        plan: "profile.plan",
      },
    },
    {
      claims: {
        "https://example.com/a": "profile.a",
        "https://example.com/b": "profile.b",
        "https://example.com/plan": "profile.plan",
      },
    },
  ],
  fallback_unused: claim("profile.plan || 'free'", { value: "profile.plan", default: "free" }),
  scope_as_expression: [
    { scopes: [{ remove: "event.transaction.requested_scopes[]" }] },
    { scopes: [{ remove: { value: "event.transaction.requested_scopes[]" } }] },
  ],
  rule_fails_by_user: deny(
    "length(event.user.user_metadata.company) > `64`",
    "length(to_string(event.user.user_metadata.company)) > `64`",
  ),
  required_when_undecided: claim(
    { value: "event.user.name", required: true, when: "profile.active" },
    { value: "event.user.name", required: true, when: "not_null(profile.active, `false`)" },
  ),
  template_without_when: [
    { sources: { account: ACCOUNT } },
    { sources: { account: { ...ACCOUNT, when: "profile.account_id" } } },
  ],
  failure_spreads: [
    { sources: { account: { ...ACCOUNT, when: "profile.account_id", on_error: "deny" } } },
    { sources: { account: { ...ACCOUNT, when: "profile.account_id", on_error: "skip" } } },
  ],
  cached_by_time: source(
    { url: "https://api.example.com/b", query: { t: "{now.seconds}" }, cache: { ttl_s: 60 } },
    { url: "https://api.example.com/b", cache: { ttl_s: 60 } },
  ),
  retries_repeat: source(
    { url: "https://api.example.com/b", body: { user: "{event.user.user_id}" }, retries: 2 },
    {
      url: "https://api.example.com/b",
      body: { user: "{event.user.user_id}" },
      retries: 2,
      headers: { "idempotency-key": "{now.id}" },
    },
  ),
};

/** What is not said by the sentence, the message and the mend. */
const MORE = {
  event_member_unknown:
    "The members are those that Auth0 documents for the trigger. Below metadata, and below parts that Auth0 does not describe, anything may stand; `event.user` of an enterprise connection may have attributes of its own, so that there only a likely slip is told.",
  claim_without_namespace:
    "It is told where all other claims of the access token have a namespace. Where none has, the tokens are for APIs of your own.",
  retries_repeat:
    "A backend that keeps an idempotency key does a request once, however often it comes. PUT and DELETE are idempotent by themselves (RFC 9110 §9.2.2). In the first edition `retries` of a POST were ignored.",
  fallback_unused:
    "`a || b` needs a value of `a`: where its source failed there is none. In the first edition the source was `null` then. See [what is unavailable](claims.md#what-is-unavailable).",
  rule_fails_by_user:
    'A rule that cannot be evaluated is undecided: it denies, or is skipped where `on_unavailable` says so. Either way the user decides it. Told as well where a rule with `"on_unavailable": "skip"` reads a source whose request holds what the user writes, such as a nickname.',
  secret_misspelt: "`claimsmith export` ends with 1 rather than ask for a secret that nobody has.",
};

const complete = (members) => ({
  ...members,
  sources: { profile: PROFILE, ...members.sources },
});

const config = (members) => complete(structuredClone(members));

test("each warning has its case, and what is written instead has none", () => {
  assert.deepEqual(Object.keys(CASES).sort(), WARNINGS.map(({ code }) => code).sort());
  for (const [code, [before, after]] of Object.entries(CASES)) {
    const found = checkConfig(config(before));
    assert.deepEqual(found.problems, [], code);
    assert.deepEqual(
      found.warnings.map((warning) => warning.code),
      [code],
      JSON.stringify(found.warnings),
    );
    const mended = checkConfig(config(after));
    assert.deepEqual([mended.problems, mended.warnings], [[], []], code);
  }
});

test("the page is what the engine says", () => {
  const written = page();
  if (process.env.WRITE_DOCS) writeFileSync(PAGE, written);
  else assert.equal(readFileSync(PAGE, "utf8"), written);
});

function page() {
  const sections = WARNINGS.map(({ code, about }) => {
    const [before, after] = CASES[code];
    const [{ path, message, mend }] = checkConfig(config(before)).warnings;
    return [
      `## ${code}`,
      "",
      about,
      "",
      fence(before),
      "",
      `> \`${path}\`: ${message}`,
      ">",
      `> ${mend[0].toUpperCase()}${mend.slice(1)}.`,
      "",
      fence(after),
      ...(MORE[code] === undefined ? [] : ["", MORE[code]]),
      "",
    ].join("\n");
  });
  return `# Warnings

What a configuration may say and likely does not mean. \`claimsmith check\` shows each with its line and what to write
instead, and ends with 0; with \`--strict\` it ends with 1. \`checkConfig\` returns them as \`warnings\`, the
[workbench](workbench.md) marks them in the editor. A configuration with warnings runs as it is written.

The examples leave out the source \`profile\`.

${sections.join("\n")}`;
}

function fence(members) {
  return `\`\`\`json\n${JSON.stringify(members, null, 2)}\n\`\`\``;
}

/** The configurations of this repository, each with where it stands and its trigger. */
function configurations() {
  const read = (place) => readFileSync(new URL(place, ROOT), "utf8");
  const found = [];
  for (const name of readdirSync(new URL("examples", ROOT))) {
    for (const file of readdirSync(new URL(`examples/${name}`, ROOT)).filter(
      (one) => one === "claimsmith.json",
    )) {
      found.push({
        place: `examples/${name}/${file}`,
        config: parseConfig(read(`examples/${name}/${file}`)).value,
      });
    }
  }
  for (const name of readdirSync(new URL("tests/coverage/cases", ROOT))) {
    const { config: one, trigger } = JSON.parse(read(`tests/coverage/cases/${name}`));
    if (one !== undefined) found.push({ place: `tests/coverage/cases/${name}`, config: one, trigger });
  }
  for (const name of [
    "docs/recipes.md",
    "docs/claims.md",
    "docs/migrating.md",
    "README.md",
    "docs/quick-start.md",
  ]) {
    const blocks = read(name).matchAll(/^```json(?:c| config ?(\S*))?\n([\s\S]*?)^```$/gm);
    for (const [index, [, trigger, text]] of [...blocks].entries()) {
      const { value } = parseConfig(text);
      if (value?.claims || value?.sources || value?.deny) {
        found.push({ place: `${name}, block ${index + 1}`, config: value, trigger: trigger || undefined });
      }
    }
  }
  return found;
}

/** Published Actions read what Auth0 does not document, and so do their configurations. */
const UNDOCUMENTED = {
  "tests/coverage/cases/038.json": "event_member_unknown",
  "tests/coverage/cases/080.json": "event_member_unknown",
};

/** The sources that pieces of a page read without having them. */
const SOURCES = ["profile", "account", "entitlements"];

test("the examples, the recipes and the cases of coverage have no warning", () => {
  const all = configurations();
  assert.ok(all.length > 100, `${all.length} configurations`);
  const told = [];
  for (const { place, config: one, trigger } of all) {
    const { problems, warnings } = checkWhole(one, trigger);
    // A piece of a page may lack more than its sources.
    if (place.endsWith(".json")) assert.deepEqual(problems, [], place);
    for (const { code, path, message, mend } of warnings) {
      if (UNDOCUMENTED[place] !== code) told.push(`${place}: ${code} ${path}: ${message} → ${mend}`);
    }
  }
  assert.deepEqual(told, [], told.join("\n"));
});

function checkWhole(one, trigger) {
  const missing = SOURCES.filter((name) => one.sources?.[name] === undefined);
  const whole = {
    ...one,
    sources: {
      ...one.sources,
      ...Object.fromEntries(missing.map((name) => [name, { ...PROFILE, token: null }])),
    },
  };
  const triggers = trigger === undefined ? ["post-login", "credentials-exchange"] : [trigger];
  const checked = [one, whole].flatMap((form) =>
    triggers.map((name) => checkConfig(form, { trigger: name })),
  );
  return checked.find(({ ok }) => ok) ?? checked[0];
}
