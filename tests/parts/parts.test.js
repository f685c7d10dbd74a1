// A pasted file has only the parts of the engine that its plan needs. For every configuration there is, a login by
// that engine and one by the whole engine come to the same.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { checkConfig, compilePlan, TRIGGERS } from "claimsmith";
import { bundleAction } from "claimsmith-cli/bundle";
import { parseConfig } from "../../cli/src/config/text.js";
import { engineOf, readInstalled } from "../../cli/src/pasted-engine.js";
import { FUNCTIONS, PARTS } from "../../js-shim/src/facts.js";
import { cases } from "../coverage/cases.js";
import { runLogin, startBackend } from "../coverage/run.js";
import { CALLS } from "./functions.js";

const ROOT = new URL("../../", import.meta.url);
const NOW = "2026-01-05T08:00:00Z";
const CLAIM = "https://example.com/x";

const readText = (name) => readFileSync(new URL(name, ROOT), "utf8");

/** @typedef {import("../coverage/run.js").Case & { config: Record<string, any> }} Configured */

/** @type {Configured[]} */
const configured = [
  ...cases.filter(/** @returns {found is Configured} */ (found) => found.config !== undefined),
  ...recipes(),
  ...["complete", "minimal"].flatMap((id) => withLogins(id, readConfigs()[id])),
  ...corpus(),
  ...Object.entries(CALLS).map(([name, call]) => ({
    ...caseOf(`the function ${name}`, { claims: { [CLAIM]: call } }),
    runs: [{ name: "a login", expect: {} }],
  })),
];

function readConfigs() {
  return {
    complete: JSON.parse(readText("crates/compile/tests/complete.json")),
    minimal: { claims: { [CLAIM]: "event.user.user_id" } },
  };
}

function caseOf(id, config, trigger = "post-login") {
  return { id, does: "", verdict: /** @type {const} */ ("full"), trigger, config, runs: [] };
}

/** Logins that see much of a configuration: the backend answers, answers nothing, fails. None is ended by a slow machine. */
function withLogins(id, hurried) {
  const config = JSON.parse(JSON.stringify(hurried), (key, value) =>
    ["deadline_ms", "timeout_ms"].includes(key) && typeof value === "number" ? 3000 : value,
  );
  return TRIGGERS.filter(({ name: trigger }) => checkConfig(config, { trigger }).ok).map(
    ({ name: trigger }) => {
      const sources = Object.keys(config.sources ?? {});
      const all = (what) => Object.fromEntries(sources.map((name) => [name, what]));
      return {
        ...caseOf(`${id}, ${trigger}`, config, trigger),
        runs: [
          {
            name: "answers",
            answers: all({ plan: "gold", roles: ["a", "b"], active: true, data: {} }),
            expect: {},
          },
          { name: "no answers", expect: {} },
          { name: "a refused token", faults: all("answers-401-once"), expect: {} },
          { name: "faults", faults: all("answers-500"), expect: {} },
        ],
      };
    },
  );
}

function recipes() {
  const [, ...sections] = readText("docs/recipes.md").split(/^## /m);
  return sections.map((section) => {
    const [title] = section.split("\n", 1);
    const blocks = [...section.matchAll(/^```json (\w+) ?(\S*)\n([\s\S]*?)^```$/gm)];
    const [, , trigger, config] = blocks.find(([, found]) => found === "config") ?? [];
    const textOf = (kind) => blocks.find(([, found]) => found === kind)?.[3];
    return {
      ...caseOf(title, JSON.parse(config), trigger || undefined),
      runs: [
        {
          name: "the page's",
          with: JSON.parse(textOf("event") ?? "{}"),
          answers: JSON.parse(textOf("answers") ?? "{}"),
          expect: {},
        },
      ],
    };
  });
}

/** The fuzzer's configurations, as far as they are right. */
function corpus() {
  return readdirSync(new URL("fuzz/corpus/config/", ROOT)).flatMap((file) => {
    const { value } = parseConfig(readText(`fuzz/corpus/config/${file}`));
    return value !== null && typeof value === "object" ? withLogins(`fuzz/corpus/config/${file}`, value) : [];
  });
}

let backend;
before(async () => {
  backend = await startBackend(configured);
});
after(() => backend.close());

/**
 * All that a login came to, but for what is another each time: durations, identifiers, signatures, and which of two requests
 * side by side arrives first.
 */
async function outcomeOf(found, run, bundle) {
  const login = await runLogin(backend, found, { now: NOW, ...run }, bundle);
  const text = JSON.stringify(login, (key, value) => (/duration_ms$/.test(key) ? null : value))
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "(id)")
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "(token)");
  const outcome = JSON.parse(text);
  return { ...outcome, requests: outcome.requests.map((request) => JSON.stringify(request)).sort() };
}

const whole = (config, how) => bundleAction(config, { ...how, isWhole: true });

