//! `settings` and `values`: what other entries read by name.

use claimsmith_core::plan::SettingType;
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::Value;

use super::signing::{Hmac, Jwt};
use super::values::Expression;
use super::words::{Words, first};

/// A setting: any literal, or a secret alone as `{secrets.NAME}`, which is null where the Action has no such secret.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Setting {
    /// The value, and the type that its text is read as.
    Typed(TypedSetting),
    /// The value alone.
    Value(PlainSetting),
}

/// A setting that is its value: anything but an object with a member `value`.
#[derive(JsonSchema)]
#[schemars(inline, transform = is_not_typed)]
pub struct PlainSetting(pub Value);

fn is_not_typed(schema: &mut Schema) {
    *schema = json_schema!({ "not": { "type": "object", "required": ["value"] } });
}

/// A setting that is read as a type.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TypedSetting {
    /// The value: a literal, or a secret alone.
    pub value: Value,
    /// The type. A secret that does not read as it is `secret_invalid`, and what reads the setting has no value.
    #[schemars(rename = "type", extend("default" = first::<SettingType>()))]
    pub kind: Option<Words<SettingType>>,
}

/// An expression under a name.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum NamedValue {
    /// The expression alone.
    Value(Expression),
    /// The expression, and what is made of its value.
    Whole(WholeValue),
}

/// An expression under a name, and what is made of its value.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WholeValue {
    /// The expression. It may read other values, but not in a circle.
    pub value: Expression,
    /// The authentication code that takes the place of the value, which is a text. Not beside `jwt`.
    pub hmac: Option<Hmac>,
    /// The JWT that takes the place of the value, which is the payload. Not beside `hmac`.
    pub jwt: Option<Jwt>,
}
