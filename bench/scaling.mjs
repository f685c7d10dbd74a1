/**
 * How long a large document takes, in the engine that ships: `./build.sh build && node bench/scaling.mjs`.
 *
 * Each row is twice the row above it. Where the time grows as the document does, the ratio is about 2; it would be
 * about 4 if each node were compared with each other. Shown, never asserted: a busy machine is no mistake.
 */

import { evaluate } from "claimsmith";

const NODES = [1_250, 2_500, 5_000, 10_000];

/** The shortest of so many runs is shown: whatever else the machine does only makes one longer. */
const RUNS = 15;

/** What claims are made of: a filter and a projection, an order, groups, strings. */
const EXPRESSIONS = {
  project: "nodes[?active].{id: id, name: upper(name), roles: roles[].name}",
  sort: "sort_by(nodes, &name)[*].id",
  group: "items(group_by(nodes, &team))[*].{team: [0], size: length([1])}",
  strings: "nodes[].roles[].split(name, '-') | [].lower(@) | join(' ', @)",
};

/** An answer of so many nodes, of about 105 bytes each: names in no order, teams that grow in number with it. */
function createDocument(count) {
  const node = (_, index) => ({
    id: index,
    name: `node ${(index * 7919) % count}`,
    team: `team-${index % (count / 25)}`,
    active: index % 3 > 0,
    roles: [{ name: `EDITOR-${index % 50}` }, { name: "b" }],
  });
  return { nodes: Array.from({ length: count }, node) };
}

function shortestMs(work) {
  const time = () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  return Math.min(...Array.from({ length: RUNS }, time));
}

const columns = (...cells) => console.log(cells.map((cell, index) => cell.padStart(index ? 9 : 8)).join(" "));

columns("", "nodes", "bytes", "ms", "ratio");
for (const [name, expression] of Object.entries(EXPRESSIONS)) {
  let before;
  for (const count of NODES) {
    const document = createDocument(count);
    const bytes = JSON.stringify(document).length;
    const ms = shortestMs(() => evaluate(expression, document));
    columns(name, `${count}`, `${bytes}`, ms.toFixed(2), before ? (ms / before).toFixed(2) : "");
    before = ms;
  }
}
