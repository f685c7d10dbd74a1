/**
 * The `require` that an Action is given: Node's builtin modules, its npm dependencies and its Actions Modules.
 */

import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const requireBuiltin = createRequire(import.meta.url);

/**
 * @param {object} options
 * @param {Record<string, string>} options.dependencies Exact versions by package name.
 * @param {string | URL | undefined} options.root The folder whose `node_modules` holds the dependencies.
 * @param {Record<string, unknown>} options.builtins What takes the place of builtin modules.
 * @param {(name: string) => { exports: unknown } | undefined} options.loadModule Loads an Actions Module; undefined
 *   where there is none.
 * @returns {((id: string) => unknown) & { resolve: (id: string) => string }}
 */
export function createActionRequire({ dependencies, root, builtins, loadModule }) {
  const { requireDependency, resolveDependency } = createDependencyRequire(dependencies, root);

  function require(id) {
    checkId(id);
    if (Object.hasOwn(builtins, id)) return builtins[id];
    if (isBuiltin(id)) return requireBuiltin(id);
    if (id.startsWith(MODULE_PREFIX)) {
      const module = loadModule(id.slice(MODULE_PREFIX.length));
      if (module !== undefined) return module.exports;
    }
    return requireDependency(id);
  }
  return Object.assign(require, {
    /** @param {string} id */
    resolve(id) {
      checkId(id);
      if (Object.hasOwn(builtins, id) || isBuiltin(id)) return id;
      return resolveDependency(id);
    },
  });
}

const MODULE_PREFIX = "actions:";

function checkId(id) {
  if (typeof id !== "string" || id === "") {
    throw new TypeError("require: the id must be a string that is not empty");
  }
}

/**
 * Loads packages into a cache of its own, so that each loaded Action has fresh copies, as a fresh instance has at
 * Auth0. A package that requires a file of its own later than that, inside a function, shares that one file.
 */
function createDependencyRequire(dependencies, root) {
  if (Object.keys(dependencies).length === 0) {
    const refuse = (id) => {
      throw moduleNotFound(id);
    };
    return { requireDependency: refuse, resolveDependency: refuse };
  }
  if (root === undefined) {
    throw new TypeError("loadAction: `dependencies` need `root`, the folder whose node_modules holds them");
  }
  const rootPath = typeof root === "string" ? root : fileURLToPath(root);
  const nodeRequire = createRequire(path.resolve(rootPath, "package.json"));
  const modules = nodeRequire.cache;
  let ownModules = {};

  function resolveDependency(id) {
    const name = packageName(id);
    if (!Object.hasOwn(dependencies, name)) throw moduleNotFound(id);
    checkVersion(nodeRequire, name, dependencies[name]);
    return nodeRequire.resolve(id);
  }

  function requireDependency(id) {
    const filename = resolveDependency(id);
    const othersModules = { ...modules };
    replaceAll(modules, ownModules);
    try {
      return nodeRequire(filename);
    } finally {
      ownModules = { ...modules };
      replaceAll(modules, othersModules);
    }
  }
  return { requireDependency, resolveDependency };
}

function replaceAll(modules, replacement) {
  for (const filename of Object.keys(modules)) delete modules[filename];
  Object.assign(modules, replacement);
}

/** Auth0 installs exactly the version that an Action names; another one here would test something else. */
function checkVersion(nodeRequire, name, wanted) {
  for (const folder of nodeRequire.resolve.paths(name) ?? []) {
    let manifest;
    try {
      manifest = readFileSync(path.join(folder, name, "package.json"), "utf8");
    } catch {
      continue;
    }
    const { version } = JSON.parse(manifest);
    if (version === wanted) return;
    throw new Error(`The Action depends on ${name} ${wanted}, but version ${version} is installed`);
  }
  throw moduleNotFound(name);
}

function packageName(id) {
  return id
    .split("/")
    .slice(0, id.startsWith("@") ? 2 : 1)
    .join("/");
}

function moduleNotFound(id) {
  const error = new Error(`Cannot find module '${id}'`);
  return Object.assign(error, { code: "MODULE_NOT_FOUND" });
}
