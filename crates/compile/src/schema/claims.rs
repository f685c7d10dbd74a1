//! `claims`: what goes into the tokens, and beside them.

use claimsmith_core::Target;
use claimsmith_core::claim_type::ClaimType;
use claimsmith_core::plan::ClaimPlan;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::signing::{Hmac, Jwt};
use super::values::Expression;
use super::words::{PlainWords, Words};

/// One claim, or a list of entries: each has targets and a condition of its own, and where two go to one target, the
/// first that has a value is set.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Claim {
    /// The value alone.
    Value(Expression),
    /// The value, and what else is to be said of it.
    Whole(Box<WholeClaim>),
    /// Several entries.
    Entries(#[schemars(length(min = 1))] Vec<Entry>),
}

/// One entry of a claim.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Entry {
    /// The value alone.
    Value(Expression),
    /// The value, and what else is to be said of it.
    Whole(Box<WholeClaim>),
}

/// One claim. An expression alone is short for an object that has nothing but a `value`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = default_rules, transform = effect_rules)]
pub struct WholeClaim {
    /// The value. A claim that has none, or null, takes its `default` or is left out.
    pub value: Expression,
    /// The targets. In the Action credentials-exchange there is only the access token.
    #[schemars(length(min = 1), extend("uniqueItems" = true, "default" = ["access_token", "id_token"]))]
    pub to: Option<Vec<Words<Target>>>,
    /// The type that the value must have. Any other is left out and reported; nothing is ever cast.
    #[schemars(rename = "type")]
    pub kind: Option<PlainWords<ClaimType>>,
    /// True makes a claim of each member of the value, an object: its name is this one's with the member's behind it. At
    /// most 50 members; those that are null are passed over, and none takes the name of a claim that stands here. Not
    /// with `hmac` or `jwt`.
    #[schemars(extend("default" = false))]
    pub spread: Option<bool>,
    /// True sets the claim although the login is denied, as Auth0 keeps metadata then: deny and remember. With
    /// `app_metadata` and `user_metadata` only.
    #[schemars(extend("default" = false))]
    pub if_denied: Option<bool>,
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

/// What is spread is not signed, and what is set in a login that is denied goes where Auth0 keeps it.
fn effect_rules(schema: &mut Schema) {
    let rules = [
        json!({
            "if": { "required": ["spread"], "properties": { "spread": { "const": true } } },
            "then": { "properties": { "hmac": false, "jwt": false } },
        }),
        json!({
            "if": { "required": ["if_denied"], "properties": { "if_denied": { "const": true } } },
            "then": {
                "required": ["to"],
                "properties": { "to": { "items": { "enum": ["app_metadata", "user_metadata"] } } },
            },
        }),
        json!({ "not": { "required": ["hmac", "jwt"] } }),
    ];
    if let Some(Value::Array(all)) = schema.get_mut("allOf") {
        all.extend(rules);
    }
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
