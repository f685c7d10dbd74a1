// The parts of the engine that a pasted file may go without, and the functions of the module that belong to each.
//
// A function of a part is called where a plan has what the part is for (crates/compile/src/parts.rs), and nowhere else;
// what is only called by such functions goes with them. To make one of a piece of a larger function, mark it
// `#[inline(never)]`, and call it where the plan has it: a loop over nothing calls nothing, an empty list that is handed
// over does. Small functions of the standard library's types are none: the compiler makes one of those that are equal.

import { callees, readModule } from "./container/leave-out.js";
import { createReader, readNames, sections } from "./sections.js";
import { FUNCTIONS, PARTS } from "./src/facts.js";

const RUN = "<claimsmith_core::gather::Run<HOST>>";

/** By part, Rust's paths. @type {Record<string, string[]>} */
const PATHS = {
  sources: [
    `${RUN}::ask_all::{closure#0}::{closure#0}`,
    "<claimsmith_core::shared_state::SharedState>::load::<HOST>",
    "<claimsmith_core::plan::source::SourcePlan as claimsmith_expression::plain::Plain>::read",
  ],
  cache: [
    "<claimsmith_core::answers::Answers>::get",
    "<claimsmith_core::answers::Answers>::put",
    "claimsmith_core::source::answer_key",
  ],
  fields: ["claimsmith_core::template::render_fields"],
  members: ["<claimsmith_core::template::JsonTemplate>::render"],
  basic: ["claimsmith_core::source::render_basic"],
  text_answers: ["claimsmith_core::source::read_text"],
  graphql: ["claimsmith_core::source::read_graphql"],
  tls: ["claimsmith_core::tls::filled::<HOST>"],
  tokens: [
    `${RUN}::token::{closure#0}::{closure#1}`,
    "claimsmith_core::grant::grant::<HOST>",
    "<claimsmith_core::token_store::TokenStore>::ask::<HOST>::{closure#0}",
    "<claimsmith_core::token_store::TokenStore>::has_other::<HOST>",
    "<claimsmith_core::token_store::TokenStore>::key",
    "<claimsmith_core::token_store::TokenStore>::remember::<HOST>",
    "<claimsmith_core::refusal::Refusals>::may_replace::<HOST>::{closure#0}",
    "<claimsmith_core::refusal::Refusals>::accept::<HOST>",
    "<claimsmith_core::token::Grant>::identify",
    "claimsmith_core::token_store::read_record",
    "claimsmith_core::token_store::write_record::<HOST>",
    "<claimsmith_core::plan::token::TokenPlan as claimsmith_expression::plain::Plain>::read",
  ],
  assertions: ["claimsmith_core::assertion::assertion::<HOST>"],
  jwts: [
    "<claimsmith_core::signing::Jwt>::new",
    "<claimsmith_core::signing::Jwt>::sign::<HOST>::{closure#0}",
  ],
  codes: ["claimsmith_core::signing::code_of"],
  signatures: ["<claimsmith_core::facts::Means<HOST>>::sign::{closure#0}"],
  settings: ["claimsmith_core::settings::settings"],
  values: ["<claimsmith_core::facts::Facts>::add_values::<HOST>::{closure#0}"],
  now: ["claimsmith_core::now::now::<HOST>"],
  open_names: [
    "<claimsmith_core::mapping::Mapped>::drop_equal_names",
    "<claimsmith_core::target::Target>::refuses_name",
  ],
  spread: ["<claimsmith_core::mapping::Mapped>::spread"],
  deny: ["claimsmith_core::rules::deny_early"],
  mfa: ["<claimsmith_core::rules::Rules>::demand_mfa", "claimsmith_action::auth0::factor_list"],
  sessions: ["<claimsmith_core::rules::Rules>::change_sessions"],
  scopes: ["<claimsmith_core::rules::Rules>::change_scopes"],
  written: ["claimsmith_core::fingerprint::write_canonical"],
  report: ["<claimsmith_core::report::Report>::to_json"],
};

/**
 * The modules of the shim that a pasted file may go without, by the parts of the engine that they are there for, and what
 * they export: where they are left out, that is nothing, and nobody asks for it.
 *
 * @type {Record<string, { parts: string[], exports: string[] }>}
 */
export const OPTIONAL_MODULES = {
  transport: { parts: ["sources", "tokens"], exports: ["connectAhead", "send"] },
  tls: { parts: ["tls"], exports: ["presenting", "unfitPart"] },
  sign: { parts: ["assertions", "jwts"], exports: ["sign"] },
  report: { parts: ["report"], exports: ["reportOfTrap"] },
};

