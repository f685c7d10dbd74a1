//! A claim, compiled.

use claimsmith_expression::plain_struct;
use std::rc::Rc;

use claimsmith_expression::{Expression, Value};

use super::Signing;
use crate::claim_type::ClaimType;
use crate::target::Target;

/// One claim.
#[derive(Clone, Debug)]
pub struct ClaimPlan {
    /// The claim's name.
    pub name: Rc<str>,
    /// Its value.
    pub value: Expression,
    /// The targets that it is set on.
    pub targets: Vec<Target>,
    /// The type that the value must have.
    pub kind: Option<ClaimType>,
    /// The signature that is set in place of the value.
    pub signing: Option<Signing>,
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
}

plain_struct!(ClaimPlan {
    name,
    value,
    targets,
    kind,
    signing,
    default,
    required,
    when,
    priority,
    reads,
    values
});
