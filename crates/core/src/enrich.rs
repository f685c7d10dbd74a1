//! One login, from its event to a decision.

use std::rc::Rc;

use claimsmith_expression::Value;

use crate::claim::Target;
use crate::config::Config;
use crate::gather::{Shared, gather};
use crate::host::Host;
use crate::mapping::map;
use crate::report::{ClaimsReport, OutcomeKind, Report, rounded};
use crate::secret::Secrets;

/// What a user reads when the login is denied because something failed. Names no system.
pub const DENY_REASON: &str = "We could not complete your login. Please try again later.";

/// A configuration with what its logins have learnt: tokens, answers, and what is out of order. One engine serves many logins at once.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    shared: Shared,
}

/// What one login brings.
#[derive(Debug, Default)]
pub struct Login {
    /// The parts of the event that [`Config::event_reads`] names.
    pub event: Value,
    /// The secrets that [`Config::secrets`] names, as far as the Action has them.
    pub secrets: Secrets,
}

/// What is to be done, and what was done to find out.
#[derive(Debug)]
pub struct Decision {
    /// What is to be done to `api`, in this order.
    pub effects: Vec<Effect>,
    /// What happened.
    pub report: Report,
}

/// One thing to be done to `api`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// Set a claim.
    SetClaim {
        /// On which token.
        target: Target,
        /// The claim's name.
        name: Rc<str>,
        /// Its value: plain JSON, never null.
        value: Value,
    },
    /// Deny the login, with this reason for the user.
    Deny(String),
}

impl Engine {
    /// An engine that has seen no login yet.
    pub fn new(config: Config) -> Engine {
        Engine { config, shared: Shared::default() }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Decides one login. Never fails: what goes wrong is in the report, and the decision follows the
    /// failure policy. Ends by `deadline_ms`.
    pub async fn enrich<H: Host>(&self, host: &H, login: Login) -> Decision {
        let started_ms = host.monotonic_ms();
        let gathered = gather(&self.config, &self.shared, host, login).await;
        let mapped = map(&self.config, &gathered.scope);
        let denies = gathered.denies || mapped.denies;
        let mut errors = gathered.errors;
        errors.extend(mapped.errors);
        let outcome = if denies {
            OutcomeKind::Denied
        } else if errors.is_empty() {
            OutcomeKind::Enriched
        } else if mapped.effects.is_empty() {
            OutcomeKind::Skipped
        } else {
            OutcomeKind::Partial
        };
        let report = Report {
            outcome,
            duration_ms: rounded(host.monotonic_ms() - started_ms),
            correlation_id: gathered.correlation_id,
            tokens: gathered.tokens,
            sources: gathered.sources,
            claims: if denies { ClaimsReport::default() } else { mapped.claims },
            errors,
            warnings: gathered.warnings,
        };
        let effects = if denies { vec![Effect::Deny(DENY_REASON.to_owned())] } else { mapped.effects };
        Decision { effects, report }
    }
}
