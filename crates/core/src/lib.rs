//! The logic of Claimsmith: what to ask, and which claims to build from the answers.
//!
//! Data flows one way. A [`Config`] is read once and kept in an [`Engine`]. At each login the engine
//! asks the backend through a [`Host`], builds claims from the answers, and returns a [`Decision`];
//! whoever called applies it. The login is decided whole before anything is applied.
//!
//! Who would rather write code takes the feature `client`: it asks with a `Client`, which has the same tokens,
//! retries and breakers, and puts what is to be done into `Effects`.
//!
//! Left out, and why: JavaScript, sockets, clocks and chance. They come through [`Host`], so that
//! everything here runs in a plain test, with hours passing in microseconds.

mod answers;
mod assertion;
mod breaker;
mod call;
mod digest;
#[cfg(feature = "client")]
mod effects;
mod encode;
mod enrich;
mod error;
mod exchange;
mod gather;
mod limits;
mod mapping;
mod refusal;
mod retry;
mod rules;
mod secret;
mod shared_state;
mod task;
mod token_store;
mod warning;

pub mod claim;
#[cfg(feature = "client")]
pub mod client;
pub mod config;
pub mod host;
pub mod http;
pub mod report;
pub mod source;
pub mod template;
pub mod token;
pub mod url;

pub use claimsmith_expression as expression;
#[cfg(feature = "client")]
pub use client::Client;
pub use config::{Config, Trigger};
#[cfg(feature = "client")]
pub use effects::{Effects, TargetState};
pub use enrich::{DENY_REASON, Decision, Effect, Engine, Login};
pub use error::{Code, Error};
pub use host::Host;
pub use report::Report;
pub use secret::{Secret, Secrets};
