//! The decision of a login: the calls of `api` to make, and the report.

use std::rc::Rc;

use claimsmith_expression::Value;

use crate::error::{Code, Error};
use crate::mfa::Mfa;
use crate::report::{LeftOut, OutcomeKind, Report, ScopesReport, SessionReport};
use crate::target::Target;
use crate::text::{claim_path, rule_path};

/// The text that a user reads when the login is denied because something failed. Names no system.
pub const DENY_REASON: &str = "We could not complete your login. Please try again later.";

/// The calls of `api` to make, and the report.
#[derive(Debug)]
pub struct Decision {
    /// The calls of `api`, in this order.
    pub effects: Vec<Effect>,
    /// The report of the login.
    pub report: Report,
    /// What expressions saw; nothing where the logic was written in Rust.
    #[cfg(feature = "explain")]
    pub seen: Seen,
}

/// What the expressions of a login saw, at its end. It holds no secrets.
#[cfg(feature = "explain")]
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// By claims, and by the conditions of claims and sources: a source that was not asked is null.
    pub lenient: Value,
    /// By rules and templates: a source that was not asked is unavailable.
    pub strict: Value,
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
    /// Change the session or the refresh token.
    ChangeSession {
        /// Which of both.
        subject: Subject,
        /// The change.
        change: Change,
        /// The rule's place in its list.
        rule: usize,
    },
    /// Demand a further factor.
    DemandMfa {
        /// The demand.
        mfa: Mfa,
        /// True where the login is denied if `api` refuses.
        is_required: bool,
        /// The rule's place in its list.
        rule: usize,
    },
    /// Deny the login.
    Deny {
        /// The text that the user reads.
        reason: Rc<str>,
        /// True where something failed, false where a rule of the configuration holds.
        is_failure: bool,
    },
}

/// What the rules of a session are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The session.
    Session,
    /// The refresh token.
    RefreshToken,
}

impl Subject {
    /// Returns its key in a configuration, in the event and in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Subject::Session => "session",
            Subject::RefreshToken => "refresh_token",
        }
    }

    /// Returns the object below `api` whose methods change it.
    pub fn owner(self) -> &'static str {
        match self {
            Subject::Session => "session",
            Subject::RefreshToken => "refreshToken",
        }
    }
}

/// A change of a session or a refresh token.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It expires then, in milliseconds since the epoch.
    ExpiresAt(f64),
    /// It expires then, if it is not used before.
    IdleExpiresAt(f64),
    /// It ends, for this reason.
    Revoke(Rc<str>),
}

impl Decision {
    /// Returns a decision whose report lists the effects.
    pub(crate) fn new(effects: Vec<Effect>, report: Report) -> Decision {
        let mut decision = Decision {
            effects,
            report,
            #[cfg(feature = "explain")]
            seen: Seen::default(),
        };
        decision.report_effects(&[]);
        decision
    }

    /// Puts a denial in place of what follows an effect that `api` refused, and without which the login must not go on.
    pub fn deny_after(&mut self, index: usize) {
        self.effects.truncate(index.saturating_add(1));
        self.effects.push(Effect::Deny { reason: DENY_REASON.into(), is_failure: true });
    }

    /// Records in the report the effects that `api` refused, by their indexes.
    pub fn note_refused(&mut self, refused: &[usize]) {
        if refused.is_empty() {
            return;
        }
        self.report_effects(refused);
        let report = &mut self.report;
        report.denied = self.effects.iter().any(|effect| matches!(effect, Effect::Deny { .. }));
        report.outcome = match report.outcome {
            _ if report.denied => OutcomeKind::Denied,
            OutcomeKind::Enriched => OutcomeKind::Partial,
            other => other,
        };
        for effect in refused.iter().filter_map(|index| self.effects.get(*index)) {
            let mut error = Error::new(Code::ApiRefused, "Auth0's api refused what was decided");
            match effect {
                Effect::SetClaim { target, name, .. } => {
                    let reason = error.code.as_str();
                    report.claims.left_out.push(LeftOut {
                        claim: (**name).to_owned(),
                        reason,
                        target: Some(*target),
                        source: None,
                    });
                    error = error.at(&claim_path(name));
                }
                Effect::ChangeSession { subject, rule, .. } => {
                    error = error.at(&rule_path(subject.as_str(), *rule));
                }
                Effect::DemandMfa { rule, .. } => error = error.at(&rule_path("mfa", *rule)),
                Effect::ChangeScope { .. } | Effect::Deny { .. } => {}
            }
            report.errors.push(error);
        }
    }

    /// Writes the effects into the report, but for those that were refused.
    fn report_effects(&mut self, refused: &[usize]) {
        let Report { claims, scopes, mfa, session, refresh_token, .. } = &mut self.report;
        claims.set.clear();
        *scopes = ScopesReport::default();
        *mfa = None;
        (*session, *refresh_token) = (SessionReport::default(), SessionReport::default());
        for (index, effect) in self.effects.iter().enumerate() {
            if refused.contains(&index) {
                continue;
            }
            let (names, name) = match effect {
                Effect::SetClaim { name, .. } => (&mut claims.set, name),
                Effect::ChangeScope { scope, adds: true } => (&mut scopes.added, scope),
                Effect::ChangeScope { scope, .. } => (&mut scopes.removed, scope),
                Effect::ChangeSession { subject, change, .. } => {
                    let report = match subject {
                        Subject::Session => &mut *session,
                        Subject::RefreshToken => &mut *refresh_token,
                    };
                    match change {
                        Change::ExpiresAt(at_ms) => report.expires_at = Some(*at_ms),
                        Change::IdleExpiresAt(at_ms) => report.idle_expires_at = Some(*at_ms),
                        Change::Revoke(_) => report.revoked = true,
                    }
                    continue;
                }
                Effect::DemandMfa { mfa: demanded, .. } => {
                    *mfa = Some(demanded.clone());
                    continue;
                }
                Effect::Deny { .. } => continue,
            };
            // A claim with several targets comes several times, one after the other.
            if names.last().is_none_or(|last| **last != **name) {
                names.push((**name).to_owned());
            }
        }
    }
}
