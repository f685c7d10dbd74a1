//! Claimsmith inside an Auth0 Action.
//!
//! The only crate that knows JavaScript. It serves two kinds of Actions:
//!
//! - Those that are a configuration. `ActionEngine` decides their logins by its plan; with the feature `compile`,
//!   `compile` makes a plan of a configuration and `evaluate` runs one expression. Each converts in, calls the core,
//!   converts out.
//! - Those that are code, with the feature `handler`. They are written with the crate `claimsmith`, which stands on
//!   this one.
//!
//! A module is for the one or the other. What is code goes without the default features, so that the engine for
//! configurations is not in it.

#[cfg(all(feature = "allocator", target_family = "wasm"))]
mod allocator;
mod auth0;
#[cfg(feature = "compile")]
mod compile;
mod convert;
#[cfg(feature = "plan")]
mod engine;
mod executor;
#[cfg(feature = "tools")]
mod explain;
#[cfg(feature = "fetch")]
mod fetch;
#[cfg(feature = "handler")]
pub mod handler;
mod host;
mod io;
#[cfg(feature = "plan")]
mod login;
mod problems;

#[cfg(feature = "compile")]
pub use compile::{check_live, compile, evaluate, pieces};
#[cfg(feature = "plan")]
pub use engine::ActionEngine;
pub use executor::{answered, settled};
#[cfg(feature = "tools")]
pub use explain::{Explainer, LoginSeen};
pub use host::JsHost;
pub use io::{Io, JsApi};
