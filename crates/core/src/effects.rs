//! What code wants done to `api`, checked as it says so.

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::claim::{Target, has_unsafe_integer};
use crate::config::claim_path;
use crate::enrich::{DENY_REASON, Decision, Effect};
use crate::error::{Code, Error};
use crate::mapping::bytes_on;
use crate::report::{ClaimsReport, OutcomeKind, Report, ScopesReport};

/// Bytes of the claims of one token. Past that Auth0 fails the login.
const MAX_TOKEN_BYTES: usize = 100_000;

/// What is to be done to `api` when a login is decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects(Vec<Effect>);

impl Effects {
    /// Sets a claim, in place of one of the same name and target. Null is no value, so nothing is set.
    ///
    /// # Errors
    /// `claim_reserved` where Auth0 would drop the name without a word, `claim_type_mismatch` where the target
    /// takes no such value, `unsafe_integer`; `claims_too_large` where the claims of a token are over 100,000
    /// bytes together.
    pub fn set_claim(&mut self, target: Target, name: &str, value: Value) -> Result<(), Error> {
        if let Some((code, reason)) = target.refuses_name(name) {
            return Err(refused(code, name, &concat(&["`", name, "` ", reason])));
        }
        if value.is_null() {
            return Ok(());
        }
        if !target.takes(&value) {
            let message = concat(&["only strings, numbers and booleans go to `", target.as_str(), "`"]);
            return Err(refused(Code::ClaimTypeMismatch, name, &message));
        }
        if has_unsafe_integer(&value) {
            let message = "an integer beyond 2^53 - 1 would be rounded; set it as text";
            return Err(refused(Code::UnsafeInteger, name, message));
        }
        let is_other = |effect: &Effect| !matches!(effect, Effect::SetClaim { target: known, name: same, .. } if *known == target && **same == *name);
        let others: usize =
            self.0.iter().filter(|effect| is_other(effect)).map(|effect| bytes_of(effect, target)).sum();
        let effect = Effect::SetClaim { target, name: name.into(), value };
        if others.saturating_add(bytes_of(&effect, target)) > MAX_TOKEN_BYTES {
            let message = "the claims together are over 100,000 bytes, and Auth0 would fail the login";
            return Err(refused(Code::ClaimsTooLarge, name, message));
        }
        self.0.retain(is_other);
        self.0.push(effect);
        Ok(())
    }

    /// Adds a scope to the access token.
    pub fn add_scope(&mut self, scope: &str) {
        self.0.push(Effect::ChangeScope { scope: scope.into(), adds: true });
    }

    /// Removes a scope from the access token.
    pub fn remove_scope(&mut self, scope: &str) {
        self.0.push(Effect::ChangeScope { scope: scope.into(), adds: false });
    }

    /// Denies the login, whatever else is to be done. The first reason is the one that the user reads.
    pub fn deny(&mut self, reason: &str) {
        self.0.push(Effect::Deny { reason: reason.into(), is_failure: false });
    }

    /// The decision: these effects, or a denial alone. Where there is a failure, what was said before it counts
    /// for nothing: the login goes on as it is, or is denied where it `denies` then.
    pub fn decide(self, failure: Option<Error>, denies: bool) -> Decision {
        let denial = match &failure {
            Some(_) if denies => Some(Effect::Deny { reason: DENY_REASON.into(), is_failure: true }),
            Some(_) => None,
            None => self.0.iter().find(|effect| matches!(effect, Effect::Deny { .. })).cloned(),
        };
        let (outcome, effects) = match (denial, &failure) {
            (Some(denial), _) => (OutcomeKind::Denied, vec![denial]),
            (None, Some(_)) => (OutcomeKind::Skipped, Vec::new()),
            (None, None) => (OutcomeKind::Enriched, self.0),
        };
        Decision::new(
            effects,
            Report {
                outcome,
                duration_ms: 0.0,
                correlation_id: None,
                tokens: Vec::new(),
                sources: Vec::new(),
                claims: ClaimsReport::default(),
                scopes: ScopesReport::default(),
                errors: failure.into_iter().collect(),
                warnings: Vec::new(),
            },
        )
    }
}

