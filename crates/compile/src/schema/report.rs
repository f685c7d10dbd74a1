//! The types of a login's report, of which those for JavaScript are generated. The engine writes it by hand, since every
//! byte of the pasted file is paid; a test holds what it writes to this.

use std::collections::BTreeMap;

use claimsmith_core::mfa::{Factor, Provider};
use claimsmith_core::report::{AnswerOrigin, OutcomeKind, TokenOrigin};
use claimsmith_core::{Code, Target};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::words::{PlainWords, Words};

/// The report of one login. Holds names, counts and times; no value, URL, token or secret.
#[derive(JsonSchema)]
#[schemars(title = "Report", deny_unknown_fields)]
pub struct Report {
    /// The outcome.
    pub outcome: Words<OutcomeKind>,
    /// The duration of the login, in milliseconds. Null after a trap.
    #[schemars(transform = or_null)]
    pub duration_ms: f64,
    /// `event.transaction.correlation_id`. Null where the event has none.
    #[schemars(transform = or_null)]
    pub correlation_id: String,
    /// The tokens that were needed, by name.
    pub tokens: BTreeMap<String, TokenReport>,
    /// The sources, by name.
    pub sources: BTreeMap<String, SourceReport>,
    /// The claims. In the mode `shadow`: those that would have been set.
    pub claims: ClaimsReport,
    /// The scopes of the access token.
    pub scopes: ScopesReport,
    /// The further factor that was demanded. Null where there was none.
    #[schemars(transform = or_null)]
    pub mfa: MfaReport,
    /// The changes to the session.
    pub session: SessionReport,
    /// The changes to the refresh token.
    pub refresh_token: SessionReport,
    /// True where the login was denied, or in the mode `shadow` would have been.
    pub denied: bool,
    /// The failures.
    pub errors: Vec<ReportedError>,
    /// Sentences about what did not fail and needs a look.
    pub warnings: Vec<String>,
    /// Identifies the configuration that ran: 16 hexadecimal digits, and `+live` where `live` differs from the plan.
    /// Null after a trap, and for an Action in Rust.
    #[schemars(transform = or_null)]
    pub fingerprint: String,
}

/// The report of a token.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TokenReport {
    /// The origin. Null where it could not be got.
    #[schemars(transform = or_null)]
    pub from: Words<TokenOrigin>,
    /// The time until it was there, in milliseconds.
    pub duration_ms: f64,
    /// The code of the failure. Null where there was none.
    #[schemars(transform = or_null)]
    pub error: CodeWord,
}

/// The report of a source.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SourceReport {
    /// The origin of the answer. Null where there is none.
    #[schemars(transform = or_null)]
    pub from: Words<AnswerOrigin>,
    /// The status of the last answer. Null where there was none.
    #[schemars(transform = or_null)]
    pub status: u16,
    /// The number of calls.
    pub attempts: u32,
    /// The bytes of the last answer's body.
    pub bytes: u32,
    /// The duration of its calls, without its token, in milliseconds.
    pub duration_ms: f64,
    /// The names of the sources that it read, and waited for.
    pub waited_for: Vec<String>,
    /// True where it was not asked: its `when` does not hold, a source that its templates read was not asked, or nothing
    /// was.
    pub skipped: bool,
    /// The code of the failure, also where a stale answer serves. Null where there was none.
    #[schemars(transform = or_null)]
    pub error: CodeWord,
}

/// The report of the claims.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ClaimsReport {
    /// The names of those that were set.
    pub set: Vec<String>,
    /// Those that were not. With a target where the claim was left out there, and may have been set elsewhere.
    pub left_out: Vec<WithoutValue>,
    /// Those whose `default` took the place of a value, and why.
    pub defaulted: Vec<WithoutValue>,
}

/// A claim without a value of its own, or that was not set.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WithoutValue {
    /// The claim's name.
    pub claim: String,
    /// The reason: its value is null, its `when` does not hold, another claim has its name, or the code of an error.
    #[schemars(transform = or_null_and_when)]
    pub reason: CodeWord,
    /// The target that did not take it.
    pub target: Option<TargetWord>,
    /// The source whose failure left it without a value.
    pub source: Option<String>,
}

/// The changes to the scopes of the access token.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ScopesReport {
    /// Those that were added.
    pub added: Vec<String>,
    /// Those that were removed.
    pub removed: Vec<String>,
}

/// The further factor that was demanded: one field, or two with `enable`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MfaReport {
    /// The provider that is to ask for a factor.
    pub enable: Option<Words<Provider>>,
    /// As the configuration has it.
    pub allow_remember_browser: Option<bool>,
    /// The factors of which the user is asked for one.
    pub challenge: Option<Vec<FactorWord>>,
    /// The factors of which the user enrols one.
    pub enroll: Option<Vec<FactorWord>>,
}

/// A further factor.
#[derive(JsonSchema)]
#[schemars(title = "Factor", rename = "Factor")]
pub struct FactorWord(pub PlainWords<Factor>);

/// The changes to the session or the refresh token.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SessionReport {
    /// When it expires, in milliseconds since the epoch. Null where that was not set.
    #[schemars(transform = or_null)]
    pub expires_at: f64,
    /// When it expires without use, likewise.
    #[schemars(transform = or_null)]
    pub idle_expires_at: f64,
    /// True where it was revoked.
    pub revoked: bool,
}

/// One failure.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReportedError {
    /// Its kind.
    pub code: CodeWord,
    /// The place in the configuration; empty for the whole.
    pub path: String,
    /// The message, on one line.
    pub message: String,
}

/// The stable name of a kind of failure.
#[derive(JsonSchema)]
#[schemars(title = "ErrorCode", rename = "ErrorCode")]
pub struct CodeWord(pub PlainWords<Code>);

/// The target of a claim.
#[derive(JsonSchema)]
#[schemars(title = "Target", rename = "Target")]
pub struct TargetWord(pub PlainWords<Target>);

fn or_null(schema: &mut Schema) {
    or(schema, json!({ "type": "null" }));
}

fn or_null_and_when(schema: &mut Schema) {
    or(schema, json!({ "enum": ["null", "when", "taken"], "type": "string" }));
}

/// Takes another value as well. What is said of the whole stays at the whole.
fn or(schema: &mut Schema, other: Value) {
    let description = schema.remove("description");
    let one = schema.clone();
    *schema = Schema::try_from(json!({ "anyOf": [one, other] })).unwrap_or_default();
    if let Some(description) = description {
        schema.insert("description".to_owned(), description);
    }
}
