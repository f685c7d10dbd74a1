/**
 * How a crate of an Action is compiled: the one place for it. build.sh reads it as well.
 */

export const TARGET = "wasm32-unknown-unknown";

/** The name of the profile, which nobody else's manifest has. */
export const PROFILE = "claimsmith-action";

/**
 * The profile, as cargo takes it by `--config`: a crate elsewhere has none such. Bytes before speed: a login waits for
 * the network. `strip = true` would drop the section by which wasm-bindgen knows of externref.
 */
const SETTINGS = {
  inherits: "release",
  "opt-level": "z",
  lto: "fat",
  "codegen-units": 1,
  panic: "abort",
  strip: "debuginfo",
  "overflow-checks": true,
};

/** Crates that others have tested, and whose checks would cost 2 kB. */
const OTHERS = { "overflow-checks": false };

/** Crates that are compiled in a way of their own. */
const PACKAGES = { talc: { "opt-level": 3, "overflow-checks": false } };

/** The crates that compute times and sizes. */
const IS_OURS = /^claimsmith(-|$)/;

/**
 * The flags of cargo that make the profile.
 *
 * @param {string[]} packages Those that are compiled, by name. Cargo warns of settings for others.
 */
export function profileOptions(packages) {
  const names = [...new Set(packages)].sort();
  const entries = [
    ...Object.entries(SETTINGS).map(([key, value]) => [key, value]),
    ...perPackage("*", OTHERS),
    ...names
      .filter((name) => IS_OURS.test(name))
      .flatMap((name) => perPackage(name, { "overflow-checks": true })),
    ...names.flatMap((name) => perPackage(name, PACKAGES[name] ?? {})),
  ];
  const config = entries.map(([key, value]) => `profile.${PROFILE}.${key}=${JSON.stringify(value)}`);
  return [`--profile=${PROFILE}`, ...config.flatMap((setting) => ["--config", setting])];
}

const perPackage = (name, settings) =>
  Object.entries(settings).map(([key, value]) => [`package.${JSON.stringify(name)}.${key}`, value]);

/**
 * The standard library compiled with the crate: a panic is a trap and nothing more, where the precompiled one carries
 * what prints messages and places that nobody would see. That is a seventh of the pasted file. The flags are not stable
 * yet, so a compiler that does not know them gets the precompiled library.
 */
export const STD = {
  options: ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"],
  flags: ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none"],
  environment: { RUSTC_BOOTSTRAP: "1" },
};

/** The compact SHA-256 saves 6 kB. */
export const FLAGS = ['--cfg=sha2_backend="soft"', '--cfg=sha2_backend_soft="compact"'];

/**
 * The flags that keep paths of this machine out of the module.
 *
 * @param {Record<string, string>} names What stands for each folder.
 */
export function remapFlags(names) {
  // Of several that fit, rustc takes the last.
  const folders = Object.entries(names).sort(([one], [other]) => one.length - other.length);
  return folders.map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`);
}
