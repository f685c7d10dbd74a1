//! `sources`: calls to the backend.

use std::collections::BTreeMap;

use claimsmith_core::http::Method;
use claimsmith_core::plan::{Bounds, CachePlan, OnError, OnNotFound, SourcePlan};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::names::{HeaderName, Name};
use super::rules::OnErrorOrText;
use super::values::{Expression, Template, TimeoutMs, Url};
use super::words::{Words, first};

/// The default of `retries` is that of a GET; for a POST it is 0.
const RETRIES: Bounds = SourcePlan::retries(Method::Get);

/// One call to the backend. What it answers is what expressions see under its name: null where it was not
/// asked, and no value where it failed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = body_rules)]
pub struct Source {
    /// The URL to call. Values in it are percent-encoded whole.
    pub url: Url,
    /// The token to call it with, which fills `Authorization`. May be left out where there is one at most.
    pub token: Option<SourceToken>,
    /// The method.
    #[schemars(extend("default" = first::<Method>()))]
    pub method: Option<Words<Method>>,
    /// The body of a POST: JSON whose strings are templates. A string that is one expression alone becomes
    /// that value, with its type. Needed with `POST`, and refused otherwise.
    pub body: Option<Value>,
    /// Further headers, by name. Those that the engine fills are refused.
    pub headers: Option<BTreeMap<HeaderName, Template>>,
    /// The call is made where this holds. It may read other sources; then the call waits for them.
    pub when: Option<Expression>,
    /// The timeout of one attempt, in milliseconds.
    pub timeout_ms: Option<TimeoutMs>,
    /// The retries of a call that fails: after a network failure, a timeout, or status 408, 429, 502,
    /// 503 or 504. A POST is sent once unless this is written: it says that twice does no harm.
    #[schemars(extend("minimum" = RETRIES.least, "maximum" = RETRIES.most, "default" = RETRIES.default))]
    pub retries: Option<u32>,
    /// The most bytes of an answer. A larger one is a failure.
    #[schemars(extend("minimum" = SourcePlan::MAX_BYTES.least, "maximum" = SourcePlan::MAX_BYTES.most, "default" = SourcePlan::MAX_BYTES.default))]
    pub max_bytes: Option<u32>,
    /// The lifetimes of cached answers; no cache where it is left out or null.
    #[schemars(extend("default" = null))]
    pub cache: Option<SourceCache>,
    /// The effect of a failure on the login.
    #[schemars(extend("default" = first::<OnError>()))]
    pub on_error: Option<OnErrorOrText>,
    /// The meaning of status 404.
    #[schemars(extend("default" = first::<OnNotFound>()))]
    pub on_not_found: Option<Words<OnNotFound>>,
    /// Where this holds for the answer, or cannot be decided, the answer is a failure, and is not kept. Its names are
    /// members of the answer, as in `status == 'error'`. 204 and 404 are not looked at.
    pub fail_when: Option<Expression>,
    /// True allows calls with an address that is not verified. Otherwise a source whose templates read
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

/// The response cache of a source.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum SourceCache {
    /// They are.
    Kept(Cache),
    /// They are not.
    Off(()),
}

/// The lifetimes of cached answers.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cache {
    /// The time for which an answer is fresh, in seconds. After that it is revalidated by its `ETag`.
    #[schemars(extend("minimum" = CachePlan::SECONDS.least, "maximum" = CachePlan::SECONDS.most))]
    pub ttl_s: u32,
    /// The time after that in which it still serves where the backend fails, in seconds.
    #[schemars(extend("minimum" = CachePlan::SECONDS.least, "maximum" = CachePlan::SECONDS.most, "default" = CachePlan::SECONDS.default))]
    pub stale_if_error_s: Option<u32>,
    /// The time for which a 404 that is an answer is cached, in seconds.
    #[schemars(extend("minimum" = CachePlan::SECONDS.least, "maximum" = CachePlan::SECONDS.most, "default" = CachePlan::SECONDS.default))]
    pub not_found_ttl_s: Option<u32>,
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
