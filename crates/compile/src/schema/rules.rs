//! `scopes` and `deny`: what a login is given, and whether it goes on.

use claimsmith_core::plan::{OnUndecidedDeny, OnUndecidedScope};
use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::values::{Expression, Scope};
use super::words::Words;

/// One change to the scopes of the access token: a scope to add, or one to remove.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = one_of_add_and_remove)]
pub struct ScopeRule {
    /// The scope to add: 1 to 280 visible ASCII characters.
    pub add: Option<Scope>,
    /// The scope to remove, likewise.
    pub remove: Option<Scope>,
    /// The change is made where this holds.
    pub when: Option<Expression>,
    /// The effect of a rule that removes where `when` is undecided: a source that it reads failed, or it cannot be
    /// evaluated. Must be written where it reads a source; `keep` elsewhere. A scope to add is not added then.
    pub on_unavailable: Option<Words<OnUndecidedScope>>,
}

/// One reason to deny a login.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DenyRule {
    /// The login is denied where this holds. A source that was not asked leaves it open, and it does not apply.
    pub when: Expression,
    /// The effect on the login where `when` is undecided: a source that it reads failed, or it cannot be evaluated.
    /// Must be written where it reads a source that is not `on_error: "deny"`; `deny` elsewhere.
    pub on_unavailable: Option<Words<OnUndecidedDeny>>,
    /// The text that the user reads.
    #[schemars(length(min = 1))]
    pub reason: String,
}

fn one_of_add_and_remove(schema: &mut Schema) {
    schema.insert(
        "oneOf".to_owned(),
        json!([
            { "required": ["add"], "properties": { "on_unavailable": false } },
            { "required": ["remove"] },
        ]),
    );
}
