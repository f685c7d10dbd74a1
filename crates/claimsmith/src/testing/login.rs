//! What became of a login.

use claimsmith_core::expression::Value;
use claimsmith_core::mfa::Mfa;
use claimsmith_core::{Decision, Effect, Report, Target};

use crate::platform::Sent;

/// What became of a login, or of a machine's token.
#[derive(Debug)]
pub struct Login {
    decision: Decision,
    calls: Vec<Sent>,
}

impl Login {
    pub(super) fn new(decision: Decision, calls: Vec<Sent>) -> Login {
        Login { decision, calls }
    }

    /// Returns a claim; null where it was not set.
    pub fn claim(&self, target: Target, name: &str) -> Value {
        let claims = self.claims(target).into_iter();
        claims.filter(|(known, _)| known == name).map(|(_, value)| value).next().unwrap_or_default()
    }

    /// Returns all claims of a target, in the order in which they were set.
    pub fn claims(&self, target: Target) -> Vec<(String, Value)> {
        let claim = |effect: &Effect| match effect {
            Effect::SetClaim { target: known, name, value } if *known == target => {
                Some(((**name).to_owned(), value.clone()))
            }
            Effect::SetClaim { .. }
            | Effect::ChangeScope { .. }
            | Effect::ChangeSession { .. }
            | Effect::DemandMfa { .. }
            | Effect::Deny { .. } => None,
        };
        self.decision.effects.iter().filter_map(claim).collect()
    }

    /// Reads a claim as a type.
    #[cfg(feature = "serde")]
    pub fn claim_as<T: serde::de::DeserializeOwned>(&self, target: Target, name: &str) -> T {
        match crate::data::from_value(&self.claim(target, name)) {
            Ok(claim) => claim,
            Err(error) => panic!("the claim `{name}` does not fit: {error}"),
        }
    }

    /// Returns the scopes that were added to the access token.
    pub fn scopes_added(&self) -> Vec<&str> {
        self.scopes(true)
    }

    /// Returns the scopes that were removed from it.
    pub fn scopes_removed(&self) -> Vec<&str> {
        self.scopes(false)
    }

    fn scopes(&self, added: bool) -> Vec<&str> {
        let effects = self.decision.effects.iter();
        let scopes = effects.filter_map(|effect| match effect {
            Effect::ChangeScope { scope, adds } if *adds == added => Some(&**scope),
            Effect::SetClaim { .. }
            | Effect::ChangeScope { .. }
            | Effect::ChangeSession { .. }
            | Effect::DemandMfa { .. }
            | Effect::Deny { .. } => None,
        });
        scopes.collect()
    }

    /// Returns the reason for which the login was denied; `None` where it goes on.
    pub fn denied(&self) -> Option<&str> {
        self.decision.effects.iter().find_map(|effect| match effect {
            Effect::Deny { reason, .. } => Some(&**reason),
            Effect::SetClaim { .. }
            | Effect::ChangeScope { .. }
            | Effect::ChangeSession { .. }
            | Effect::DemandMfa { .. } => None,
        })
    }

    /// Returns the further factor that was demanded.
    pub fn mfa(&self) -> Option<&Mfa> {
        self.report().mfa.as_ref()
    }

    /// Returns the failures, each as the log line has it: `source_status@entitlements`.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.report().errors.iter();
        errors.map(|error| format!("{}@{}", error.word(), error.path)).collect()
    }

    /// Returns the calls that it made, in their order, those for tokens too.
    pub fn calls(&self) -> &[Sent] {
        &self.calls
    }

    /// Returns the report. `session`, `refresh_token` and `sources` say what became of these.
    pub fn report(&self) -> &Report {
        &self.decision.report
    }

    /// Returns the log line.
    pub fn line(&self) -> String {
        self.report().line()
    }
}
