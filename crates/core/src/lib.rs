//! The logic of Claimsmith: calls the backend and builds claims from the answers.
//!
//! Data flows one way. A [`Plan`] is a configuration that was compiled, and an [`Engine`] runs it. At each login the
//! engine calls the backend through a [`Host`], builds claims from the answers, and returns a [`Decision`]; its
//! caller applies it. The login is decided whole before anything is applied.
//!
//! To write the logic in Rust, enable the feature `client`: a `Client` makes the calls, with the same tokens,
//! retries and breakers, and `Effects` collects the calls of `api`.
//!
//! Left out, and why: JavaScript, sockets, clocks and randomness. They come through [`Host`], so that all of it runs
//! in a plain test, with hours passing in microseconds. Reading configurations: that is `claimsmith-compile`, which the
//! file that is pasted goes without.
//!
//! The modules stand in groups, and each uses those below its group only, or of its own group without a circle.
//! `./build.sh lint` reads their `use` lines and holds them to it.

// A login as a whole.
mod engine;

// Its steps: sources are asked, claims are built.
mod gather;
mod mapping;
mod rules;
mod warning;

// Logic written in Rust, in place of a plan.
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
mod effects;

// Inputs and outputs.
mod decision;
mod facts;
mod gathered;
mod login;
mod now;
mod settings;

// Calls: one with all its attempts, and the state of endpoints that instances share.
mod answers;
mod assertion;
mod breaker;
mod call;
mod exchange;
mod refusal;
mod retry;
mod shared_state;
mod signing;
mod token_store;

// Requests and answers. Nothing here sends.
mod grant;
pub mod source;
mod tls;

// Plans.
mod fingerprint;
pub mod limits;
pub mod plan;

// The parts of plans.
pub mod template;
pub mod token;
pub mod trigger;
pub mod url;

// Types that every module may use.
pub mod report;

pub mod claim_type;
pub mod digest;
mod encode;
pub mod error;
pub mod event;
pub mod host;
pub mod http;
pub mod mfa;
mod moment;
pub mod names;
mod secret;
pub mod target;
mod task;
pub mod text;
pub mod words;

pub use claimsmith_expression as expression;
#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "explain")]
pub use decision::Seen;
pub use decision::{Change, DENY_REASON, Decision, Effect, Subject};
#[cfg(feature = "client")]
pub use effects::{Effects, MfaDemand, MfaFacts, TargetState};
pub use engine::Engine;
pub use error::{Code, Error};
pub use fingerprint::fingerprint;
pub use host::Host;
pub use login::Login;
pub use plan::Plan;
pub use report::Report;
pub use secret::{Secret, Secrets};
pub use target::Target;
pub use trigger::Trigger;
#[cfg(feature = "client")]
pub use warning::warn_of_dropped_claims;
