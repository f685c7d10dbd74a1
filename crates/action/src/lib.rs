//! Claimsmith inside an Auth0 Action.
//!
//! The only crate that knows JavaScript. It serves two kinds of Actions:
//!
//! - Those that are a configuration. `ActionEngine` decides their logins; with the feature `tools`, `check`
//!   reads a configuration and `evaluate` runs one expression. Each converts in, calls the core, converts out.
//! - Those that are code, with the feature `handler`: a `handler::Handler` of your own, made into a module by
//!   `export_handler!`.
//!
//! A module is for the one or the other. A crate that brings a handler goes without the default features, so that
//! the engine for configurations is not in it.

#[cfg(all(feature = "allocator", target_family = "wasm"))]
mod allocator;
mod auth0;
mod convert;
#[cfg(feature = "config")]
mod engine;
#[cfg(feature = "handler")]
pub mod event;
#[cfg(feature = "fetch")]
mod fetch;
#[cfg(feature = "handler")]
pub mod handler;
mod host;
#[cfg(feature = "config")]
mod login;

pub use auth0::JsApi;
#[cfg(feature = "config")]
pub use engine::ActionEngine;
#[cfg(feature = "tools")]
pub use engine::{check, evaluate};
pub use host::{Io, JsHost};

// For `export_handler!`.
#[cfg(feature = "handler")]
#[doc(hidden)]
pub use {js_sys, wasm_bindgen};
