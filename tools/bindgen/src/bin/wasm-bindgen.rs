//! Writes the JavaScript glue of a compiled module.
//!
//! The command must equal the library to the patch. Building it from the workspace's lock file keeps
//! the two together, and takes a quarter of the time that `cargo install` does.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
