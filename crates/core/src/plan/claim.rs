//! A claim, compiled.

use claimsmith_expression::plain_struct;
use std::rc::Rc;

use claimsmith_expression::{Expression, Value};

use super::Signing;
use crate::claim_type::ClaimType;
use crate::target::Target;
use crate::template::{Part, Template};

/// One claim, or one of the entries of a claim.
#[derive(Clone, Debug)]
pub struct ClaimPlan {
    /// The claim's name, over `settings`.
    pub name: Template,
    /// The name as it is written, where it has parts to fill in.
    pub written: Option<Rc<str>>,
    /// The entry's place in the list of the claim's entries.
    pub entry: Option<usize>,
    /// Its value.
    pub value: Expression,
    /// The targets that it is set on.
    pub targets: Vec<Target>,
    /// The type that the value must have.
    pub kind: Option<ClaimType>,
    /// The signature that is set in place of the value.
    pub signing: Option<Signing>,
    /// True where each member of the value is a claim of its own, whose name begins with this one's.
    pub spreads: bool,
    /// True where it is set although the login is denied.
    pub if_denied: bool,
    /// The value that is set where there is no other. It is never signed.
    pub default: Value,
    /// True where the login is denied if the claim has no value.
    pub required: bool,
    /// The condition of the claim; left out, it is always set.
    pub when: Option<Expression>,
    /// The priority: from a token that is too large, the lowest is dropped first.
    pub priority: i32,
    /// The sources that `value` and `when` read, themselves or through values, as indexes.
    pub reads: Vec<usize>,
    /// The values that they read, as indexes.
    pub values: Vec<usize>,
}

impl ClaimPlan {
    /// Further than anybody ranks claims, up and down; a bound makes a slip show.
    pub const MAX_PRIORITY: u32 = 1_000_000;
    /// The most members of a value that is spread.
    pub const MAX_SPREAD: usize = 50;

    /// Returns the name, where it is the same at each login and of one claim.
    pub fn fixed_name(&self) -> Option<&str> {
        match self.name.parts() {
            [Part::Literal(name)] if !self.spreads => Some(name),
            _ => None,
        }
    }
}

plain_struct!(ClaimPlan {
    name,
    written,
    entry,
    value,
    targets,
    kind,
    signing,
    spreads,
    if_denied,
    default,
    required,
    when,
    priority,
    reads,
    values,
});
