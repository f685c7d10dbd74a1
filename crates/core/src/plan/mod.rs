//! A plan: a compiled configuration. Plain data, and all that a login needs of the configuration.
//!
//! It is made on a laptop or where the npm package loads (`claimsmith-compile`), and run by [`Engine`](crate::Engine).
//! Whatever can be known before a login is worked out in it.

mod claim;
mod encoding;
mod live;
mod rules;
mod setting;
mod signing;
mod source;
mod token;
mod value;

use claimsmith_expression::plain_struct;
use std::rc::Rc;

use claimsmith_expression::{Expression, Value};

use crate::target::Target;
use crate::trigger::Trigger;
use crate::words::words;

pub use claim::ClaimPlan;
pub use encoding::VERSION;
pub use live::Live;
pub use rules::{
    Demand, DenyRule, MfaRule, OnUndecidedDeny, OnUndecidedMfa, OnUndecidedScope, ScopeRule, Scopes,
    SessionChange, SessionRule,
};
pub use setting::{Setting, SettingPlan, SettingType};
pub use signing::{CodeEncoding, Hash, HmacPlan, JwtAlgorithm, JwtPlan, SecretEncoding, Signing};
pub use source::{AnswerFormat, Body, CachePlan, OnError, OnNotFound, SourcePlan};
pub use token::{ClientAuth, TokenPlan};
pub use value::ValuePlan;

/// The time that a login may take, in milliseconds.
pub const DEADLINE_MS: Bounds = Bounds { least: 100, most: 15_000, default: 5_000 };
/// The timeout of one call, in milliseconds.
pub const TIMEOUT_MS: Bounds = Bounds { least: 1, most: 15_000, default: 2_000 };

/// The bounds of a whole number of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The minimum.
    pub least: u32,
    /// The maximum.
    pub most: u32,
    /// The default.
    pub default: u32,
}

impl Bounds {
    /// Reads a value as such a number; `None` where it is out of bounds.
    pub fn read(self, value: &Value) -> Option<u32> {
        let number = value.as_number().filter(|number| number.is_integer())?.as_f64();
        if !(f64::from(self.least)..=f64::from(self.most)).contains(&number) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and within the bounds"
        )]
        Some(number as u32)
    }
}

words! {
    /// Decides whether anything is set.
    pub enum Mode {
        /// Sets what is built.
        Enforce = "enforce",
        /// Asks and builds everything, sets nothing and denies no login; the report says what would have been.
        Shadow = "shadow",
    }
}

/// The most bytes of the claims of a token together: their names, and their values as JSON.
///
/// Auth0 fails a login past 100 kB, and browsers and servers refuse headers long before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the access token, in bytes.
    pub access_token_bytes: u32,
    /// Of the ID token, in bytes.
    pub id_token_bytes: u32,
}

impl Limits {
    /// The bounds of each.
    pub const BYTES: Bounds = Bounds { least: 1, most: 100_000, default: 8_192 };
}

/// A configuration, compiled.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Identifies the configuration and the version that compiled it: 16 hexadecimal digits.
    pub fingerprint: String,
    /// The trigger of the Action.
    pub trigger: Trigger,
    /// The mode: `enforce` or `shadow`.
    pub mode: Mode,
    /// The time that a login may take, in milliseconds: [`DEADLINE_MS`].
    pub deadline_ms: u32,
    /// The condition of it all; where it does not hold, nothing is asked, decided or set.
    pub when: Option<Expression>,
    /// The values that `when` reads, as indexes.
    pub when_values: Vec<usize>,
    /// The settings, by name.
    pub settings: Vec<SettingPlan>,
    /// The values, by name. Each comes after those that it reads, and so do indexes of values everywhere.
    pub values: Vec<ValuePlan>,
    /// True where anything reads `now`.
    pub reads_now: bool,
    /// True where anything reads `calls`.
    pub reads_calls: bool,
    /// The grants of access tokens for the backend, by name.
    pub tokens: Vec<TokenPlan>,
    /// The calls of the backend, by name.
    pub sources: Vec<SourcePlan>,
    /// The claims to build, by name.
    pub claims: Vec<ClaimPlan>,
    /// The scopes to add and to remove, in this order.
    pub scopes: Vec<ScopeRule>,
    /// The rules that deny a login; the first that holds counts.
    pub deny: Vec<DenyRule>,
    /// The values that rules read which are decided before any call, as indexes.
    pub early_values: Vec<usize>,
    /// The values that rules read, as indexes.
    pub rule_values: Vec<usize>,
    /// The rules that demand a further factor; the first that holds counts.
    pub mfa: Vec<MfaRule>,
    /// The rules about the session; each that holds counts.
    pub session: Vec<SessionRule>,
    /// The same about the refresh token.
    pub refresh_token: Vec<SessionRule>,
    /// The size limits of the tokens.
    pub limits: Limits,
    /// The parts of the event that anything above reads, each a chain of member names.
    pub event_reads: Vec<Vec<Rc<str>>>,
    /// The secrets that anything above reads.
    pub secrets: Vec<Rc<str>>,
}

impl Plan {
    /// Returns whether a login may be denied where things go wrong: a source says so, a claim is required, a rule that
    /// is undecided denies, or one demands a further factor.
    pub fn denies_on_failure(&self) -> bool {
        self.mode == Mode::Enforce
            && (self.sources.iter().any(|source| source.on_error == OnError::Deny)
                || self.claims.iter().any(|claim| claim.required)
                || self.deny.iter().any(|rule| rule.denies_undecided)
                || self.mfa.iter().any(|rule| rule.requires)
                || [&self.session, &self.refresh_token]
                    .iter()
                    .any(|rules| rules.iter().any(|rule| rule.denies_undecided)))
    }

    /// Returns whether any claim goes there.
    pub fn has_target(&self, target: Target) -> bool {
        self.claims.iter().any(|claim| claim.targets.contains(&target))
    }
}

plain_struct!(Limits { access_token_bytes, id_token_bytes });

plain_struct!(Plan {
    fingerprint,
    trigger,
    mode,
    deadline_ms,
    when,
    when_values,
    settings,
    values,
    reads_now,
    reads_calls,
    tokens,
    sources,
    claims,
    scopes,
    deny,
    early_values,
    rule_values,
    mfa,
    session,
    refresh_token,
    limits,
    event_reads,
    secrets,
});
