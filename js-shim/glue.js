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
  const copied = / {12}const (?:val|obj) = (arg\d);\n( {12}const ret = .*)/g;
  const direct = guarded.replace(copied, (_, name, line) => line.replace(/\b(?:val|obj)\b/g, name));
  const arrows = replaceSome(direct, plain, "        $1: ($2) => {");
  // In an arrow it would be another function's. What comments say of arguments is no code.
  const code = arrows.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  if (/\barguments\b/.test(code.replace(/function handleError\(f, args\)[\s\S]*?\n\}\n/, ""))) {
    throw new Error("the glue hands over `arguments` in a form that is not known");
  }
  return replaceExactly(
    arrows,
    /function handleError\(f, args\) \{\n {4}try \{\n {8}return f\.apply\(this, args\);\n([\s\S]*?)\n\}\n/g,
    "const catching = (f) => (...args) => {\n    try {\n        return f(...args);\n$1\n};\n",
  );
}

/**
 * Leaves out what ends an engine, by hand or when nobody has it any more: the file has its engine for as long as it is
 * loaded. And what starts another instance between two calls, or refuses an engine of an instance that has gone:
 * js-shim/src/engine.js starts the one after a trap, and asks the other nothing.
 *
 * @param {string} glue
 */
export function withoutUnused(glue) {
  /** @type {[RegExp, string][]} */
  const cuts = [
    [/ {4}__destroy_into_raw\(\) \{\n[\s\S]*?\n {4}\}\n {4}free\(\) \{\n[\s\S]*?\n {4}\}\n/g, ""],
    [/function __wbg_call_guard\(\) \{\n[\s\S]*?\n\}\n/g, ""],
    [/ {8}Object\.defineProperty\(this, '__wbg_inst', .*?\);\n/g, ""],
    [/ {8}ActionEngineFinalization\.register\(.*?\);\n/g, ""],
    [/const ActionEngineFinalization = [\s\S]*?\}\);\n/g, ""],
    [/let __wbg_instance_id = 0;\n/g, ""],
    [/ {4}__wbg_instance_id\+\+;\n/g, ""],
    [/let __wbg_reinit_scheduled = false;\n/g, ""],
    [/ {4}__wbg_reinit_scheduled = false;\n/g, ""],
    // A memory that grows has another buffer.
    [
      /cachedDataViewMemory0 === null \|\| .*? \|\| \(.*? && (cachedDataViewMemory0)(\.buffer !== .*?)\)\) \{/g,
      "$1?$2) {",
    ],
    // Node's buffers do in a line what the glue does by hand for browsers.
    [
      /function passStringToWasm0\(arg, malloc, realloc\) \{\n[\s\S]*?\n\}\n/g,
      "function passStringToWasm0(arg, malloc) {\n    const bytes = Buffer.from(arg);\n    const ptr = malloc(WASM_VECTOR_LEN = bytes.length, 1) >>> 0;\n    getUint8ArrayMemory0().set(bytes, ptr);\n    return ptr;\n}\n",
    ],
    [/const cachedTextEncoder = .*\n/g, ""],
    [
      /function getStringFromWasm0\(ptr, len\) \{\n[\s\S]*?\n\}\n/g,
      "function getStringFromWasm0(ptr, len) {\n    return Buffer.from(getUint8ArrayMemory0().buffer, ptr >>> 0, len).toString();\n}\n",
    ],
    [/let cachedTextDecoder = .*\ncachedTextDecoder\.decode\(\);\n/g, ""],
  ];
  const cut = cuts.reduce((text, [from, to]) => replaceExactly(text, from, to), glue);
  const direct = withOneWriter(cut).replace(/(passStringToWasm0\(\w+, wasm\.[^,)]+), wasm\.[^,)]+\)/g, "$1)");
  const unguarded = replaceSome(direct, / {4}__wbg_call_guard\(\);\n/g, "");
  const rest = replaceSome(unguarded, / {8}if \(this\.__wbg_inst !== undefined[\s\S]*?\n {8}\}\n/g, "");
  if (/__wbg_reinit_scheduled|__wbg_call_guard|__wbg_inst|Finalization|handleError/.test(rest))
    throw new Error("the glue uses what was cut");
  return rest;
}

/**
 * Texts that imports return are written into memory by one function. Where handing over a text and bytes fails, the
 * instance has trapped, so there is nothing to free.
 */
function withOneWriter(glue) {
  const returned =
    / {12}(?:var|const) ptr1 = (?:isLikeNone\(ret\) \? 0 : )?passStringToWasm0\(ret, (wasm\.\S+), .*\);\n.* len1 = WASM_VECTOR_LEN;\n.* \+ 4 \* 1, len1, true\);\n.* \+ 4 \* 0, ptr1, true\);\n/g;
  const [, malloc] = returned.exec(glue) ?? [];
  const freed =
    / {4}try \{\n((?: {8}(?:ptr|len)\d = .*\n)+) {4}\} catch \(e\) \{\n(?: {8}if \(ptr\d\) .*\n)+ {8}throw e;\n {4}\}\n/g;
  const shorter = glue.replace(returned, "            writeText(arg0, ret);\n").replace(freed, "$1");
  const writer = `
function writeText(place, text) {
    const ptr = text == null ? 0 : passStringToWasm0(text, ${malloc});
    getDataViewMemory0().setInt32(place + 4, WASM_VECTOR_LEN, true);
    getDataViewMemory0().setInt32(place, ptr, true);
}
`;
  return malloc ? shorter + writer : shorter;
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
