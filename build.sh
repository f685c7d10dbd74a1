#!/usr/bin/env bash
# Builds, shows and tests Claimsmith. Needs rustup and Node; installs the rest below this folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'USAGE'
usage: ./build.sh STEP

  demo     a login enriched for real: a real OAuth server, a backend that checks tokens, the pasted file
  test     everything that must hold: lints, Rust, WebAssembly; what runs inside Auth0 on Node 22, the rest on Node
  nodes    what runs inside Auth0 on Node 20 and 24 as well
  build    the engine, the npm package and the engine of the pasted file
  bundle   dist/action.js, ready to paste; with a file as argument, with that configuration
  example  dist/rust-action.js, an Action written in Rust; with a crate of this workspace as argument, that one
  fuzz     hostile input for every parser and for whole logins: a minute each, or: fuzz TARGET SECONDS
  corpus   the fuzzers' inputs, without those that reach no code of their own
  bench    against hand-written Actions, over real sockets; the figures go to docs/performance.md
  size     what users carry, in bytes, beside its budget; writes size.json, and what features cost into docs/rust.md
  capacity token and backend calls of a month, simulated; writes docs/capacity.md and its curves (minutes)
  engine   the engine of the pasted file and of the package, and no more; or one of them: engine pasted
  reproduce  builds the engine in two folders, and compares them byte by byte
  load     100,000 logins, 250 in flight, against a backend that fails now and then
  sbom     what each side is made of, as CycloneDX, in dist/sbom
  release  dist/release: the npm tarballs, the example's action.js, the page, its digests and where it is from
  site     dist/site: the documents as a static site, with a search and the workbench
  audit    cargo-deny and npm audit; needs the registries' databases of advisories
  licences THIRD-PARTY.md: what others wrote of all that users carry
  shared   what JavaScript knows by the names of Rust: js-shim/src/facts.js, types in js-shim/src/index.d.ts; and the
           schemas of what the command prints with --json, cli/src/outputs
  docs     docs/configuration.md, from the types in crates/compile/src/schema
  lint     formatting, lints and documentation of both sides
  package  the crates as a registry would get them, each compiled from its package
  clean    removes what was built; keeps what was installed

NO_COLOR=1 switches colours off. What is installed goes to .tools, node_modules and target.
USAGE
}

TOOLS="$PWD/.tools"
CARGO_TARGET_DIR="$PWD/target"
export CARGO_TARGET_DIR
# The crates that others may build on.
CRATES="-p claimsmith-expression -p claimsmith-core -p claimsmith-compile -p claimsmith-action -p claimsmith"
# The runtime that Auth0 recommends; npm carries the real binary.
NODE_22=22.23.3
# The oldest and the newest that the package is for.
NODE_18=18.20.8
# The oldest that the command is for.
NODE_20=20.20.2
NODE_24=24.21.0

