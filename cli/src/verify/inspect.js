/**
 * What a pasted file is made of, and where it is another than the one that its configuration makes. Nothing of it runs.
 */

import { createHash } from "node:crypto";
import { checkConfig, checkLive } from "claimsmith";
import { isPartOf } from "claimsmith/container";
import JSON5 from "json5";
import { bundleAction, PLAN_LINE } from "../bundle.js";
import { parseConfig } from "../config/text.js";
import { isInstalledShim, readInstalled } from "../pasted-engine.js";
import { readPastedFile } from "./pasted-file.js";

/**
 * @typedef {object} Inspection
 * @property {string} version Of Claimsmith.
 * @property {import("claimsmith").Trigger} trigger The trigger.
 * @property {string} fingerprint The fingerprint of the configuration, as the file says.
 * @property {Record<string, any> | null} config The configuration. Null where it is no JSON.
 * @property {Record<string, { from: string, to: string }>} live What operators have turned.
 * @property {string[]} hosts The hosts that it may call.
 * @property {string[]} secrets The secrets that it reads.
 * @property {{ sha256: string, isInstalled: boolean }} engine The engine, and whether it is that of the installed package.
 * @property {{ sha256: string, bytes: number }} wasm The WebAssembly module in it.
 * @property {string[]} requires The modules of Node that it requires.
 * @property {string[]} imports The functions that the module imports.
 * @property {string[]} problems Each as a sentence; one that shows a difference has two lines.
 */

/**
 * @param {string} code
 * @param {import("./pasted-file.js").PastedFile} pasted The same, taken apart.
 * @param {string | undefined} [configText] The configuration, where it is not in the file.
 * @returns {Inspection}
 */
export function inspect(code, pasted, configText = pasted.config) {
  const installed = readInstalled();
  const { version, trigger, fingerprint, requires } = pasted;
  const { wasm } = pasted.packed;
  const wasmSha256 = createHash("sha256").update(wasm).digest("hex");
  // Which parts may be missing from it is for the whole file to say.
  const isInstalled = isInstalledShim(pasted.engine) && isPartOf(wasm, installed.wasm);
  const imports = readImports(wasm);
  const { value, problems: wrong, secrets, hosts } = readConfig(configText, trigger);
  const isRight = wrong.length === 0;
  const live = readLive(pasted.live, isRight ? value : undefined, trigger);
  const problems = [...wrong, ...live.problems, ...engineProblems(pasted, isInstalled)];
  if (isRight) problems.push(...differences(code, pasted, value));
  return {
    version,
    trigger,
    fingerprint,
    config: value ?? null,
    live: live.changes,
    hosts,
    secrets,
    engine: { sha256: pasted.sha256, isInstalled },
    wasm: { sha256: wasmSha256, bytes: wasm.length },
    requires,
    imports: imports.map((name) => (isInstalled ? (installed.imports[name] ?? name) : name)).sort(),
    problems,
  };
}

/** The names of the imports; none where the module was changed so that it is none any more, which is told elsewhere. */
function readImports(wasm) {
  try {
    const module = new WebAssembly.Module(new Uint8Array(wasm));
    return WebAssembly.Module.imports(module).map(({ name }) => name);
  } catch {
    return [];
  }
}

function readConfig(text, trigger) {
  const { value, problems } = parseConfig(text);
  // In the dashboard it may have become JavaScript, which could be anything.
  if (value === undefined) {
    const message = `the configuration is not JSON: ${problems[0].message}`;
    return { value, problems: [message], secrets: [], hosts: [] };
  }
  const checked = checkConfig(value, { trigger });
  return {
    value: /** @type {Record<string, any>} */ (value),
    secrets: checked.secrets,
    hosts: checked.hosts,
    problems: [...problems, ...checked.problems].map(
      ({ path: place, message, code }) =>
        `${place || "the configuration"}: ${message.split("\n")[0]} (${code})`,
    ),
  };
}

/**
 * What operators have turned. It is a literal, so that reading it tells all that it does. Of a configuration that is
 * wrong it changes nothing that could be told.
 */
function readLive(text, config, trigger) {
  let value;
  try {
    value = JSON5.parse(text);
  } catch {
    return { changes: {}, problems: ["`live` is no plain literal, so that nobody can say what it does"] };
  }
  if (config === undefined) return { changes: {}, problems: [] };
  const { changes, warnings } = checkLive(config, value, { trigger });
  return { changes, problems: warnings };
}

/** Where the file is another than the one that its configuration makes. */
function differences(code, pasted, config) {
  const { trigger, live, packed, plan: packedPlan } = pasted;
  const source = pasted.config !== undefined;
  const expected = bundleAction(config, { trigger, live, source, packed, packedPlan, isFast: true });
  if (expected === code) return [];
  const again = /** @type {import("../verify/pasted-file.js").PastedFile} */ (readPastedFile(expected));
  const problems = [];
  if (pasted.fingerprint !== again.fingerprint || pasted.plan !== again.plan) {
    problems.push(
      `the plan is not that of the configuration: the file says ${pasted.fingerprint}, the configuration makes ${again.fingerprint}${
        pasted.fingerprint === again.fingerprint ? ", with another plan" : ""
      }`,
    );
  }
  const hasOtherParts = !packed.wasm.equals(again.packed.wasm);
  if (hasOtherParts) {
    problems.push(
      "the engine is another than the plan needs: parts of it are missing, changed, or left over",
    );
  }
  // What is long is told of by itself.
  const shown = (text) =>
    text.split("\n").map((line) => (line.length > 2000 ? "(what stands here is long)" : line));
  const [found, wanted] = [shown(code), shown(expected)];
  const length = Math.max(found.length, wanted.length);
  const index = Array.from({ length }).findIndex((_, at) => found[at] !== wanted[at]);
  // The plan, of which the line above it says the fingerprint, is told of already.
  const isTold =
    problems.length > 0 &&
    (wanted[index]?.startsWith(PLAN_LINE) || (hasOtherParts && wanted[index]?.startsWith("// claimsmith ")));
  if (index >= 0 && !isTold) {
    const isBehindEnd = index >= wanted.length - 1 && found[index] !== undefined;
    const line = found[index] || found.slice(index).find((text) => text !== "") || "";
    const expected = isBehindEnd ? "it should not be there" : `it should be: ${wanted[index]}`;
    problems.push(`line ${index + 1} is: ${line}\n  ${expected}`);
  }
  if (problems.length === 0 && pasted.sha256 === again.sha256) {
    problems.push("the file is not the one that its configuration makes");
  }
  return problems;
}

function engineProblems({ sha256, claimedSha256, version }, isInstalled) {
  if (sha256 !== claimedSha256) return ["the engine was changed: it is not the one that its own line names"];
  if (isInstalled) return [];
  return [`the engine is not the one of claimsmith ${version}, which is installed here`];
}
