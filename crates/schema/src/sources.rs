//! `sources`: calls to the backend.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::names::{HeaderName, Name};
use crate::values::{Expression, Template, TimeoutMs, Url};

/// One call to the backend. What it answers is what expressions see under its name: null where it was not
/// asked, and no value where it failed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = body_rules)]
pub struct Source {
    /// What to call. Values in it are percent-encoded whole.
    pub url: Url,
    /// The token to call it with, which fills `Authorization`. May be left out where there is one at most.
    pub token: Option<SourceToken>,
    /// The method.
    #[schemars(extend("default" = "GET"))]
    pub method: Option<Method>,
    /// What a POST sends: JSON whose strings are templates. A string that is one expression alone becomes
    /// that value, with its type. Needed with `POST`, and refused otherwise.
    pub body: Option<Value>,
    /// Further headers, by name. Those that the engine fills are refused.
    pub headers: Option<BTreeMap<HeaderName, Template>>,
    /// The call is made where this holds. It may read other sources; then the call waits for them.
    pub when: Option<Expression>,
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: Option<TimeoutMs>,
    /// How many times a call that fails is made again: after a network failure, a timeout, or status 408, 429, 502,
    /// 503 or 504. A POST is sent once unless this is written: it says that twice does no harm.
    #[schemars(range(min = 0, max = 10), extend("default" = 2))]
    pub retries: Option<u32>,
    /// How much of an answer is read, in bytes. A larger one is a failure.
    #[schemars(range(min = 1, max = 1_048_576), extend("default" = 65_536))]
    pub max_bytes: Option<u32>,
    /// For how long answers are kept; not at all where it is left out or null.
    #[schemars(extend("default" = null))]
    pub cache: Option<SourceCache>,
    /// What a failure does to the login.
    #[schemars(extend("default" = "skip"))]
    pub on_error: Option<OnError>,
    /// What status 404 means.
    #[schemars(extend("default" = "null"))]
    pub on_not_found: Option<OnNotFound>,
    /// Where this holds for the answer, or cannot be decided, the answer is a failure, and is not kept. Its names are
    /// members of the answer, as in `status == 'error'`. 204 and 404 are not looked at.
    pub fail_when: Option<Expression>,
    /// Whether the call is made with an address that is not verified. Otherwise a source whose templates read
    /// `event.user.email` fails for such a user.
    #[schemars(extend("default" = false))]
    pub allow_unverified_email: Option<bool>,
}

/// The token that a source is called with.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum SourceToken {
    /// One of `tokens`.
    Named(Name),
    /// None.
    None(()),
}

/// The method of a call.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks, and may be sent again.
    Get,
    /// Sends `body`, once.
    Post,
}

/// Whether answers of a source are kept.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum SourceCache {
    /// They are.
    Kept(Cache),
    /// They are not.
    Off(()),
}

/// For how long answers are kept.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cache {
    /// How long an answer serves without asking again, in seconds. After that its `ETag` is asked for.
    #[schemars(range(min = 0, max = 86_400))]
    pub ttl_s: u32,
    /// For how long after that it still serves where the backend fails, in seconds.
    #[schemars(range(min = 0, max = 86_400), extend("default" = 0))]
    pub stale_if_error_s: Option<u32>,
    /// For how long it is kept that there is nothing, where status 404 is an answer, in seconds.
    #[schemars(range(min = 0, max = 86_400), extend("default" = 0))]
    pub not_found_ttl_s: Option<u32>,
}

/// What a failed source does to the login.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "snake_case")]
pub enum OnError {
    /// The login goes on; claims that need the source take their `default` or are left out.
    Skip,
    /// The login is denied.
    Deny,
}

/// What status 404 means.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "snake_case")]
pub enum OnNotFound {
    /// An answer, which is null.
    Null,
    /// A failure.
    Error,
}

/// A POST has a body, and a GET has none.
fn body_rules(schema: &mut Schema) {
    let rules = json!({
        "if": { "required": ["method"], "properties": { "method": { "const": "POST" } } },
        "then": { "required": ["body"] },
        "else": { "properties": { "body": false } },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