# One line for each step, so that a long one is seen to be under way.
say() {
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[1m==> %s\033[0m\n' "$*"; else printf '==> %s\n' "$*"; fi
}

fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

# What makes this build another than what is released. It is said at once, and once more at the end.
UNLIKE_RELEASE=""
note_unlike_release() {
  case "$UNLIKE_RELEASE" in *"$1"*) return ;; esac
  UNLIKE_RELEASE="${UNLIKE_RELEASE:+$UNLIKE_RELEASE; }$1"
  warn "$1: sizes and speed are not those of what is released"
}

warn() {
  if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[1;33mWARNING: %s\033[0m\n' "$*" >&2; else printf 'WARNING: %s\n' "$*" >&2; fi
}

need() {
  command -v "$1" >/dev/null || fail "$1 is missing; install it from $2"
}

setup_rust() {
  need cargo https://rustup.rs
  local wanted version
  wanted=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  if command -v rustup >/dev/null && ! rustc --version >/dev/null 2>&1; then
    say "installing Rust $wanted"
    if ! rustup toolchain install "$wanted"; then
      RUSTUP_TOOLCHAIN=$(rustup default | cut -d ' ' -f 1)
      export RUSTUP_TOOLCHAIN
    fi
  fi
  version=$(rustc --version | cut -d ' ' -f 2)
  [ "$version" = "$wanted" ] || note_unlike_release "the compiler is Rust $version, not $wanted of rust-toolchain.toml"
  if command -v rustup >/dev/null && ! rustup target list --installed | grep -q '^wasm32-unknown-unknown$'; then
    say "installing the WebAssembly target"
    rustup target add wasm32-unknown-unknown
  fi
}

# rust_flags NAME: flags by which crates of Actions are compiled, those of others as well
rust_flags() {
  node --input-type=module -e "import { FLAGS, STD } from './cli/src/rust/flags.js'; console.log($1.join(' '))"
}

# The standard library compiled with ours, as cli/src/rust/flags.js says.
setup_std_source() {
  need node https://nodejs.org
  # By Debug the engine prints nothing; a crate of others may.
  STD_FLAGS="$(rust_flags STD.flags) -Zfmt-debug=none"
  STD_OPTIONS=$(rust_flags STD.options)
  local source
  source=$(rustc --print sysroot)/lib/rustlib/src/rust
  if [ ! -d "$source/library" ] && command -v rustup >/dev/null; then
    say "installing the source of the standard library"
    rustup component add rust-src || true
  fi
  # shellcheck disable=SC2086
  if [ ! -d "$source/library" ] || ! RUSTC_BOOTSTRAP=1 rustc $STD_FLAGS --print cfg >/dev/null 2>&1; then
    STD_FLAGS="" STD_OPTIONS=""
    note_unlike_release "the standard library is the precompiled one, since it cannot be compiled here"
  fi
}

setup_npm() {
  need node https://nodejs.org
  if ! node tools/installed.mjs; then
    say "installing npm packages"
    # None needs its script, and one would compile for minutes.
    npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
  fi
}

# wasm-bindgen's commands, at the version of Cargo.lock.
setup_bindgen() {
  local version
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' tools/bindgen/Cargo.toml)
  if [ "$("$TOOLS/bin/wasm-bindgen" --version 2>/dev/null)" != "wasm-bindgen $version" ]; then
    say "building wasm-bindgen $version (about a minute, once)"
    # A target folder of its own, so that it is built while cargo compiles the engine.
    CARGO_TARGET_DIR="$TOOLS/bindgen" cargo build --quiet --locked -p claimsmith-bindgen
    mkdir -p "$TOOLS/bin"
    cp "$TOOLS"/bindgen/debug/wasm-bindgen "$TOOLS"/bindgen/debug/wasm-bindgen-test-runner "$TOOLS/bin/"
    rm -rf "$TOOLS/bindgen"
  fi
}

# setup_node VERSION: Node of that version, at $NODE_BIN
setup_node() {
  local version=$1 platform folder
  platform=$(node -p 'process.platform.replace("win32", "win") + "-" + process.arch')
  folder="$TOOLS/node${version%%.*}"
  NODE_BIN="$folder/node_modules/node-$platform/bin/node"
  if [ "$("$NODE_BIN" --version 2>/dev/null)" != "v$version" ]; then
    say "installing Node $version"
    npm install --prefix "$folder" --no-save --no-fund --no-audit --loglevel=error "node-$platform@$version"
  fi
}

setup_node_22() {
  setup_node "$NODE_22"
  NODE_22_BIN=$NODE_BIN
}

# install_tool NAME DURATION: the crate cargo-NAME, into $TOOLS/NAME, unless it is there.
install_tool() {
  [ -x "$TOOLS/$1/bin/cargo-$1" ] && return
  say "building cargo-$1 ($2, once)"
  cargo install --quiet --locked --root "$TOOLS/$1" "cargo-$1"
}

# The fuzzer's driver. The engine is safe Rust, so no sanitizer is needed, and a stable compiler does.
setup_fuzz() {
  FUZZ="$TOOLS/fuzz/bin/cargo-fuzz"
  install_tool fuzz "about a minute"
  say "compiling the fuzz targets"
  # It has a workspace and a target folder of its own.
  env -u CARGO_TARGET_DIR "$FUZZ" build --sanitizer none 2>&1 | sed -n '/^\(warning\|error\)/,$p'
  FUZZ_BIN=$(echo fuzz/target/*/release)
}

# compile NAME CRATE PROFILE FEATURES [OPTION...]: a module by this profile with these cargo features, in
# target/glue/NAME, as shrink.js leaves it with these options
compile() {
  local name=$1
  compile_rust "$1" "$2" "$3" "$4"
  shift 4
  glue "$name" "$@"
}

# compile_rust NAME CRATE PROFILE FEATURES: as the compiler leaves it, in target/glue/NAME.wasm
compile_rust() {
  # The paths of this machine would be in the module.
  # shellcheck disable=SC2086
  RUSTC_BOOTSTRAP=${STD_OPTIONS:+1} \
    RUSTFLAGS="$STD_FLAGS $(rust_flags FLAGS) \
    --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/crates --remap-path-prefix=$PWD=/claimsmith \
    --remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rust" \
    cargo build --quiet --locked $STD_OPTIONS --profile "$3" --target wasm32-unknown-unknown -p "$2" \
    --no-default-features --features "$4"
  mkdir -p "$CARGO_TARGET_DIR/glue"
  cp "$CARGO_TARGET_DIR/wasm32-unknown-unknown/$3/${2//-/_}.wasm" "$CARGO_TARGET_DIR/glue/$1.wasm"
}

# glue NAME [OPTION...]: with the JavaScript that goes with it, shrunk
glue() {
  local name=$1
  shift
  "$TOOLS/bin/wasm-bindgen" --target web --no-typescript --experimental-reset-state-function \
    --remove-producers-section --out-dir "$CARGO_TARGET_DIR/glue/$name" --out-name claimsmith \
    "$CARGO_TARGET_DIR/glue/$name.wasm"
  node js-shim/shrink.js "$CARGO_TARGET_DIR/glue/$name" ${UNLIKE_RELEASE:+"--unlike-release=$UNLIKE_RELEASE"} "$@"
}

# compile_engine NAME [PROFILE]: that of the pasted file, of the package or of the modules
compile_engine() {
  case "$1" in
    pasted) compile_rust pasted claimsmith-action wasm allocator,plan,node ;;
    package) compile_rust package claimsmith-action "${2:-wasm-speed}" allocator,plan,compile,fetch,tools,speed ;;
    modules) compile_rust modules claimsmith-action wasm allocator,plan,compile ;;
    *) fail "there is no engine \`$1\`" ;;
  esac
}

glue_engine() {
  case "$1" in
    package) glue package --for-speed ;;
    *) glue "$1" --short-names ;;
  esac
}

# The engines of the pasted file, of the package and of the modules. With `demo` without the last, and with a package whose
# profile is the pasted file's: a few logins are no place for speed, and one standard library serves both.
engine() {
  local profile=wasm-speed
  [ "${1:-}" != demo ] || profile=wasm
  setup_rust
  setup_std_source
  say "compiling the engine"
  beside setup_laptop
  compile_engine pasted
  compile_engine package "$profile"
  [ "${1:-}" = demo ] || compile_engine modules
  wait_beside
  if [ "${1:-}" = demo ]; then beside glue package; else beside glue_engine package; fi
  glue_engine pasted
  [ "${1:-}" = demo ] || glue_engine modules
  wait_beside
  say "building the package around it"
  # shellcheck disable=SC2046
  node js-shim/build.js --package "$CARGO_TARGET_DIR/glue/package" --pasted "$CARGO_TARGET_DIR/glue/pasted" \
    $([ "${1:-}" = demo ] || echo --modules "$CARGO_TARGET_DIR/glue/modules") --out js-shim/dist
}

# one_engine NAME: that one, in target/glue
one_engine() {
  setup_rust
  setup_std_source
  setup_laptop
  compile_engine "$1"
  glue_engine "$1"
}

# What is installed while cargo compiles: npm waits for the network, and leaves a processor to wasm-bindgen.
setup_laptop() {
  setup_bindgen &
  local bindgen=$!
  setup_npm
  wait "$bindgen"
}

build() {
  engine
  say "writing the schema of the configuration"
  schema >js-shim/dist/claimsmith.schema.json
  say "building the workbench"
  node cli/workbench/build.js
  cp THIRD-PARTY.md js-shim/dist/
  cp THIRD-PARTY.md cli/dist/
}

bundle() {
  build
  say "bundling dist/action.js"
  node cli/bin/claimsmith.js bundle "${1:-examples/plan-and-roles/claimsmith.json}" --out dist/action.js
}

licences() {
  build
  say "writing THIRD-PARTY.md"
  node tools/third-party.mjs
}

# What each side is made of, as CycloneDX.
sbom() {
  setup_rust
  setup_npm
  local cyclonedx="$TOOLS/cyclonedx/bin/cargo-cyclonedx"
  install_tool cyclonedx "two minutes"
  mkdir -p dist/sbom
  # It writes one beside each crate of the workspace; the engine is the crate `action` and what that is made of.
  "$cyclonedx" cyclonedx --quiet --format json --spec-version 1.5 --target wasm32-unknown-unknown --no-build-deps \
    --no-default-features --features allocator,plan,compile,fetch,tools,speed --override-filename claimsmith.cdx \
    --manifest-path crates/action/Cargo.toml
  # Where it was made is nobody's business.
  sed "s#file://$PWD#file://#g" crates/action/claimsmith.cdx.json >dist/sbom/engine.cdx.json
  git ls-files -z --others --exclude-standard -- '*/claimsmith.cdx.json' | xargs -0 rm -f
  node_modules/.bin/cyclonedx-npm --omit dev --workspace claimsmith-cli --output-file dist/sbom/command.cdx.json
  say "dist/sbom/engine.cdx.json and dist/sbom/command.cdx.json"
}

# What users get who have no Rust.
release() {
  bundle
  sbom
  say "packing dist/release"
  node tools/release.mjs
}

# The documents as a site, which any server of static files serves.
site() {
  build
  if ! node tools/installed.mjs site; then
    say "installing the site's npm packages"
    npm ci --prefix site --ignore-scripts --no-fund --no-audit --loglevel=error
  fi
  say "building dist/site"
  node site/prepare.mjs
  site/node_modules/.bin/vitepress build site
}

# What is known to be wrong with what others wrote; asks the registries' databases.
audit() {
  setup_rust
  setup_npm
  local deny="$TOOLS/deny/bin/cargo-deny"
  install_tool deny "some minutes"
  "$deny" --all-features check
  npm audit --omit=dev
}

example() {
  local crate=${1:-rust-action}
  setup_rust
  setup_std_source
  setup_npm
  setup_bindgen
  # The command stands on the package.
  [ -f js-shim/dist/handler.js ] || engine
  say "bundling $crate"
  PATH="$TOOLS/bin:$PATH" node cli/bin/claimsmith.js bundle --rust "$crate" --locked --out "dist/$crate.js"
}

# What JavaScript knows by the names of Rust; with --check it says what differs, and writes nothing.
shared() {
  setup_rust
  setup_npm
  local folder
  folder=$(mktemp -d)
  schema --facts >"$folder/facts.json"
  schema --report >"$folder/report.json"
  node tools/shared.mjs "$folder/facts.json" "$folder/report.json" "$@"
  node tools/outputs.mjs "$@"
  rm -r "$folder"
}

# What the types of the configuration and of the report say.
schema() {
  cargo run --quiet --locked -p claimsmith-compile --features schema --bin claimsmith-schema -- "$@"
}

docs() {
  setup_rust
  say "writing docs/configuration.md"
  local page
  page=$(schema --page)
  printf '%s\n' "$page" >docs/configuration.md
}

demo() {
  engine demo
  say "bundling dist/action.js"
  node cli/bin/claimsmith.js bundle examples/plan-and-roles/claimsmith.json --out dist/action.js
  say "a login, for real"
  node examples/demo/demo.js
}

# fuzz_for SECONDS TARGET...: what is found stays in fuzz/artifacts, and new inputs are thrown away.
fuzz_for() {
  local seconds=$1 target scratch
  shift
  for target in "$@"; do
    scratch=$(mktemp -d)
    mkdir -p fuzz/artifacts
    say "fuzzing $target for $seconds s"
    "$FUZZ_BIN/$target" -max_total_time="$seconds" -max_len=4096 -artifact_prefix="fuzz/artifacts/$target-" \
      "$scratch" "fuzz/corpus/$target" >"$scratch/log" 2>&1 || { tail -n 40 "$scratch/log"; fail "see fuzz/artifacts"; }
    tail -n 1 "$scratch/log"
    rm -rf "$scratch"
  done
}

fuzz() {
  case "$(uname -s)" in
    Linux | Darwin) ;;
    *) say "fuzzing is left out: libFuzzer runs on Linux and macOS"; return ;;
  esac
  local targets
  targets=${1:-$(ls fuzz/corpus)}
  setup_rust
  setup_fuzz
  # shellcheck disable=SC2086
  fuzz_for "${2:-60}" $targets
}

# Each target's inputs, without those that reach nothing which the others do not. New ones are put beside them before.
corpus() {
  setup_rust
  setup_fuzz
  local target scratch
  for target in fuzz/corpus/*; do
    scratch=$(mktemp -d)
    "$FUZZ_BIN/$(basename "$target")" -set_cover_merge=1 -use_counters=0 -max_len=4096 "$scratch" "$target" \
      >"$scratch.log" 2>&1 || { tail -n 40 "$scratch.log"; fail "$target cannot be cut down"; }
    find "$target" -type f -exec rm {} +
    cp "$scratch"/* "$target"
    rm -rf "$scratch" "$scratch.log"
    say "$target: $(find "$target" -type f | wc -l) files"
  done
}

# The engine without the shim's transport, and the core for the machine's own processor.
build_bench() {
  local build
  for build in package pasted; do
    node js-shim/build.js --engine "$CARGO_TARGET_DIR/glue/$build" --out "$CARGO_TARGET_DIR/bench/$build"
  done
  cargo build --quiet --locked --release -p claimsmith-instructions
}

bench() {
  bundle
  build_bench
  setup_node_22
  say "first and warm logins, every contender in turn, then the engine alone (about six minutes)"
  "$NODE_22_BIN" bench/run.js --write "$@"
}

size() {
  bundle
  PATH="$TOOLS/bin:$PATH" node bench/rust-cost.js
  node bench/size.js
}

# The same sources in another folder must give the same bytes.
reproduce() {
  engine
  rebuild js-shim/dist engine
}

# rebuild FOLDER STEP...: what these sources, in another folder, leave below it by this step is the same here
rebuild() {
  local folder=$1 other file
  shift
  say "building once more, in another folder: $*"
  other=$(mktemp -d)
  git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - | tar --extract -C "$other"
  ln -s "$PWD/node_modules" "$TOOLS" "$other"
  "$other/build.sh" "$@"
  for file in "$other/$folder"/*; do
    cmp "$folder/${file##*/}" "$file" || fail "two builds differ in $folder; the other is in $other"
  done
  rm -rf "$other"
  say "two builds in two folders gave the same bytes"
}

load() {
  bundle
  setup_node_22
  say "many logins at once, on Node $("$NODE_22_BIN" --version)"
  "$NODE_22_BIN" --expose-gc tests/wire/load.js "${1:-100000}"
}

capacity() {
  need cargo https://rustup.rs
  say "simulating months of logins"
  cargo run --quiet --locked --release -p claimsmith-capacity -- docs
}

lint() {
  setup_rust
  setup_npm
  say "formatting and lints"
  cargo fmt --all --check
  cargo fmt --manifest-path fuzz/Cargo.toml --check
  node tools/arrows.mjs
  cargo clippy --quiet --locked --all-targets --features claimsmith-compile/schema,claimsmith/serde -- -D warnings
  cargo clippy --quiet --locked --target wasm32-unknown-unknown -p claimsmith-action -p claimsmith --all-features \
    -- -D warnings
  # shellcheck disable=SC2086
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --no-deps --all-features $CRATES
  node tools/surface.mjs --check
  node_modules/.bin/biome check --error-on-warnings .
}

# After the build: the types of the package are among what is checked.
check_types() {
  say "types of the shim, the command and the workbench"
  shared --check
  node_modules/.bin/tsc -p .
}

package() {
  setup_rust
  say "packaging the crates"
  # What is packaged is what lies here, committed or not.
  # shellcheck disable=SC2086
  cargo package --quiet --locked --allow-dirty $CRATES
  ls "$CARGO_TARGET_DIR"/package/*.crate
}

test_rust() {
  say "Rust: unit, property and compliance tests"
  cargo test --quiet --locked --workspace --features claimsmith-compile/schema,claimsmith/serde,claimsmith-core/speed --exclude claimsmith-action --exclude claimsmith-bindgen
  say "WebAssembly: the boundary, on Node"
  test_wasm -p claimsmith-action --test login
  # A crate of its own: what it is linked with must not be the engine for configurations.
  test_wasm -p claimsmith --all-features --test handler
  say "WebAssembly: a crate of a user, on Node"
  test_wasm -p rust-locale --lib
}

# test_wasm OPTION...: where a test waits for what never comes, Node ends early, with 0.
test_wasm() {
  local log
  log=$(mktemp)
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$TOOLS/bin/wasm-bindgen-test-runner" \
    cargo test --locked --target wasm32-unknown-unknown "$@" | tee "$log"
  grep -q '^test result: ok\.' "$log" || fail "the tests of $* did not come to their end"
  rm -f "$log"
}

# What runs inside Auth0.
RUNS_IN_AUTH0=(tests/{action,coverage,parts,shim,wire} tests/package/{memory,package,secrets,trap}.test.js)

# Milliseconds after which a file of tests hangs. The longest takes two and a half minutes on a quiet machine.
HANGS_MS=1200000

# test_files PLACE...: the files of tests that lie there. Node 20 does not expand patterns itself.
test_files() {
  find "$@" -name '*.test.js' -not -path '*/node_modules/*' | sort
}

# test_node NODE FILES_AT_ONCE FILE...
test_node() {
  local node=$1 at_once=$2
  shift 2
  "$node" --test --test-timeout="$HANGS_MS" --test-concurrency="$at_once" "$@"
}

test_laptop() {
  say "the command, the page, the documents and the host, on Node $(node --version)"
  # Two files at a time, also on two processors: most of them wait.
  # shellcheck disable=SC2046
  test_node node 2 $(comm -23 <(test_files tests) <(test_files "${RUNS_IN_AUTH0[@]}"))
}

# test_in_auth0 NODE
test_in_auth0() {
  say "the pasted file and the package, on Node $("$1" --version)"
  # shellcheck disable=SC2046
  test_node "$1" 2 $(test_files "${RUNS_IN_AUTH0[@]}" | grep -v ^tests/wire/)
}

# test_wire NODE: one file after the other, since what they count depends on how long calls take. Most of the time they wait.
test_wire() {
  say "the sockets, on Node $("$1" --version)"
  # shellcheck disable=SC2046
  test_node "$1" 1 $(test_files tests/wire)
}

# beside FUNCTION: runs it in the background, for a processor that would be idle: much of a build is one thread. What it
# prints comes when it is waited for.
beside() {
  BESIDE_NAME=$1
  BESIDE_LOG=$(mktemp)
  # A group of its own, so that nothing of it is left where the rest fails.
  set -m
  ("$@") >"$BESIDE_LOG" 2>&1 &
  BESIDE_PID=$!
  set +m
  trap 'kill -- -"$BESIDE_PID" 2>/dev/null; rm -f "$BESIDE_LOG"' EXIT
}

wait_beside() {
  local status=0
  wait "$BESIDE_PID" || status=$?
  trap - EXIT
  cat "$BESIDE_LOG"
  rm -f "$BESIDE_LOG"
  [ "$status" -eq 0 ] || fail "$BESIDE_NAME ended with $status"
}

trap_engine() {
  say "compiling the engine that can be made to trap"
  compile trap claimsmith-action wasm allocator,plan,compile,fetch,tools,speed,trap
  node js-shim/build.js --package "$CARGO_TARGET_DIR/glue/trap" --out "$CARGO_TARGET_DIR/trap-package"
}

run_tests() {
  setup_rust
  setup_npm
  lint
  bundle
  check_types
  node tools/third-party.mjs --check
  # It has a target folder of its own, so that cargo waits for nobody.
  beside rebuild target/glue/pasted engine pasted
  for crate in rust-action rust-entitlements rust-locale; do example "$crate"; done
  trap_engine
  test_rust
  fuzz "" 5
  wait_beside
  # tests/package/install.test.js runs what is installed on each of them.
  for version in "$NODE_18" "$NODE_24" "$NODE_22"; do setup_node "$version"; done
  setup_node_22
  beside test_wire "$NODE_22_BIN"
  test_laptop
  wait_beside
  test_in_auth0 "$NODE_22_BIN"
  say "all tests passed"
  [ -z "$UNLIKE_RELEASE" ] || warn "the sizes were not tested: $UNLIKE_RELEASE"
}

# On the oldest Node that the tests run on, and on the newest. Of Node 18 tests/package/install.test.js runs what is installed.
test_nodes() {
  bundle
  trap_engine
  for version in "$NODE_20" "$NODE_24"; do
    setup_node "$version"
    beside test_wire "$NODE_BIN"
    test_in_auth0 "$NODE_BIN"
    wait_beside
  done
}

case "${1:-}" in
  demo) demo ;;
  test) run_tests ;;
  nodes) test_nodes ;;
  build) build ;;
  bundle) bundle "${2:-}" ;;
  example) example "${2:-}" ;;
  bench) shift; bench "$@" ;;
  size) size ;;
  engine) if [ -n "${2:-}" ]; then one_engine "$2"; else engine; fi ;;
  licences) licences ;;
  sbom) sbom ;;
  release) release ;;
  site) site ;;
  audit) audit ;;
  reproduce) reproduce ;;
  load) load "${2:-}" ;;
  capacity) capacity ;;
  fuzz) fuzz "${2:-}" "${3:-}" ;;
  corpus) corpus ;;
  shared) shared ;;
  docs) docs ;;
  lint) lint ;;
  package) package ;;
  clean) rm -rf target dist js-shim/dist cli/dist fuzz/target fuzz/coverage site/pages site/.vitepress/cache ;;
  -h | --help | help) usage ;;
  "") usage >&2; exit 2 ;;
  *) usage >&2; fail "there is no step \`$1\`" ;;
esac
