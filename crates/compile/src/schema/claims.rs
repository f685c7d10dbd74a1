//! `claims`: what goes into the tokens, and beside them.

use claimsmith_core::Target;
use claimsmith_core::claim_type::ClaimType;
use claimsmith_core::plan::ClaimPlan;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::signing::{Hmac, Jwt};
use super::values::Expression;
use super::words::{PlainWords, Words};

/// One claim.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Claim {
    /// The value alone.
    Value(Expression),
    /// The value, and what else is to be said of it.
    Whole(WholeClaim),
}

/// One claim. An expression alone is short for an object that has nothing but a `value`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = default_rules)]
pub struct WholeClaim {
    /// The value. A claim that has none, or null, takes its `default` or is left out.
    pub value: Expression,
    /// The targets. In the Action credentials-exchange there is only the access token.
    #[schemars(length(min = 1), extend("uniqueItems" = true, "default" = ["access_token", "id_token"]))]
    pub to: Option<Vec<Words<Target>>>,
    /// The type that the value must have. Any other is left out and reported; nothing is ever cast.
    #[schemars(rename = "type")]
    pub kind: Option<PlainWords<ClaimType>>,
    /// Signs the value: its authentication code is set in its place.
    pub hmac: Option<Hmac>,
    /// Signs the value: a JWT is set in its place. Its size counts signed.
    pub jwt: Option<Jwt>,
    /// Taken wherever there is no value to set: it is null, its source failed, the expression is an error, or the type
    /// does not fit. It fits the `type` itself, and is set as written, never signed.
    #[schemars(extend("default" = null))]
    pub default: Option<Value>,
    /// True denies the login where the claim has no value and no `default`, or its `when` cannot be decided.
    #[schemars(extend("default" = false))]
    pub required: Option<bool>,
    /// The claim is set where this holds. Where it does not, or cannot be decided, the claim is left out, `default` or
    /// not.
    pub when: Option<Expression>,
    /// Where the claims of a token are too large together, those of the lowest priority are left out first.
    #[schemars(extend("minimum" = -i64::from(ClaimPlan::MAX_PRIORITY), "maximum" = ClaimPlan::MAX_PRIORITY, "default" = 0))]
    pub priority: Option<i32>,
}

/// A default is of the claim's type, or null. The words of `type` are those of JSON Schema itself.
fn default_rules(schema: &mut Schema) {
    let words =
        schema.pointer("/properties/type/enum").and_then(Value::as_array).cloned().unwrap_or_default();
    let rules: Vec<Value> = words.iter().filter_map(Value::as_str).map(default_rule).collect();
    schema.insert("allOf".to_owned(), rules.into());
}

fn default_rule(word: &str) -> Value {
    let default = match word.strip_suffix("[]") {
        Some(item) => json!({ "type": ["array", "null"], "items": { "type": item } }),
        None => json!({ "type": [word, "null"] }),
    };
    json!({
        "if": { "required": ["type"], "properties": { "type": { "const": word } } },
        "then": { "properties": { "default": default } },
    })
}
