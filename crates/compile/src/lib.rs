//! Compiles configurations: one JSON object as people write it to a [`Plan`], or everything that is wrong with it.
//!
//! It runs on a laptop and where the npm package loads; the file that is pasted carries plans only.
//!
//! ```
//! use claimsmith_compile::compile;
//! use claimsmith_core::Trigger;
//! use claimsmith_core::expression::json;
//!
//! let config = json::read(br#"{ "claims": { "https://example.com/plan": "event.user.app_metadata.plan" } }"#)?;
//! let plan = compile(&config, Trigger::PostLogin).expect("it is right").plan;
//! assert_eq!(plan.claims.len(), 1);
//!
//! let config = json::read(br#"{ "claims": { "plan": "event.user." } }"#)?;
//! let problems = compile(&config, Trigger::PostLogin).unwrap_err();
//! assert_eq!(problems[0].path, "claims.plan");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod circles;
mod claims;
mod configuration;
mod explain;
mod expressions;
mod graphql;
mod headers;
#[cfg(feature = "warnings")]
mod hints;
mod named;
mod nearest;
mod parts;
mod problem;
mod reader;
mod reads;
mod requests;
mod rules;
mod scope;
mod secrets;
mod settings;
mod signing;
mod sources;
mod template;
mod tls;
mod tokens;
mod url;
mod values;
#[cfg(feature = "warnings")]
mod warnings;

#[cfg(feature = "schema")]
pub mod schema;

// What an event has, and what names are taken: the reader, warnings and the schema know it.
#[cfg(feature = "warnings")]
mod events;
mod roots;

use claimsmith_core::{Error, Plan, Trigger};
use claimsmith_expression::Value;

pub use explain::{Documents, explain};
pub use parts::{Part, function, parts};
pub use problem::{in_expression, not_compiled};
use reader::{Node, Problems};
use scope::Scope;

pub use secrets::{SecretKind, SecretUse, hosts, secret_uses, tls_places};
pub use template::parse_template;
pub use url::parse_url;
#[cfg(feature = "warnings")]
pub use warnings::{Warning, WarningCode};

/// A valid configuration, compiled.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The plan.
    pub plan: Plan,
    #[cfg(feature = "warnings")]
    scope: Scope,
}

#[cfg(feature = "warnings")]
impl Compiled {
    /// Returns what is allowed and likely wrong in the configuration that this was compiled of, each with its place. To
    /// look for it takes several times as long as to compile.
    pub fn warnings(&self, config: &Value) -> Vec<Warning> {
        warnings::warnings(config, &self.plan, &self.scope)
    }
}

/// Compiles a configuration for the trigger that is to run it.
///
/// # Errors
/// Every problem that was found, in no promised order. A message may have further lines, which show the expression and
/// point at the column.
pub fn compile(config: &Value, trigger: Trigger) -> Result<Compiled, Vec<Error>> {
    let problems = Problems::default();
    let nothing = Scope::default();
    let (plan, scope) = configuration::read(&Node::root(config, &problems, &nothing), trigger);
    let problems = problems.into_vec();
    if !problems.is_empty() {
        return Err(problems);
    }
    #[cfg(not(feature = "warnings"))]
    drop(scope);
    Ok(Compiled {
        plan,
        #[cfg(feature = "warnings")]
        scope,
    })
}
