//! Rules, compiled: `scopes`, `deny`, `mfa`, `session` and `refresh_token`.

use claimsmith_expression::{plain_enum, plain_struct};
use std::rc::Rc;

use claimsmith_expression::{Expression, Value};

use super::Bounds;
use crate::mfa::{Factor, Provider};
use crate::template::Template;
use crate::words::words;

/// One change to the scopes of the access token.
#[derive(Clone, Debug)]
pub struct ScopeRule {
    /// The scopes.
    pub scopes: Scopes,
    /// True where they are added, false where they are removed.
    pub adds: bool,
    /// The condition of the change; left out, it is always made.
    pub when: Option<Expression>,
    /// True where the change is made although `when` is undecided. A scope is never added then.
    pub applies_undecided: bool,
}

/// The scopes of a rule.
#[derive(Clone, Debug)]
pub enum Scopes {
    /// This one.
    One(Rc<str>),
    /// What the expression gives: a text, or a list of texts.
    Listed(Expression),
}

/// One reason to deny a login.
#[derive(Clone, Debug)]
pub struct DenyRule {
    /// The login is denied where this holds.
    pub when: Expression,
    /// The text that the user reads, over all that expressions see.
    pub reason: Template,
    /// True where the login is denied although `when` is undecided.
    pub denies_undecided: bool,
    /// True where `when` or `reason` reads a source. Other rules are decided before any call.
    pub reads_source: bool,
}

/// One demand of a further factor.
#[derive(Clone, Debug)]
pub struct MfaRule {
    /// The condition; left out, it always holds.
    pub when: Option<Expression>,
    /// What is demanded.
    pub demand: Demand,
    /// True where it is demanded although the login has had a further factor, or has nobody to ask.
    pub always: bool,
    /// True where it is demanded although `when` is undecided, and the login is denied where it cannot be.
    pub requires: bool,
}

/// What a rule demands.
#[derive(Clone, Debug)]
pub enum Demand {
    /// Any factor of a provider; whether the browser may be remembered is Auth0's to say where that is left out.
    Enable(Provider, Option<bool>),
    /// One of the first factors, where the user has it; else one of the second is enrolled.
    Challenge(Vec<Factor>, Vec<Factor>),
}

/// One rule about the session or the refresh token.
#[derive(Clone, Debug)]
pub struct SessionRule {
    /// The condition; left out, it always holds.
    pub when: Option<Expression>,
    /// What is done.
    pub change: SessionChange,
    /// True where the login is denied although the condition of a rule that revokes is undecided.
    pub denies_undecided: bool,
}

/// What a rule does to the session or the refresh token.
#[derive(Clone, Debug)]
pub enum SessionChange {
    /// Its lifetime, and its lifetime without use, each in seconds from now.
    Expires(Option<Expression>, Option<Expression>),
    /// It is revoked, and the login is denied with this text.
    Revoke(Template),
}

impl SessionRule {
    /// The bounds of a lifetime, in seconds; 0 where it is left out.
    pub const EXPIRES_IN_S: Bounds = Bounds { least: 1, most: 315_360_000, default: 0 };
}

words! {
    /// The effect of a rule that removes a scope and is undecided.
    pub enum OnUndecidedScope {
        /// It stays.
        Keep = "keep",
        /// It is removed.
        Remove = "remove",
    }
}

words! {
    /// The effect of a `deny` rule, or one that revokes, that is undecided.
    pub enum OnUndecidedDeny {
        /// It is denied.
        Deny = "deny",
        /// It goes on.
        Skip = "skip",
    }
}

words! {
    /// The effect of an `mfa` rule that is undecided, or whose factor cannot be demanded.
    pub enum OnUndecidedMfa {
        /// The factor is demanded; where that cannot be, the login is denied.
        Require = "require",
        /// The login goes on without it.
        Skip = "skip",
    }
}

plain_struct!(ScopeRule { scopes, adds, when, applies_undecided });

plain_enum!(Scopes { 0 => One(scope), 1 => Listed(value) } else Scopes::One("".into()));

plain_struct!(DenyRule { when, reason, denies_undecided, reads_source });

plain_struct!(MfaRule { when, demand, always, requires });

plain_enum!(Demand {
    0 => Enable(provider, remembers),
    1 => Challenge(factors, enrolls),
} else Demand::Challenge(Vec::new(), Vec::new()));

plain_struct!(SessionRule { when, change, denies_undecided });

plain_enum!(SessionChange {
    0 => Expires(expires_in_s, idle_expires_in_s),
    1 => Revoke(reason),
} else SessionChange::Expires(None, None));

impl SessionRule {
    /// Reads a lifetime in seconds: a number, or a text of digits, as metadata has it.
    pub(crate) fn seconds(value: &Value) -> Option<f64> {
        let number = match value {
            Value::String(text) => claimsmith_expression::Number::from_text(text)?.as_f64(),
            _ => value.as_number()?.as_f64(),
        };
        let Bounds { least, most, .. } = SessionRule::EXPIRES_IN_S;
        (f64::from(least)..=f64::from(most)).contains(&number).then_some(number)
    }
}
