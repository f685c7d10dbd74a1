//! `sources`: calls to the backend.

use std::collections::BTreeMap;

use claimsmith_core::http::Method;
use claimsmith_core::plan::{AnswerFormat, Bounds, CachePlan, OnError, OnNotFound, SourcePlan};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::names::{FieldName, HeaderName, Name};
use super::rules::OnErrorOrText;
use super::tls::Tls;
use super::values::{Expression, Template, TimeoutMs, Url};
use super::words::{Words, first};

/// The default of `retries` is that of a request that only asks; of any other it is 0.
const RETRIES: Bounds = SourcePlan::retries(true);

/// One call to the backend. What it answers is what expressions see under its name: null where it was not
/// asked, and no value where it failed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = request_rules)]
pub struct Source {
    /// The URL to call. Values in it are percent-encoded whole.
    pub url: Url,
    /// The token to call it with, which fills `Authorization`. May be left out where there is one at most.
    pub token: Option<SourceToken>,
    /// Fields that are appended to the query of the URL, by name, percent-encoded. A list repeats its name; null leaves
    /// a field out. A name ends with `??` for a question mark.
    pub query: Option<BTreeMap<FieldName, Field>>,
    /// HTTP Basic authentication (RFC 7617), which fills `Authorization` in place of a token.
    pub basic: Option<Basic>,
    /// The method. `POST` where it is left out and there is a body. `POST`, `PUT` and `PATCH` need one of `body`, `form`,
    /// `text` and `graphql`, `DELETE` may have one, `GET` has none.
    #[schemars(extend("default" = first::<Method>()))]
    pub method: Option<Words<Method>>,
    /// A body of JSON whose strings are templates. A string that is one expression alone becomes that value, with its
    /// type; null stays null. A member whose name ends with `?` is left out where it is null; `??` at the end is a
    /// question mark.
    pub body: Option<Value>,
    /// A body of fields, by name, as `application/x-www-form-urlencoded`. Lists and null are as in `query`.
    pub form: Option<BTreeMap<FieldName, Field>>,
    /// A body of text. Values stand in it as they are: escaping them is up to the format.
    pub text: Option<Template>,
    /// The media type of `text` or `body`, in place of `text/plain;charset=UTF-8` or `application/json`.
    #[schemars(extend("pattern" = MEDIA_TYPE))]
    pub content_type: Option<String>,
    /// A GraphQL operation, which is a POST. `errors` in the answer are a failure, and `data` is what expressions see.
    pub graphql: Option<GraphQl>,
    /// Further headers, by name. Those that the engine fills are refused.
    pub headers: Option<BTreeMap<HeaderName, Template>>,
    /// The TLS of the connection: a client certificate, private authorities.
    pub tls: Option<Tls>,
    /// The call is made where this holds. It may read other sources; then the call waits for them.
    pub when: Option<Expression>,
    /// The timeout of one attempt, in milliseconds.
    pub timeout_ms: Option<TimeoutMs>,
    /// The retries of a call that fails: after a network failure, a timeout, or status 408, 429, 502,
    /// 503 or 504. What is no GET, and no GraphQL document of queries only, is sent once unless this is written: it says
    /// that twice does no harm.
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
    /// Statuses that are success beside 2xx, from 400 to 499 without 401, 404, 408 and 429. The body is read as any other.
    #[schemars(transform = ok_statuses)]
    pub ok_status: Option<Vec<u32>>,
    /// What is made of the body of an answer. 204 and a 404 that is an answer are null whatever stands here.
    #[schemars(extend("default" = first::<AnswerFormat>()))]
    pub answer: Option<Words<AnswerFormat>>,
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

/// One field, or several of one name.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Field {
    /// A template. One expression alone may give a list, or null.
    Text(Template),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A field for each.
    List(Vec<FieldItem>),
}

/// One of several fields of one name.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub enum FieldItem {
    /// A template.
    Text(Template),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
}

/// The credentials of HTTP Basic authentication.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Basic {
    /// The user. It cannot hold `:`.
    pub user: Template,
    /// The password; `""` where there is none.
    pub password: Template,
}

/// A GraphQL operation.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GraphQl {
    /// The document. It is sent as it stands and holds no templates, so that braces are braces; what differs from login
    /// to login goes through `variables`.
    #[schemars(extend("pattern" = DOCUMENT))]
    pub query: String,
    /// The variables, by name: JSON whose strings are templates, as in `body`.
    pub variables: Option<BTreeMap<String, Value>>,
    /// The operation to run, where the document has several.
    #[schemars(extend("pattern" = "^[A-Za-z_][A-Za-z0-9_]*$"))]
    pub operation_name: Option<String>,
}

/// Two names, and perhaps parameters (RFC 9110 §8.3.1).
const MEDIA_TYPE: &str = "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[ -~]+)?$";

/// Anything but white space alone, without what would be a template elsewhere.
const DOCUMENT: &str =
    r#"^(?![\s\S]*\{\s*(event|secrets|settings|values|now|calls)\s*\.\s*["A-Za-z0-9_])[\s\S]*\S"#;

fn ok_statuses(schema: &mut Schema) {
    let items = json!({
        "type": "integer",
        "minimum": SourcePlan::OK_STATUS.least,
        "maximum": SourcePlan::OK_STATUS.most,
        "not": { "enum": SourcePlan::NEVER_OK },
    });
    schema.insert("items".to_owned(), items);
}

/// Says which methods have a body, that there is one at most, and what goes with it.
fn request_rules(schema: &mut Schema) {
    const BODIES: [&str; 4] = ["body", "form", "text", "graphql"];
    let any_of = |keys: &[&str]| {
        let each: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "anyOf": each })
    };
    let only = |key: &str| {
        let others: Vec<&str> = BODIES.into_iter().filter(|other| *other != key).collect();
        json!({ "not": any_of(&others) })
    };
    let is_method = |methods: &[Method]| {
        let words: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
        json!({ "required": ["method"], "properties": { "method": { "enum": words } } })
    };
    let rules = json!({
        "allOf": [
            { "if": is_method(&[Method::Post, Method::Put, Method::Patch]), "then": any_of(&BODIES) },
            { "if": is_method(&[Method::Get]), "then": { "not": any_of(&BODIES) } },
        ],
        "dependencies": {
            "body": only("body"),
            "form": only("form"),
            "text": only("text"),
            "graphql": {
                "allOf": [
                    only("graphql"),
                    {
                        "properties": {
                            "method": { "const": Method::Post.as_str() },
                            "answer": { "const": AnswerFormat::Json.as_str() },
                        },
                    },
                ],
            },
            "content_type": any_of(&["body", "text"]),
            "basic": { "properties": { "token": { "type": "null" } } },
        },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
