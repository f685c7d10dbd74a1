//! Rules, compiled: `scopes` and `deny`.

use claimsmith_expression::plain_struct;
use std::rc::Rc;

use claimsmith_expression::Expression;

use crate::words::words;

/// One change to the scopes of the access token.
#[derive(Clone, Debug)]
pub struct ScopeRule {
    /// The scope.
    pub scope: Rc<str>,
    /// True where the scope is added, false where it is removed.
    pub adds: bool,
    /// The condition of the change; left out, it is always made.
    pub when: Option<Expression>,
    /// True where the change is made although `when` is undecided. A scope is never added then.
    pub applies_undecided: bool,
}

/// One reason to deny a login.
#[derive(Clone, Debug)]
pub struct DenyRule {
    /// The login is denied where this holds.
    pub when: Expression,
    /// The text that the user reads.
    pub reason: Rc<str>,
    /// True where the login is denied although `when` is undecided.
    pub denies_undecided: bool,
    /// True where `when` reads a source. Other rules are decided before any call.
    pub reads_source: bool,
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
    /// The effect of a `deny` rule that is undecided.
    pub enum OnUndecidedDeny {
        /// It is denied.
        Deny = "deny",
        /// It goes on.
        Skip = "skip",
    }
}

plain_struct!(ScopeRule { scope, adds, when, applies_undecided });

plain_struct!(DenyRule { when, reason, denies_undecided, reads_source });
