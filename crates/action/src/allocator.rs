//! The allocator of the shipped module.
//!
//! The standard library's is made for programs of any size, and was a twentieth of this one.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();
