//! `claims`: what goes into the tokens, and beside them.

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::values::Expression;

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
    /// Where it goes. In the Action credentials-exchange there is only the access token.
    #[schemars(length(min = 1), extend("uniqueItems" = true, "default" = ["access_token", "id_token"]))]
    pub to: Option<Vec<Target>>,
    /// What the value must be. Any other is left out and reported; nothing is ever cast.
    #[schemars(rename = "type")]
    pub kind: Option<ClaimType>,
    /// Taken wherever there is no value to set: it is null, its source failed, the expression is an error, or the type
    /// does not fit. It fits the `type` itself.
    #[schemars(extend("default" = null))]
    pub default: Option<Value>,
    /// Whether the login is denied where the claim has no value and no `default`, or its `when` cannot be decided.
    #[schemars(extend("default" = false))]
    pub required: Option<bool>,
    /// The claim is set where this holds. Where it does not, or cannot be decided, the claim is left out, `default` or
    /// not.
    pub when: Option<Expression>,
    /// Where the claims of a token are too large together, those of the lowest priority are left out first.
    #[schemars(range(min = -1_000_000, max = 1_000_000), extend("default" = 0))]
    pub priority: Option<i32>,
}

/// Where a claim goes.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "snake_case")]
pub enum Target {
    /// The access token.
    AccessToken,
    /// The ID token.
    IdToken,
    /// An attribute of the SAML response: a string, a number, a boolean, or a list of these.
    SamlResponse,
    /// `app_metadata` of the user.
    AppMetadata,
    /// `user_metadata` of the user.
    UserMetadata,
    /// Metadata of the transaction, for later Actions: a string, a number or a boolean; a name of 64 characters
    /// at most.
    TransactionMetadata,
}

/// What a claim's value may be said to be. With `[]` it is a list of such values.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "snake_case")]
#[expect(missing_docs, reason = "each says what it is")]
pub enum ClaimType {
    String,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
    #[schemars(rename = "string[]")]
    Strings,
    #[schemars(rename = "number[]")]
    Numbers,
    #[schemars(rename = "integer[]")]
    Integers,
    #[schemars(rename = "boolean[]")]
    Booleans,
    #[schemars(rename = "object[]")]
    Objects,
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