fn bytes_of(effect: &Effect, on: Target) -> usize {
    match effect {
        Effect::SetClaim { target, name, value } if *target == on => {
            name.len().saturating_add(bytes_on(on, value))
        }
        _ => 0,
    }
}

fn refused(code: Code, name: &str, message: &str) -> Error {
    Error::new(code, message).at(&claim_path(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_expression::json;

    fn refusal(target: Target, name: &str, value: &str) -> Option<Code> {
        let value = json::read(value.as_bytes()).unwrap();
        Effects::default().set_claim(target, name, value).err().map(|error| error.code)
    }

    #[test]
    fn what_auth0_would_drop_or_round_is_refused_at_once() {
        assert_eq!(refusal(Target::IdToken, "https://example.com/plan", "\"gold\""), None);
        assert_eq!(refusal(Target::IdToken, "roles", "[]"), Some(Code::ClaimReserved));
        assert_eq!(refusal(Target::AppMetadata, "roles", "[]"), None);
        assert_eq!(refusal(Target::SamlResponse, "a", "{}"), Some(Code::ClaimTypeMismatch));
        assert_eq!(refusal(Target::IdToken, "a", "[9007199254740993]"), Some(Code::UnsafeInteger));
    }

    #[test]
    fn a_claim_is_set_once_a_target_and_null_is_no_value() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", "old".into()).unwrap();
        effects.set_claim(Target::AccessToken, "a", "other".into()).unwrap();
        effects.set_claim(Target::IdToken, "a", "new".into()).unwrap();
        effects.set_claim(Target::IdToken, "b", Value::Null).unwrap();
        let decision = effects.decide(None, false);
        let set: Vec<String> = decision.effects.iter().map(|effect| format!("{effect:?}")).collect();
        assert_eq!(set.len(), 2);
        assert!(set[0].contains("other") && set[1].contains("new"), "{set:?}");
        assert_eq!(decision.report.outcome, OutcomeKind::Enriched);
        assert_eq!(decision.report.claims.set, ["a"]);
    }

    #[test]
    fn claims_that_would_fail_the_login_are_refused() {
        let mut effects = Effects::default();
        let half = "x".repeat(MAX_TOKEN_BYTES / 2);
        effects.set_claim(Target::IdToken, "a", half.as_str().into()).unwrap();
        effects.set_claim(Target::AccessToken, "a", half.as_str().into()).unwrap();
        let error = effects.set_claim(Target::IdToken, "b", half.as_str().into()).unwrap_err();
        assert_eq!((error.code, &*error.path), (Code::ClaimsTooLarge, "claims.b"));
        // In place of the first it fits.
        effects.set_claim(Target::IdToken, "a", half.as_str().into()).unwrap();
    }

    #[test]
    fn a_denial_stands_alone_and_the_first_reason_counts() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", true.into()).unwrap();
        effects.deny("Blocked.");
        effects.deny("Again.");
        let decision = effects.decide(None, false);
        assert_eq!(decision.effects, [Effect::Deny { reason: "Blocked.".into(), is_failure: false }]);
        assert_eq!(decision.report.outcome, OutcomeKind::Denied);
        assert!(decision.report.claims.set.is_empty());
    }

    #[test]
    fn after_a_failure_nothing_is_done_but_what_is_meant_for_it() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", true.into()).unwrap();
        effects.add_scope("x");
        let failure = || Some(Error::new(Code::Timeout, "no answer"));
        let decision = effects.clone().decide(failure(), false);
        assert!(decision.effects.is_empty());
        assert_eq!(decision.report.outcome, OutcomeKind::Skipped);
        let decision = effects.decide(failure(), true);
        assert_eq!(decision.effects, [Effect::Deny { reason: DENY_REASON.into(), is_failure: true }]);
        assert_eq!(decision.report.errors[0].code, Code::Timeout);
    }
}
