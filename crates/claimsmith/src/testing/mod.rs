//! Handlers in `cargo test`: a tenant in memory, whose API gives scripted answers and whose clock waits for nobody.
//!
//! Only native builds have it: nothing of it is in the module.
//!
//! ```
//! # use claimsmith::prelude::*;
//! use claimsmith::testing::{Answers, Fault, Tenant};
//!
//! # #[derive(Default)]
//! # struct PlanClaim;
//! # impl Handler for PlanClaim {
//! #     type Error = Error;
//! #     async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
//! #         let user = event.user().user_id().unwrap_or_default();
//! #         let call = Call::get(&event.url("API_URL", &["users", &user])?).with_token(&event.grant()?);
//! #         let profile = session.fetch(&call.named("profile")).await?;
//! #         api.set_custom_claim(Target::IdToken, "https://example.com/plan", profile["plan"].clone())
//! #     }
//! # }
//! let answers = Answers::new()
//!     .get("/users/auth0|ann", r#"{ "plan": "gold" }"#)
//!     .get("/users/auth0|bob", Fault::Refused);
//! let tenant = Tenant::<PlanClaim>::new(answers).api("https://api.example.com");
//!
//! let login = tenant.login(r#"{ "user": { "user_id": "auth0|ann" } }"#);
//! assert_eq!(login.claim(Target::IdToken, "https://example.com/plan"), "gold".into());
//! assert_eq!(login.calls()[1].token(), Some("token-1"));
//!
//! let login = tenant.login(r#"{ "user": { "user_id": "auth0|bob" } }"#);
//! assert_eq!(login.errors(), ["transport_failed@profile"]);
//! ```

#![expect(clippy::panic, reason = "what fails here fails the test")]

mod login;
mod tenant;

pub use crate::platform::{Answers, Fault, Reply, Sent};
pub use claimsmith_core::mfa::Mfa as DemandedMfa;
pub use claimsmith_core::report::{OutcomeKind, SessionReport, SourceReport};
pub use login::Login;
pub use tenant::Tenant;
