// How long one login can hold the event loop: expressions that cost the most of what their steps are counted for,
// over answers of 64 kB, alone and in as many claims as fit a pasted file.
//
// usage: node bench/worst-case.js
//
// For each case it prints the processor's time of the whole login in both engines, and the longest time without a turn
// of the loop. What is promised is at most 100 ms of either on a quiet machine.

import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import vm from "node:vm";

const require = createRequire(import.meta.url);
const CLAIMS = 60;
const ROUNDS = 3;

const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const shuffled = (count) => (index) => (index * 7919) % count;
const wide = Object.fromEntries(times(3000, (index) => [`k${index}`, index]));

/** By name: what the backend answers, and the expression of each claim. */
const CASES = {
  "lists that double": [
    { p: times(8000, () => 1) },
    "s.p[].[@,@,@,@,@,@,@,@][].[@,@,@,@][].[@,@][] | length(@)",
  ],
  replace: [{ t: "ab".repeat(30_000) }, "length(replace(s.t, 'b', 'cccccccccccccccccccc'))"],
  split: [{ t: "ab".repeat(30_000) }, "length(split(s.t, ''))"],
  contains: [{ t: "a".repeat(60_000) }, "contains(s.t, 'aaaaaaaaaaaaaaab')"],
  find_first: [{ t: "ab".repeat(30_000) }, "find_first(s.t, 'zzzzzzzzzzzzzzzz')"],
  "to_string of fractions": [{ p: times(6000, () => ({ a: 1.5 })) }, "length(to_string(s.p))"],
  "to_string of far numbers": [{ p: times(3000, () => 1.2345e-300) }, "length(to_string(s.p))"],
  to_number: [{ p: times(8000, () => "1.25") }, "length(map(&to_number(@), s.p))"],
  sort: [{ p: times(8000, (index) => `k${shuffled(8000)(index)}`) }, "length(sort(s.p))"],
  sort_by: [{ p: times(4000, (index) => ({ k: shuffled(4000)(index) })) }, "length(sort_by(s.p, &k))"],
  group_by: [{ p: times(3000, (index) => ({ k: `g${index % 1500}` })) }, "length(keys(group_by(s.p, &k)))"],
  merge: [{ o: wide }, "length(merge(s.o, s.o, s.o))"],
  from_items: [{ o: wide }, "length(from_items(items(s.o)))"],
  "objects made": [{ p: times(8000, () => 1) }, "length(s.p[*].{a: @, b: @, c: @, d: @})"],
  filter: [
    { p: times(4000, (index) => ({ k: `g${index}` })) },
    "length(s.p[?contains(k, '9') && starts_with(k, 'g') && ends_with(k, '9')])",
  ],
  upper: [{ t: "a".repeat(60_000) }, "length(upper(s.t))"],
  reverse: [{ t: "a".repeat(60_000) }, "length(reverse(s.t))"],
  compare: [{ p: times(8000, () => 1), q: times(8000, () => 1) }, "s.p == s.q"],
  "the whole answer": [{ p: times(3000, () => ({ a: "xxxxxxx" })) }, "s"],
};

let answer = "{}";
const server = http.createServer((_req, res) =>
  res.setHeader("content-type", "application/json").end(answer),
);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

const pasted = readFileSync(new URL("../js-shim/dist/pasted.js", import.meta.url), "utf8");
const sandbox = vm.compileFunction(`${pasted}; return createPostLogin;`, ["require", "console"]);
const engines = {
  package: require("../js-shim/dist/index.cjs").createPostLogin,
  pasted: sandbox(require, console),
};

const ms = (value) => `${value.toFixed(1)} ms`.padStart(10);
console.log(
  `${"".padEnd(28)}${Object.keys(engines)
    .map((name) => `${name}: CPU, loop held`.padEnd(24))
    .join("")}`,
);
for (const count of [1, CLAIMS]) {
  for (const [name, [body, value]] of Object.entries(CASES)) {
    answer = JSON.stringify(body);
    const figures = [];
    for (const createPostLogin of Object.values(engines)) {
      const { cpu, held } = await measure(createPostLogin, count, value);
      figures.push(`${ms(cpu)}${ms(held)}    `);
    }
    console.log(`${`${count} × ${name}`.padEnd(28)}${figures.join("")}`);
  }
}
server.close();
server.closeAllConnections();

/** The least of some rounds: what other processes take is not the engine's. */
async function measure(createPostLogin, count, value) {
  const claims = Object.fromEntries(times(count, (index) => [`https://e.example/${index}`, value]));
  const limits = { access_token_bytes: 100_000, id_token_bytes: 100_000 };
  const run = createPostLogin({ sources: { s: { url, token: null } }, claims, limits }, { log: false });
  const best = { cpu: Number.POSITIVE_INFINITY, held: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    const loop = watchLoop();
    const before = process.cpuUsage();
    await run({ user: { user_id: "u" }, secrets: {} }, api());
    const { user, system } = process.cpuUsage(before);
    best.cpu = Math.min(best.cpu, (user + system) / 1000);
    best.held = Math.min(best.held, await loop.end());
  }
  return best;
}

/** The longest time between two turns of the loop. */
function watchLoop() {
  let longest = 0;
  let last = performance.now();
  let timer = setTimeout(turn, 0);
  function turn() {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    timer = setTimeout(turn, 0);
  }
  return {
    async end() {
      await new Promise((resolve) => setTimeout(resolve, 2));
      clearTimeout(timer);
      return longest;
    },
  };
}

function api() {
  const nothing = () => {};
  const token = { setCustomClaim: nothing, addScope: nothing, removeScope: nothing };
  const cache = { get: nothing, set: () => ({ type: "success" }), delete: nothing };
  return { access: { deny: nothing }, accessToken: token, idToken: token, cache };
}