/** A file with an engine of these parts, whatever its plan needs. */
const withParts = (parts) => (config, how) => {
  const { code } = readInstalled();
  return whole(config, how).replace(code, () => engineOf(parts, { isFast: true }).code);
};

describe("the engine of a file does what the whole one does", () => {
  for (const found of configured) {
    test(found.id, async () => {
      for (const run of found.runs) {
        const left = await outcomeOf(found, run);
        assert.deepEqual(left, await outcomeOf(found, run, whole), run.name);
        assert.ok(!left.report.errors.some(({ code }) => code === "internal"), run.name);
      }
    });
  }
});

describe("a function of expressions is there where it is called, and only there", () => {
  test("there is a call of each", () => {
    assert.deepEqual(Object.keys(CALLS), FUNCTIONS);
  });

  for (const [name, call] of Object.entries(CALLS)) {
    test(name, async () => {
      const found = caseOf(name, { claims: { [CLAIM]: call } });
      assert.deepEqual(compilePlan(found.config).parts, [`function:${name}`]);
      const { access_token, id_token, report } = await outcomeOf(found, { name, expect: {} });
      assert.deepEqual(report.errors, []);
      assert.ok(CLAIM in access_token && CLAIM in id_token);
      const others = FUNCTIONS.filter((other) => other !== name).map((other) => `function:${other}`);
      const without = await outcomeOf(found, { name, expect: {} }, withParts([...others, ...PARTS]));
      // Two names may have one function.
      const isShared = Object.values(readInstalled().gates).some(
        (words) => words.length > 1 && words.includes(`function:${name}`),
      );
      assert.deepEqual(
        without.report.errors.map(({ code }) => code),
        isShared ? [] : ["internal"],
      );
    });
  }
});

describe("without a part that its plan needs, some login traps", () => {
  const functions = FUNCTIONS.map((name) => `function:${name}`);
  // What the caller asks for is a part too; here it always does.
  for (const part of PARTS.filter((name) => name !== "written")) {
    test(part, async () => {
      const users = configured.filter(
        ({ config, trigger }) => part === "report" || compilePlan(config, { trigger }).parts.includes(part),
      );
      const bundle = withParts([...functions, ...PARTS.filter((other) => other !== part)]);
      for (const found of users) {
        for (const run of found.runs) {
          if (await traps(found, run, bundle)) return;
        }
      }
      assert.fail(`no login of ${users.length} configurations needs it`);
    });
  }
});

/** Whether the engine traps, within the login or where the file loads. */
async function traps(found, run, bundle) {
  try {
    const { report } = await outcomeOf(found, run, bundle);
    // Without the part that writes a report there is none of the trap either.
    return report === undefined || report.errors.some(({ code }) => code === "internal");
  } catch (error) {
    if (/** @type {any} */ (error).code === "internal") return true;
    throw error;
  }
}

describe("the shim of a file has what its plan is for, and no more", () => {
  const source = { url: "https://api.example.com/x", token: null };
  const claims = { [CLAIM]: "event.user.user_id" };
  const pem = { certificate: "{secrets.CERT}", key: "{secrets.KEY}" };
  const jwt = { private_key: "{secrets.KEY}", key_id: "k", algorithm: "RS256" };
  const assertion = {
    ...{ token_url: "https://idp.example.com/token", client_id: "c", client_auth: "private_key_jwt" },
    private_key: "{secrets.KEY}",
  };
  const read = { [CLAIM]: { value: "x.y" } };
  const rows = {
    "claims of the event": [{ claims }, []],
    "a claim that is signed": [{ claims: { [CLAIM]: { value: "{a: event.user.user_id}", jwt } } }, ["sign"]],
    "a source": [{ sources: { x: source }, claims: read }, ["transport"]],
    "a source with a certificate": [
      { sources: { x: { ...source, tls: pem } }, claims: read },
      ["transport", "tls"],
    ],
    "a client that signs": [
      { tokens: { t: assertion }, sources: { x: { ...source, token: "t" } }, claims: read },
      ["transport", "sign"],
    ],
  };
  // What each of them brings along that nothing else does.
  const marks = {
    transport: 'require("node:http")',
    tls: 'require("node:tls")',
    sign: "RSASSA-PKCS1-v1_5",
    report: "correlation_id:null",
  };
  for (const [name, [config, expected]] of Object.entries(rows)) {
    test(name, () => {
      const code = bundleAction(config);
      const found = Object.keys(marks).filter((module) => code.includes(marks[module]));
      assert.deepEqual(found, expected);
      const whole = bundleAction(config, { isWhole: true });
      assert.ok(Object.values(marks).every((mark) => whole.includes(mark)));
    });
  }

  test("with a report, what writes one of a trap", () => {
    const code = bundleAction({ claims }, { options: "onReport: console.log" });
    assert.ok(code.includes(marks.report));
  });
});

test("the same configuration makes the same file", () => {
  const { complete, minimal } = readConfigs();
  const first = bundleAction(complete);
  bundleAction(minimal);
  assert.equal(bundleAction(complete), first);
});
