// What the commands print with --json is what their schemas say, and no more.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { WARNINGS } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { ERROR_CODES } from "../../cli/src/codes.js";
import { sectionsOf } from "../../cli/src/docs.js";
import { OUTPUTS } from "../../cli/src/outputs.js";
import { sectionOf } from "../../cli/src/sections.js";
import { createFolder } from "./command.js";

const FOLDER = new URL("../../cli/src/outputs/", import.meta.url);
const readSchema = (name) => JSON.parse(readFileSync(new URL(`${name}.schema.json`, FOLDER), "utf8"));

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const validators = Object.fromEntries(
  Object.keys(OUTPUTS).map((name) => [name, ajv.compile(readSchema(name))]),
);

function assertValid(name, value, what) {
  const validate = validators[name];
  assert.ok(validate(value), `${what}: ${JSON.stringify(validate.errors, null, 1)}`);
}

const URL_OF_USER = "https://api.acme.example/users/{event.user.user_id}";
const NAME = "https://acme.example/plan";
const CONFIG = {
  tokens: {
    api: {
      token_url: "https://{secrets.AUTH0_DOMAIN}/oauth/token",
      client_id: "{secrets.CLIENT_ID}",
      client_secret: "{secrets.CLIENT_SECRET}",
      audience: "https://api.acme.example",
    },
  },
  values: { plan: "profile.plan" },
  sources: {
    profile: { url: URL_OF_USER, token: "api", retries: 0 },
    second: { url: "https://b.acme.example/{profile.account}", token: null, when: "profile.account" },
  },
  claims: {
    [NAME]: { value: "values.plan", type: "string", default: "none" },
    "https://acme.example/items": "profile.items[?active && owner == $event.user.user_id].name",
    "https://acme.example/signed": {
      value: "profile.plan",
      hmac: { secret: "{secrets.KEY}" },
      to: ["id_token"],
    },
    "https://acme.example/missing": "profile.none",
    nickname: { value: "profile.plan", to: ["app_metadata", "saml_response", "transaction_metadata"] },
  },
  scopes: [
    { add: "beta", when: "profile.plan == 'gold'" },
    { remove: "email", when: "event.user.user_id" },
  ],
  deny: [{ when: "profile.blocked", reason: "Your account is blocked.", on_unavailable: "skip" }],
  mfa: [{ when: "profile.risky", provider: "any", allow_remember_browser: false, on_unavailable: "skip" }],
  session: [{ when: "event.user.user_id", expires_in_s: 28800, idle_expires_in_s: 600 }],
  refresh_token: [{ when: "profile.risky", expires_in_s: 3600 }],
};
const ITEMS = [
  { name: "a", active: true, owner: "auth0|alice" },
  { name: "b", active: false },
];
const ANSWERS = { profile: { plan: "gold", items: ITEMS, account: "7", risky: true } };
const FIXTURES = [
  { name: "as it is", answers: ANSWERS, expect: { denied: null } },
  { name: "unwritten", answers: ANSWERS },
  {
    name: "another plan",
    answers: ANSWERS,
    with: { user: { user_id: "auth0|ann" } },
    expect: { id_token: {}, calls: { profile: 2 }, denied: "no", mfa: null, scopes: { added: ["x"] } },
  },
  { name: "down", answers: ANSWERS, faults: { profile: "answers-500" }, expect: { outcome: "enriched" } },
  { name: "blocked", answers: { profile: { blocked: true } }, expect: { id_token: { a: 1 } } },
];
const REPORTED =
  "claimsmith partial 87ms response_not_json@sources.profile api=endpoint/73ms profile=200/8ms claims=1 left_out=1:x config=8e7321b37ef00367 id=1";
const FILES = {
  "claimsmith.json": CONFIG,
  "shadow.json": { ...CONFIG, mode: "shadow" },
  "required.json": { ...CONFIG, claims: { a: { value: "profile.none", required: true } } },
  "dropped.json": { claims: { nickname: "event.user.name", "https://acme.example/a": "event.user.name" } },
  "machine.json": {
    sources: { profile: { url: "https://api.acme.example/all", token: null } },
    claims: { "https://acme.example/items": "profile.items" },
    deny: [{ when: "event.client.client_id", reason: "Closed." }],
  },
  "other.json": { ...CONFIG, claims: { [NAME]: "'platinum'" }, deny: [{ when: "`true`", reason: "All." }] },
  "wrong.json": '{ "claims": { "a": "event..x", "roles": "event.user.name" }, "sorces": {} }',
  "warned.json": { claims: { [NAME]: "event.organisation.id" } },
  "broken.json": "{",
  "answers.json": ANSWERS,
  "blocked.json": { profile: { blocked: true } },
  "event.json": { user: { user_id: "auth0|alice" } },
  "secrets.env": "CLIENT_ID=x\n",
  "tests/first.json": FIXTURES,
  "log.txt": REPORTED,
};

