// The page on claims, run: each expression, configuration and outcome that it shows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { checkConfig, createPostLogin, evaluate } from "claimsmith";
import { createApi, createEvent } from "claimsmith-cli/host";

const ROOT = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");
const page = read("docs/claims.md");

/** What a snippet of the page leaves out. */
const BASE = JSON.parse(read("examples/plan-and-roles/claimsmith.json"));
const complete = (snippet) => ({ ...BASE, ...JSON.parse(snippet) });

/** The fenced blocks of the page, in order. */
const blocks = [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
  kind: match[1],
  text: match[2],
  line: page.slice(0, match.index).split("\n").length,
}));

/** `expression`, then `→ value` or `✗ error`; examples are parted by an empty line. */
function readExamples({ text, line }) {
  return text
    .trim()
    .split(/\n\n/)
    .map((example) => {
      const parts = example.match(/^([^→✗]+)\n([→✗]) ([^→✗]+)$/);
      assert.ok(parts, `the block at line ${line} has an example without one outcome: ${example}`);
      const [, expression, sign, outcome] = parts;
      return { expression, isError: sign === "✗", outcome };
    });
}

function runExample({ expression, isError, outcome }, document) {
  if (isError) {
    assert.throws(
      () => evaluate(expression, document),
      (error) => {
        assert.equal(error.code, "expression_invalid");
        // The lines that follow show the expression once more.
        assert.equal(error.message.split("\n")[0], outcome);
        return true;
      },
    );
  } else {
    assert.deepEqual(evaluate(expression, document), JSON.parse(outcome));
  }
}

/** One login with a backend that answers this text. */
async function login(config, answer) {
  const secrets = {
    AUTH0_DOMAIN: "acme.eu.auth0.com",
    CLIENT_ID: "client",
    CLIENT_SECRET: "secret",
    API_DOMAIN: "api.example.com",
  };
  const fetch = async (url) => {
    const isToken = String(url).endsWith("/oauth/token");
    const text = isToken ? '{"access_token":"t","token_type":"Bearer","expires_in":60}' : answer;
    return new Response(text, { headers: { "content-type": "application/json" } });
  };
  const event = createEvent({ secrets });
  const { api, outcome } = createApi(event);
  let report;
  const onReport = (told) => {
    report = told;
  };
  await createPostLogin(config, { fetch, log: false, onReport })(event, api);
  return { claims: outcome.accessTokenClaims, leftOut: report.claims.left_out };
}

/** What runs a block. Each may look at the blocks before it, the nearest of a kind first. */
const RUNNERS = {
  "json document": ({ text }) => JSON.parse(text),
  "json answer": ({ text }) => JSON.parse(text),
  jmespath: (block, nearest) => {
    for (const example of readExamples(block)) {
      runExample(example, JSON.parse(nearest("json document")));
    }
  },
  "json config": ({ text }) => {
    assert.deepEqual(checkConfig(complete(text)).problems, []);
  },
  "json claims": async ({ text }, nearest) => {
    const { claims } = await login(complete(nearest("json config")), nearest("json answer"));
    assert.deepEqual(claims, JSON.parse(text));
  },
  "json left out": async ({ text }, nearest) => {
    const { leftOut } = await login(complete(nearest("json config")), nearest("json answer"));
    assert.deepEqual(leftOut, JSON.parse(text));
  },
  "json broken": ({ text }) => {
    assert.equal(checkConfig(complete(text)).ok, false);
  },
  "text problems": ({ text }, nearest) => {
    const { problems } = checkConfig(complete(nearest("json broken")));
    const lines = problems.map(({ path, code, message }) => `${path}: ${code}: ${message}`);
    assert.equal(`${lines.join("\n")}\n`, text);
  },
};

describe("docs/claims.md", () => {
  for (const [index, block] of blocks.entries()) {
    test(`line ${block.line}: ${block.kind}`, async () => {
      const run = RUNNERS[block.kind];
      assert.ok(run, `nothing runs a block of the kind \`${block.kind}\``);
      const nearest = (kind) => blocks.slice(0, index).findLast((before) => before.kind === kind).text;
      await run(block, nearest);
    });
  }

  test("every fence is part of a block that is run", () => {
    assert.equal(page.match(/^ *(```|~~~)/gm).length, 2 * blocks.length);
  });

  test("every outcome belongs to an example that is run", () => {
    const examples = blocks.filter(({ kind }) => kind === "jmespath").flatMap(readExamples);
    assert.equal(examples.length, page.match(/^[→✗]/gm).length);
  });

  test("every function has an example", () => {
    const table = read("crates/expression/src/functions/mod.rs");
    const names = [...table.matchAll(/^ {4}(?:plain|tolerant|referring)\("(\w+)"/gm)].map(
      (match) => match[1],
    );
    const shown = blocks.filter(({ kind }) => kind === "jmespath").map(({ text }) => text);
    const missing = names.filter((name) => !new RegExp(`\\b${name}\\(`).test(shown.join("\n")));
    assert.ok(names.length >= 49);
    assert.deepEqual(missing, []);
  });
});
