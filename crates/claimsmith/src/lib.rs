//! Auth0 Actions in Rust: typed calls to an API of yours at each login, claims on the tokens, tests without a tenant.
//!
//! A [`Handler`] decides a login with three things: the [`Event`], Auth0's [`Api`], and a [`Session`] that makes calls.
//! [`export_handler!`] makes a WebAssembly module of it, `claimsmith bundle` a file to paste. In `cargo test` the same
//! handler runs natively, against a [`testing::Tenant`] with scripted answers.
//!
//! ```
//! use claimsmith::prelude::*;
//!
//! #[derive(Deserialize, PartialEq)]
//! #[serde(rename_all = "lowercase")]
//! enum Status {
//!     Active,
//!     Suspended,
//! }
//!
//! #[derive(Deserialize)]
//! struct Membership {
//!     account_id: String,
//!     status: Status,
//! }
//!
//! #[derive(Deserialize, Serialize)]
//! struct Entitlements {
//!     tier: String,
//!     seats: u32,
//! }
//!
//! #[derive(Default)]
//! struct Entitle;
//!
//! export_handler!(Entitle);
//!
//! impl Handler for Entitle {
//!     type Error = Error;
//!
//!     async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
//!         let user = event.user().user_id().ok_or(Error::own("no_user", "the login has no user"))?;
//!         let url = event.url("API_URL", &["v1", "memberships"])?.with_query("user", &user);
//!         let call = Call::get(&url).with_token(&event.grant()?).named("membership");
//!         let Some(member) = session.get::<Membership>(&call).await? else { return Ok(()) };
//!         if member.status == Status::Suspended {
//!             return Err(Error::denial("Your account is suspended."));
//!         }
//!         let url = event.url("API_URL", &["v1", "accounts", &member.account_id, "entitlements"])?;
//!         let call = Call::get(&url).with_token(&event.grant()?).named("entitlements");
//!         let Some(rights) = session.get::<Entitlements>(&call).await? else { return Ok(()) };
//!         api.claim(&[Target::AccessToken, Target::IdToken], "https://example.com/entitlements", &rights)?;
//!         if rights.tier == "enterprise" {
//!             api.add_scope("read:reports")?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! // In its tests:
//! use claimsmith::testing::{Answers, Tenant};
//!
//! let answers = Answers::new()
//!     .get("/v1/memberships?user=auth0|ann", r#"{ "account_id": "a1", "status": "active" }"#)
//!     .get("/v1/accounts/a1/entitlements", r#"{ "tier": "enterprise", "seats": 3 }"#);
//! let tenant = Tenant::<Entitle>::new(answers).api("https://api.example.com");
//! let login = tenant.login(r#"{ "user": { "user_id": "auth0|ann" } }"#);
//!
//! assert_eq!(login.errors(), [""; 0]);
//! assert_eq!(login.claim(Target::IdToken, "https://example.com/entitlements")["seats"], 3.into());
//! assert_eq!(login.scopes_added(), ["read:reports"]);
//! ```
//!
//! # Features
//!
//! None is on by default, and each only adds.
//!
//! | feature | what it brings |
//! |---|---|
//! | `serde` | types of your own: [`Session::get`], [`Event::read`], [`Api::claim`], [`Cache::json`]. Add `serde` with its feature `derive` to your dependencies |
//! | `allocator` | an allocator of 1.5 kB in place of the standard library's 8 kB |
//! | `serde-wasm-bindgen` | `from_js` and `to_js`, in a module: for values of JavaScript that your own imports give |
//!
//! # What holds for all of it
//!
//! - A login is decided whole before anything of it is done. Where the handler fails nothing is done, and the login goes
//!   on, or is denied by [`Handler::DENIES_ON_FAILURE`].
//! - What Auth0 would drop silently is an error: reserved names, values that a target does not take, keys that are too
//!   long.
//! - [`Code`], [`Method`], [`Factor`] and [`Provider`] are lists of words that grow with Auth0 and with this crate: the
//!   compiler asks for a `_` arm. [`Target`] and [`AuthMethod`] grow as well; of these it asks for none, since it names
//!   to this crate's own code where a new one must be decided. [`Grant`] may get fields: make it by [`Grant::new`] or
//!   [`Secrets::grant_of`], and set those that you need.

mod export;

// What runs handlers: a module, or tests.
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod module;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

// The Action.
mod handler;

// What it gets.
mod api;
mod session;

mod event;

// What it stands on.
mod platform;

#[cfg(feature = "serde")]
mod data;
pub mod prelude;
mod timestamp;

pub use api::{Api, Cache, Lifetime};
pub use claimsmith_core::client::{Call, Url};
pub use claimsmith_core::error::Details;
pub use claimsmith_core::expression::{Map, Number, Value};
pub use claimsmith_core::http::{Method, Response, Tls};
pub use claimsmith_core::mfa::{Factor, Provider};
pub use claimsmith_core::token::{Algorithm, AuthMethod, Grant, Signing, Token};
pub use claimsmith_core::{Code, Error, MfaDemand, Report, Secret, Target};
#[cfg(all(feature = "serde-wasm-bindgen", target_family = "wasm"))]
pub use data::{from_js, to_js};
#[cfg(feature = "serde")]
pub use data::{from_value, to_value};
pub use event::{Client, Connection, Event, Organization, Request, Secrets, Transaction, User};
pub use handler::{FromSecrets, Handler};
pub use session::Session;

/// JSON as text.
pub mod json {
    pub use claimsmith_core::expression::json::{JsonError, read, write};
}

/// Makes what values need of JavaScript ready: numbers as text, letter cases. A module of a handler does it by itself; a
/// WebAssembly unit test that reads or writes values without one calls it first. In a native build it does nothing.
pub fn init() {
    #[cfg(target_family = "wasm")]
    claimsmith_action::handler::lend();
}
pub use timestamp::Timestamp;

/// What the pages for users show is compiled and run.
#[cfg(all(doctest, feature = "serde", not(target_family = "wasm")))]
mod pages {
    #[doc = include_str!("../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/rust.md")]
    struct Guide;
}
