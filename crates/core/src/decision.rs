//! The decision of a login: the calls of `api` to make, and the report.

use std::rc::Rc;

use claimsmith_expression::Value;

use crate::error::{Code, Error};
use crate::report::{LeftOut, OutcomeKind, Report, ScopesReport};
use crate::target::Target;
use crate::text::claim_path;

/// The text that a user reads when the login is denied because something failed. Names no system.
pub const DENY_REASON: &str = "We could not complete your login. Please try again later.";

/// The calls of `api` to make, and the report.
#[derive(Debug)]
pub struct Decision {
    /// The calls of `api`, in this order.
    pub effects: Vec<Effect>,
    /// The report of the login.
    pub report: Report,
}

/// One call of `api`.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Set a claim.
    SetClaim {
        /// The target.
        target: Target,
        /// The claim's name.
        name: Rc<str>,
        /// Its value: plain JSON, never null.
        value: Value,
    },
    /// Change the scopes of the access token.
    ChangeScope {
        /// The scope.
        scope: Rc<str>,
        /// True where the scope is added, false where it is removed.
        adds: bool,
    },
    /// Deny the login.
    Deny {
        /// The text that the user reads.
        reason: Rc<str>,
        /// True where something failed, false where a rule of the configuration holds.
        is_failure: bool,
    },
}

impl Decision {
    /// Returns a decision whose report lists the effects.
    pub(crate) fn new(effects: Vec<Effect>, report: Report) -> Decision {
        let mut decision = Decision { effects, report };
        decision.report_effects(&[]);
        decision
    }

    /// Records in the report the effects that `api` refused, by their indexes.
    pub fn note_refused(&mut self, refused: &[usize]) {
        if refused.is_empty() {
            return;
        }
        self.report_effects(refused);
        let report = &mut self.report;
        report.outcome = match report.outcome {
            OutcomeKind::Enriched => OutcomeKind::Partial,
            other => other,
        };
        for effect in refused.iter().filter_map(|index| self.effects.get(*index)) {
            let mut error = Error::new(Code::ApiRefused, "Auth0's api refused what was decided");
            if let Effect::SetClaim { target, name, .. } = effect {
                let reason = error.code.as_str();
                report.claims.left_out.push(LeftOut {
                    claim: (**name).to_owned(),
                    reason,
                    target: Some(*target),
                    source: None,
                });
                error = error.at(&claim_path(name));
            }
            report.errors.push(error);
        }
    }

    /// Writes the effects into the report, but for those that were refused.
    fn report_effects(&mut self, refused: &[usize]) {
        let Report { claims, scopes, .. } = &mut self.report;
        claims.set.clear();
        *scopes = ScopesReport::default();
        for (index, effect) in self.effects.iter().enumerate() {
            let (names, name) = match effect {
                Effect::SetClaim { name, .. } => (&mut claims.set, name),
                Effect::ChangeScope { scope, adds: true } => (&mut scopes.added, scope),
                Effect::ChangeScope { scope, .. } => (&mut scopes.removed, scope),
                Effect::Deny { .. } => continue,
            };
            // A claim with several targets comes several times, one after the other.
            if !refused.contains(&index) && names.last().is_none_or(|last| **last != **name) {
                names.push((**name).to_owned());
            }
        }
    }
}
