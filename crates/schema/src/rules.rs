//! `scopes` and `deny`: what a login is given, and whether it goes on.

use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::values::{Expression, Scope};

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
}

/// One reason to deny a login.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DenyRule {
    /// The login is denied where this holds. A rule that reads a source without an answer denies nobody.
    pub when: Expression,
    /// What the user reads.
    #[schemars(length(min = 1))]
    pub reason: String,
}

fn one_of_add_and_remove(schema: &mut Schema) {
    schema.insert("oneOf".to_owned(), json!([{ "required": ["add"] }, { "required": ["remove"] }]));
}