/** The functions of expressions are in this crate's module, and are found by their table. */
const OF_FUNCTIONS = "claimsmith_expression::functions::";

const HOST = "claimsmith_action::host::JsHost";

/**
 * Finds the functions of each part in a module that has its names.
 *
 * @param {Uint8Array} wasm
 * @returns {import("./container/leave-out.js").Gates}
 * @throws where one is not found, or found more than once
 */
export function findGates(wasm) {
  const names = readNames(wasm);
  const module = readModule(wasm);
  if (Object.keys(PATHS).sort().join() !== [...PARTS].sort().join()) {
    throw new Error("js-shim/parts.js has other parts than crates/compile/src/parts.rs");
  }
  /** @type {import("./container/leave-out.js").Gates} */
  const gates = {};
  const add = (index, part) => {
    gates[index] = [...(gates[index] ?? []), part];
  };
  const problems = [];
  for (const [part, paths] of Object.entries(PATHS)) {
    for (const path of paths) {
      const wanted = path.replaceAll("HOST", HOST);
      const found = [...names].filter(([, name]) => name === wanted);
      if (found.length !== 1) problems.push(`${part}: ${found.length} functions are ${wanted}`);
      for (const [index] of found) add(index, part);
    }
  }
  for (const [name, index] of Object.entries(findFunctions(wasm, module, names))) {
    add(index, `function:${name}`);
  }
  // Where the compiler made one of two that are equal, the other one's callers come here.
  for (const [at, body] of module.bodies.entries()) {
    const caller = module.importCount + at;
    for (const index of callees(body)) {
      if (caller !== index && gates[index]?.some((part) => part.startsWith("function:"))) {
        problems.push(
          `${names.get(index)} is called by ${names.get(caller)}, and not by way of its table alone`,
        );
      }
    }
  }
  if (problems.length > 0) throw new Error(`parts of the engine, js-shim/parts.js:\n${problems.join("\n")}`);
  return gates;
}

/**
 * The functions of expressions by their names, from the table in the module's data: entries of one size, each with the
 * address and the length of its name, and somewhere the index of the function in the module's table.
 */
function findFunctions(wasm, { table }, names) {
  const memory = readMemory(wasm);
  const word = (at) => (at + 4 <= memory.length ? memory.readUInt32LE(at) : 0);
  const isName = (at, name) => {
    const [start, length] = [word(at), word(at + 4)];
    return length === name.length && memory.toString("latin1", start, start + length) === name;
  };
  const found = [];
  for (let at = 0; at < memory.length; at += 4) {
    if (!isName(at, FUNCTIONS[0])) continue;
    for (let size = 12; size <= 96; size += 4) {
      if (FUNCTIONS.every((name, index) => isName(at + index * size, name))) found.push({ at, size });
    }
  }
  if (found.length !== 1) throw new Error(`the table of functions is found ${found.length} times`);
  const [{ at, size }] = found;
  // The name need not stand first.
  const offsets = Array.from({ length: size / 2 }, (_, index) => index * 4 - size).filter((offset) =>
    FUNCTIONS.every((_, index) =>
      names.get(table[word(at + index * size + offset)] ?? -1)?.startsWith(OF_FUNCTIONS),
    ),
  );
  if (offsets.length !== 1) throw new Error(`the functions of the table are found ${offsets.length} times`);
  return Object.fromEntries(
    FUNCTIONS.map((name, index) => [name, table[word(at + index * size + offsets[0])]]),
  );
}

const DATA = 11;

/** What the module's memory begins with. */
function readMemory(wasm) {
  const data = [...sections(wasm)].find(({ id }) => id === DATA);
  if (data === undefined) throw new Error("the module has no data");
  const reader = createReader(data.payload);
  const segments = Array.from({ length: reader.number() }, () => {
    // Active, in the only memory: `i32.const` and an offset.
    if (reader.number() !== 0 || reader.bytes(1)[0] !== 0x41) throw new Error("a segment is not known");
    const offset = reader.number();
    reader.bytes(1);
    return { offset, bytes: reader.bytes(reader.number()) };
  });
  const memory = Buffer.alloc(Math.max(...segments.map(({ offset, bytes }) => offset + bytes.length)));
  for (const { offset, bytes } of segments) memory.set(bytes, offset);
  return memory;
}
