// The glue that wasm-bindgen writes, without what the pasted file never needs, and in shorter forms of the same.
//
// Each cut counts how often it is made. One that no longer fits stops the build: what remained might call what has gone.

/**
 * Writes the functions that the module imports as arrows: of those that only return, nothing but the value remains.
 * None of them uses `this`.
 *
 * @param {string} glue
 */
export function withArrows(glue) {
  const guard =
    / {8}(\S+): function\(\) \{ return handleError\(function \(([^)]*)\) \{\n([\s\S]*?)\n {8}\}, arguments\); \},/g;
  const plain = /^ {8}(\S+): function\(([^)]*)\) \{$/gm;
  const guarded = replaceSome(glue, guard, "        $1: catching(($2) => {\n$3\n        }),");
  const arrows = replaceSome(guarded, plain, "        $1: ($2) => {");
  return replaceExactly(
    arrows,
    /function handleError\(f, args\) \{\n {4}try \{\n {8}return f\.apply\(this, args\);\n([\s\S]*?)\n\}\n/g,
    "const catching = (f) => (...args) => {\n    try {\n        return f(...args);\n$1\n};\n",
  );
}

/**
 * Leaves out what ends an engine by hand, which nobody does, and what starts another instance between two calls, which
 * nobody asks for: js-shim/src/engine.js starts it after a trap.
 *
 * @param {string} glue
 */
export function withoutUnused(glue) {
  /** @type {[RegExp, string][]} */
  const cuts = [
    [/ {4}__destroy_into_raw\(\) \{\n[\s\S]*?\n {4}\}\n {4}free\(\) \{\n[\s\S]*?\n {4}\}\n/g, ""],
    [/function __wbg_call_guard\(\) \{\n[\s\S]*?\n\}\n/g, ""],
    [/let __wbg_reinit_scheduled = false;\n/g, ""],
    [/ {4}__wbg_reinit_scheduled = false;\n/g, ""],
    // A memory that grows has another buffer.
    [
      /cachedDataViewMemory0 === null \|\| .*? \|\| \(.*? && (cachedDataViewMemory0)(\.buffer !== .*?)\)\) \{/g,
      "$1?$2) {",
    ],
  ];
  const cut = cuts.reduce((text, [from, to]) => replaceExactly(text, from, to), glue);
  const unguarded = replaceSome(cut, / {4}__wbg_call_guard\(\);\n/g, "");
  const rest = replaceSome(
    unguarded,
    /const ret = undefined;\n\s*return isLikeNone\(ret\) \? 0 : addToExternrefTable0\(ret\);/g,
    "return 0;",
  );
  if (/__wbg_reinit_scheduled|__wbg_call_guard|handleError/.test(rest))
    throw new Error("the glue uses what was cut");
  return rest;
}

function replaceSome(text, from, to) {
  if (text.search(from) < 0) throw new Error(`the glue has no ${from}`);
  return text.replace(from, to);
}

function replaceExactly(text, from, to) {
  const count = [...text.matchAll(from)].length;
  if (count !== 1) throw new Error(`the glue has ${count} times: ${from}`);
  return text.replace(from, to);
}