/** What is run, in order, by the schema that it must fit. Each has `--json`. */
const RUNS = {
  check: [
    ["check"],
    ["check", "wrong.json"],
    ["check", "warned.json"],
    ["check", "broken.json"],
    ["check", "claimsmith.json", "--env", "secrets.env"],
    ["check", "claimsmith.json", "wrong.json", "warned.json"],
  ],
  simulate: [
    ["simulate"],
    ["simulate", "--fault", "profile:answers-500"],
    ["simulate", "--fault", "profile:is-silent"],
    ["simulate", "--fault", "api:sends-html"],
    ["simulate", "--answers", "blocked.json"],
    ["simulate", "shadow.json"],
    ["simulate", "shadow.json", "--answers", "blocked.json"],
    ["simulate", "required.json"],
    ["simulate", "dropped.json"],
    ["simulate", "machine.json", "--trigger", "credentials-exchange"],
  ],
  storm: [
    ["simulate", "--logins", "20", "--users", "2"],
    ["simulate", "--logins", "20", "--fault", "profile:answers-500"],
  ],
  faults: [["simulate", "--list-faults"]],
  test: [["test"], ["test", "--coverage"]],
  diff: [
    ["diff", "claimsmith.json", "other.json"],
    ["diff", "wrong.json", "claimsmith.json"],
  ],
  fixture: [
    ["fixture", "log.txt"],
    ["fixture", "log.txt", "--event", "event.json", "--answers", "answers.json"],
  ],
  explain: [
    ["explain", NAME],
    ["explain", "https://acme.example/items"],
    ["explain", "https://acme.example/signed", "--fault", "profile:answers-500"],
    ["explain", "deny[0]"],
    ["explain", "sources.second.when", "--answers", "blocked.json"],
  ],
  bundle: [["bundle"], ["bundle", "--format", "module"]],
  verify: [
    ["verify", "action.js"],
    ["verify", "changed.js"],
  ],
};

for (const [name, runs] of Object.entries(RUNS)) {
  test(`what \`${OUTPUTS[name]}\` prints is what its schema says`, async (t) => {
    const code = name === "verify" ? bundleAction(CONFIG) : "";
    const changed = code
      .replace("const live = {}", 'const live = { mode: "shadow" }')
      .replace('"profile.none"', "7");
    const folder = createFolder(t, { ...FILES, "action.js": code, "changed.js": changed });
    for (const args of runs) {
      const { stdout, stderr } = await folder.run(...args, "--json");
      const what = args.join(" ");
      assert.ok(stdout !== "", `${what}: ${stderr}`);
      assertValid(name, JSON.parse(stdout), what);
    }
  });
}

test("each output has a schema, and each schema an output that is tried", () => {
  const written = readdirSync(FOLDER).map((file) => file.replace(".schema.json", ""));
  assert.deepEqual(written.sort(), Object.keys(OUTPUTS).sort());
  assert.deepEqual(Object.keys(RUNS).sort(), written.sort());
});

/** The parts of a schema that are of objects with members of known names. */
function* objects(schema, place) {
  if (schema === null || typeof schema !== "object") return;
  if (schema.properties !== undefined && !place.endsWith(".properties")) yield [place, schema];
  for (const [key, value] of Object.entries(schema)) yield* objects(value, `${place}.${key}`);
}

test("a member that no schema has is a fault, and every member at the top is described", () => {
  for (const name of Object.keys(OUTPUTS)) {
    const schema = readSchema(name);
    for (const [place, object] of objects(schema, name)) {
      assert.equal(object.additionalProperties, false, place);
    }
    const described = Object.entries({ ...schema.properties, ...schema.$defs?.CheckedFile?.properties });
    for (const [key, { description, $ref }] of described)
      assert.ok(description ?? $ref ?? name === "faults", `${name}.${key}`);
  }
  const login = { ok: true, logins: [], extra: 1 };
  assert.equal(validators.test(login), false);
});

test("the command prints each schema by its name", async (t) => {
  const folder = createFolder(t);
  for (const name of ["check", "storm"]) {
    const { stdout } = await folder.run("schema", "--output", name);
    assert.deepEqual(JSON.parse(stdout), readSchema(name));
  }
  assert.equal((await folder.run("schema", "--output", "none")).status, 2);
  assert.equal((await folder.run("schema", "--output", "check", "--fixture")).status, 2);
});

test("each code has a section, and the section is there", () => {
  const pages = new Map();
  const headings = (page) => {
    if (!pages.has(page)) {
      const text = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
      pages.set(page, new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading)));
    }
    return pages.get(page);
  };
  const codes = [...ERROR_CODES, ...WARNINGS.map(({ code }) => code)];
  assert.ok(codes.length > 50);
  for (const code of codes) {
    const [page, anchor] = sectionOf(code)?.split("#") ?? [];
    assert.ok(headings(page).has(anchor), code);
  }
  assert.deepEqual(sectionsOf(["timeout", "a_code_of_its_own"]), { timeout: "docs/errors.md#timeout" });
});

test("messages say where their codes are explained", async (t) => {
  const folder = createFolder(t, FILES);
  const said = async (...args) => {
    const { stdout, stderr } = await folder.run(...args);
    return stdout + stderr;
  };
  assert.match(await said("check", "wrong.json"), /^see docs\/errors\.md#expression_invalid$/m);
  assert.match(await said("check", "warned.json"), /^see docs\/warnings\.md#event_member_unknown$/m);
  assert.match(
    await said("simulate", "--fault", "profile:answers-500"),
    /see .*docs\/errors\.md#source_status/,
  );
  assert.match(await said("test"), /see docs\/errors\.md#source_status/);
  const twice = await said("check", "wrong.json", "broken.json");
  assert.ok(twice.includes("see docs/errors.md#config_invalid"), twice);
  // Of several with one code one says it.
  const several = createFolder(t, { "claimsmith.json": '{ "a": 1, "b": 2 }' });
  const { stderr } = await several.run("check");
  assert.equal(stderr.match(/see docs/g)?.length, 1, stderr);
});
