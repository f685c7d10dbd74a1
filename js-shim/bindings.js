// What the shim takes of the bindings that wasm-bindgen writes for a crate of an Action in Rust, in this order: the file has
// them as an array.

export const BINDINGS = ["__wbg_reset_state", "ActionEngine", "answered", "initSync", "settled"];
