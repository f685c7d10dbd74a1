//! A source, compiled: a call to the backend.

use claimsmith_expression::{plain_enum, plain_struct};
use std::rc::Rc;

use claimsmith_expression::Expression;
use claimsmith_expression::json::Wanted;

use super::Bounds;
use crate::http::Method;
use crate::template::{JsonTemplate, Members, Template};
use crate::url::UrlTemplate;
use crate::words::words;

/// One call to the backend.
#[derive(Clone, Debug)]
pub struct SourcePlan {
    /// The name that expressions use.
    pub name: Rc<str>,
    /// Stands for the source where its failures are counted.
    pub id: Rc<str>,
    /// The URL to call.
    pub url: UrlTemplate,
    /// The fields to append to the query of the URL.
    pub query: Members,
    /// The token to call it with: an index into the plan's tokens.
    pub token: Option<usize>,
    /// The user and the password of HTTP Basic authentication (RFC 7617).
    pub basic: Option<(Template, Template)>,
    /// The method.
    pub method: Method,
    /// The body of the request.
    pub body: Body,
    /// The media type of the body; empty where there is none.
    pub content_type: Rc<str>,
    /// Further headers; names in lower case.
    pub headers: Vec<(String, Template)>,
    /// What the connection presents and trusts: [`TLS_PARTS`](crate::http::TLS_PARTS).
    pub tls: Vec<(String, Template)>,
    /// The condition of the call; left out, it is always made.
    pub when: Option<Expression>,
    /// The sources that `when` reads, themselves or through values, as indexes: it is decided after them.
    pub when_waits_for: Vec<usize>,
    /// The values that `when` reads, as indexes.
    pub when_values: Vec<usize>,
    /// The sources that the templates read, answers or `calls`, as indexes: the call waits for them.
    pub waits_for: Vec<usize>,
    /// Those of them whose answers are read.
    pub reads: Vec<usize>,
    /// The values that the templates read, as indexes.
    pub values: Vec<usize>,
    /// The timeout of one call, in milliseconds: [`TIMEOUT_MS`](super::TIMEOUT_MS).
    pub timeout_ms: u32,
    /// The retries of a call that fails: [`SourcePlan::retries`].
    pub retries: u32,
    /// True where the request may arrive twice: it only asks, or the configuration says so by `retries`.
    pub may_repeat: bool,
    /// The lifetimes in the response cache; no cache where left out.
    pub cache: Option<CachePlan>,
    /// The most bytes of an answer that are read: [`SourcePlan::MAX_BYTES`].
    pub max_bytes: u32,
    /// The effect of a failure on the login.
    pub on_error: OnError,
    /// The text that the user reads where that denies the login; one that names no system where left out.
    pub deny_reason: Option<Template>,
    /// The meaning of status 404.
    pub on_not_found: OnNotFound,
    /// The statuses that are success beside 2xx: [`SourcePlan::OK_STATUS`].
    pub ok_status: Vec<u32>,
    /// What is made of the body of an answer.
    pub answer: AnswerFormat,
    /// The parts of the answer that anything reads; all of it where left out.
    pub wanted: Option<Wanted>,
    /// The condition, over the answer, under which the answer is a failure.
    pub fail_when: Option<Expression>,
    /// True where a template reads the user's address, which must then be verified.
    pub needs_verified_email: bool,
    /// True where a template here or in the token reads the login, so that a failure may be due to the user.
    pub is_personal: bool,
}

impl SourcePlan {
    /// The bounds of `max_bytes`.
    pub const MAX_BYTES: Bounds = Bounds { least: 1, most: 1 << 20, default: 1 << 16 };

    /// The bounds of a status in `ok_status`.
    pub const OK_STATUS: Bounds = Bounds { least: 400, most: 499, default: 409 };

    /// Statuses within these that mean something already: a token that is refused, nothing there, a call to repeat.
    pub const NEVER_OK: [u32; 4] = [401, 404, 408, 429];

    /// Returns the bounds of `retries`. What does not only ask may have an effect each time, so only the author may
    /// allow retries.
    pub const fn retries(only_asks: bool) -> Bounds {
        Bounds { least: 0, most: 10, default: if only_asks { 2 } else { 0 } }
    }
}

/// The lifetimes of cached answers.
#[derive(Clone, Copy, Debug)]
pub struct CachePlan {
    /// The time for which an answer is fresh, in milliseconds.
    pub ttl_ms: u64,
    /// The time after that in which it serves where the backend fails, in milliseconds; 0 where left out.
    pub stale_if_error_ms: u64,
    /// The time for which a 404 that means null is fresh, in milliseconds; not cached where left out.
    pub not_found_ttl_ms: u64,
}

impl CachePlan {
    /// The bounds of each, in seconds.
    pub const SECONDS: Bounds = Bounds { least: 0, most: 86_400, default: 0 };
}

/// The body of a source's request.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(JsonTemplate),
    /// Fields (`application/x-www-form-urlencoded`).
    Form(Members),
    /// Any text.
    Text(Template),
    /// A GraphQL document with its variables, as JSON. `data` of the answer is the answer.
    GraphQl(JsonTemplate),
}

words! {
    /// What is made of the body of an answer.
    pub enum AnswerFormat {
        /// The value of its JSON.
        Json = "json",
        /// Its text, in UTF-8.
        Text = "text",
        /// Null: it is not read, and the status says all.
        None = "none",
    }
}

words! {
    /// The effect of a failed source on the login.
    pub enum OnError {
        /// The login goes on; claims that need the source take their `default` or are left out.
        Skip = "skip",
        /// The login is denied.
        Deny = "deny",
    }
}

words! {
    /// The meaning of status 404.
    pub enum OnNotFound {
        /// An answer, which is null.
        Null = "null",
        /// A failure.
        Error = "error",
    }
}

plain_struct!(SourcePlan {
    name,
    id,
    url,
    query,
    token,
    basic,
    method,
    body,
    content_type,
    headers,
    tls,
    when,
    when_waits_for,
    when_values,
    waits_for,
    reads,
    values,
    timeout_ms,
    retries,
    may_repeat,
    cache,
    max_bytes,
    on_error,
    deny_reason,
    on_not_found,
    ok_status,
    answer,
    wanted,
    fail_when,
    needs_verified_email,
    is_personal,
});

plain_struct!(CachePlan { ttl_ms, stale_if_error_ms, not_found_ttl_ms });

plain_enum!(Body {
    0 => None,
    1 => Json(template),
    2 => Form(fields),
    3 => Text(template),
    4 => GraphQl(template),
} else Body::None);
