//! `scopes`, `deny`, `mfa`, `session` and `refresh_token`: what a login is given, and whether it goes on.

use std::borrow::Cow;

use claimsmith_core::mfa::{Factor, Provider};
use claimsmith_core::plan::{
    OnError, OnUndecidedDeny, OnUndecidedMfa, OnUndecidedScope, SessionRule as Plan,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::values::{Expression, Scope};
use super::words::{Words, first};

/// One change to the scopes of the access token: scopes to add, or to remove.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = one_of_add_and_remove)]
pub struct ScopeRule {
    /// The scope to add: 1 to 280 visible ASCII characters. Or an expression that gives scopes.
    pub add: Option<Scopes>,
    /// The scope to remove, likewise.
    pub remove: Option<Scopes>,
    /// The change is made where this holds.
    pub when: Option<Expression>,
    /// The effect of a rule that removes where `when` is undecided: a source that it reads failed, or it cannot be
    /// evaluated. Must be written where it reads a source; `keep` elsewhere. A scope to add is not added then.
    pub on_unavailable: Option<Words<OnUndecidedScope>>,
}

/// A scope, or an expression that gives some.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Scopes {
    /// This one.
    One(Scope),
    /// Those that an expression gives.
    Listed(ScopeList),
}

/// The scopes that an expression gives.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ScopeList {
    /// A text, or a list of texts; null is none. What is no scope is left out and reported.
    pub value: Expression,
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
    /// The text that the user reads: a template over all that expressions see, without secrets. A null in it is empty.
    pub reason: Reason,
}

/// A text that the user reads.
#[derive(JsonSchema)]
#[schemars(inline, title = "template", extend("minLength" = 1))]
pub struct Reason(pub String);

/// One demand of a further factor: of a `provider`, or one of those to `challenge`. Nothing is asked of a login that has
/// had a further factor, or by which nobody is there to answer: the protocols `oauth2-refresh-token` and
/// `oauth2-token-exchange`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = one_of_provider_and_challenge)]
pub struct MfaRule {
    /// The condition. Left out, it always holds.
    pub when: Option<Expression>,
    /// The provider whose factor is asked for.
    pub provider: Option<Words<Provider>>,
    /// Decides whether the user may have the browser remembered. Auth0 decides where it is left out. With `provider`
    /// only.
    pub allow_remember_browser: Option<bool>,
    /// The factors of which the user is asked for one that he has.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub challenge: Option<Vec<Words<Factor>>>,
    /// The factors to enrol where the user has none of those. Left out, they are those of `challenge` without `email`;
    /// where there is none, the login is denied.
    #[schemars(length(min = 1), extend("uniqueItems" = true), transform = without_email)]
    pub enroll: Option<Vec<Words<Factor>>>,
    /// True asks for it whatever the login has had, and by whichever protocol.
    #[schemars(extend("default" = false))]
    pub always: Option<bool>,
    /// The effect where `when` is undecided, or the factor cannot be asked for.
    #[schemars(extend("default" = first::<OnUndecidedMfa>()))]
    pub on_unavailable: Option<Words<OnUndecidedMfa>>,
}

/// One rule about the session or the refresh token: lifetimes, or its end. All rules that hold apply; of two lifetimes
/// the later counts.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = lifetimes_or_revoke)]
pub struct SessionRule {
    /// The condition. Left out, it always holds.
    pub when: Option<Expression>,
    /// Its lifetime, in seconds from now.
    pub expires_in_s: Option<Lifetime>,
    /// Its lifetime without use, in seconds from now.
    pub idle_expires_in_s: Option<Lifetime>,
    /// Ends it, and denies the login with this text: a template as `reason` of `deny`. Where there is none, the login is
    /// denied only.
    pub revoke: Option<Reason>,
    /// The effect where `when` is undecided. `deny` where `revoke` stands and this is left out; a lifetime stays as it
    /// is.
    pub on_unavailable: Option<Words<OnUndecidedDeny>>,
}

/// A number of seconds, or an expression that gives one.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Lifetime {
    /// A number.
    Seconds(
        #[schemars(extend("minimum" = Plan::EXPIRES_IN_S.least, "maximum" = Plan::EXPIRES_IN_S.most))] u32,
    ),
    /// A number, or a text of digits; null leaves it as it is.
    Value(Expression),
}

/// The effect of a failed source on the login; a denial may say why.
pub struct OnErrorOrText;

impl JsonSchema for OnErrorOrText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OnErrorOrText".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Words::<OnError>::json_schema(generator);
        let with_text = json!({
            "title": "{ \"deny\": text }",
            "description": "The login is denied, and the user reads this: a template as `reason` of `deny`.",
            "type": "object",
            "required": ["deny"],
            "properties": { "deny": { "type": "string", "title": "template", "minLength": 1 } },
            "additionalProperties": false,
        });
        if let Some(Value::Array(choices)) = schema.get_mut("oneOf") {
            choices.push(with_text);
        }
        schema
    }
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

fn one_of_provider_and_challenge(schema: &mut Schema) {
    schema.insert(
        "oneOf".to_owned(),
        json!([
            { "required": ["provider"], "properties": { "enroll": false } },
            {
                "required": ["challenge"],
                "properties": { "allow_remember_browser": false },
            },
        ]),
    );
}

/// A code by email needs no enrolment.
fn without_email(schema: &mut Schema) {
    if let Some(choices) = schema.pointer_mut("/items/oneOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice.get("const").and_then(Value::as_str) != Some(Factor::Email.as_str()));
    }
}

fn lifetimes_or_revoke(schema: &mut Schema) {
    let rules = json!({
        "if": { "required": ["revoke"] },
        "then": { "properties": { "expires_in_s": false, "idle_expires_in_s": false } },
        "else": {
            "anyOf": [{ "required": ["expires_in_s"] }, { "required": ["idle_expires_in_s"] }],
            "properties": { "on_unavailable": { "not": { "const": "deny" } } },
        },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
