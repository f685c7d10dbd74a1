//! What a handler runs on: Auth0 in the module, values and a host in memory in a native build.

#[cfg(target_family = "wasm")]
mod js;
#[cfg(not(target_family = "wasm"))]
mod native;

#[cfg(target_family = "wasm")]
pub(crate) use js::*;
#[cfg(not(target_family = "wasm"))]
pub use native::{Answers, Fault, Reply, Sent};
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::{Host, Outside, Part, World};
