// Holds the modules of each crate to the direction of its arrows, by the `use` lines of the sources.
//
// usage: node tools/arrows.mjs
//
// Where the `mod` lines of a lib.rs stand in groups, a module uses those of the groups below its own, and of its own
// group; nowhere do modules use each other in a circle. What stands under `#[cfg(test)]` does not count.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = new URL("..", import.meta.url).pathname;
const CRATES = ["core", "compile", "action", "claimsmith"];

const problems = CRATES.flatMap(check);
for (const problem of problems) console.error(`arrows: ${problem}`);
if (problems.length > 0) process.exit(1);

function check(crate) {
  const folder = path.join(ROOT, "crates", crate, "src");
  const groups = readGroups(readFileSync(path.join(folder, "lib.rs"), "utf8"));
  const modules = [...groups.keys()];
  const uses = new Map(modules.map((module) => [module, usesOf(folder, module, groups)]));
  const upwards = modules.flatMap((module) =>
    [...uses.get(module)]
      .filter((used) => groups.get(used) < groups.get(module))
      .map((used) => `${crate}: \`${module}\` uses \`${used}\`, which stands above it in lib.rs`),
  );
  const circle = findCircle(modules, uses);
  return circle ? [...upwards, `${crate}: a circle, ${circle.join(" uses ")}`] : upwards;
}

/** The number of the group of each module, from the top. */
function readGroups(lib) {
  const groups = new Map();
  let group = 0;
  for (const line of lib.split("\n")) {
    const [, module] = /^(?:pub )?mod (\w+);/.exec(line) ?? [];
    if (module !== undefined) groups.set(module, group);
    else if (line === "") group += 1;
  }
  return groups;
}

/** The modules that one uses, by the paths that begin with `crate`. */
function usesOf(folder, module, groups) {
  const used = new Set();
  for (const file of filesOf(folder, module)) {
    const [code] = readFileSync(file, "utf8").split("\n#[cfg(test)]\nmod ");
    const plain = code.replaceAll(/^\s*\/\/.*$/gm, "");
    for (const [, list, name] of plain.matchAll(/\bcrate::(?:\{([^}]*)\}|(\w+))/g)) {
      for (const one of list?.split(",") ?? [name]) {
        const [first] = one.trim().split("::");
        if (groups.has(first) && first !== module) used.add(first);
      }
    }
  }
  return used;
}

function filesOf(folder, module) {
  try {
    const inside = readdirSync(path.join(folder, module), { recursive: true });
    return inside
      .filter((file) => String(file).endsWith(".rs"))
      .map((file) => path.join(folder, module, String(file)));
  } catch {
    return [path.join(folder, `${module}.rs`)];
  }
}

function findCircle(modules, uses) {
  const done = new Set();
  const walk = (module, trail) => {
    if (trail.includes(module)) return [...trail.slice(trail.indexOf(module)), module];
    if (done.has(module)) return undefined;
    for (const used of uses.get(module)) {
      const circle = walk(used, [...trail, module]);
      if (circle) return circle;
    }
    done.add(module);
    return undefined;
  };
  for (const module of modules) {
    const circle = walk(module, []);
    if (circle) return circle;
  }
  return undefined;
}
