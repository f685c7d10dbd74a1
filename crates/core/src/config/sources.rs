//! `sources`: calls to the backend.

use std::rc::Rc;

use claimsmith_expression::text::{concat, join};
use claimsmith_expression::{Expression, Map};

use super::reader::{Node, Object};
use super::tokens::{TokenConfig, breaker_id, read_timeout_ms, reads_login};
use super::{Named, check_names, parse_expression, read_template};
use crate::http::Method;
use crate::template::{JsonTemplate, Template};
use crate::url::UrlTemplate;

/// One call to the backend.
#[derive(Debug)]
pub struct SourceConfig {
    /// The name that expressions use.
    pub name: Rc<str>,
    /// Stands for the source where its failures are counted.
    pub id: Rc<str>,
    /// What to call.
    pub url: UrlTemplate,
    /// The token to call it with: an index into the configuration's tokens.
    pub token: Option<usize>,
    /// GET, or POST with a body.
    pub body: Body,
    /// Further headers; names in lower case.
    pub headers: Vec<(String, Template)>,
    /// The call is made where this holds, and always where it is left out.
    pub when: Option<Expression>,
    /// The sources that `when` reads, as indexes: the call waits for them.
    pub waits_for: Vec<usize>,
    /// How long one call may take, in milliseconds: 1 to 15,000, 2,000 where left out.
    pub timeout_ms: u32,
    /// How many times the call is made again where it fails: 0 to 10. Where left out, 2 for a GET, and 0 for a POST,
    /// which may do something each time.
    pub retries: u32,
    /// Whether answers are kept, and for how long; not where left out.
    pub cache: Option<CacheConfig>,
    /// How much of an answer is read: up to 1 MiB, 65,536 where left out.
    pub max_bytes: u32,
    /// What a failure does to the login.
    pub on_error: OnError,
    /// What status 404 means.
    pub on_not_found: OnNotFound,
    /// Where this holds for an answer, which is its root, the answer is a failure.
    pub fail_when: Option<Expression>,
    /// Whether a template reads the user's address, which must then be verified.
    pub needs_verified_email: bool,
    /// Whether a template reads anything of the login, here or in the token, so that a failure may be due to it.
    pub is_personal: bool,
}

/// How long answers are kept.
#[derive(Clone, Copy, Debug)]
pub struct CacheConfig {
    /// How long an answer is good, in milliseconds; 0 to a day in the configuration's seconds.
    pub ttl_ms: u64,
    /// For how long after that it serves where the backend fails, in milliseconds; not where left out.
    pub stale_if_error_ms: u64,
    /// How long it is good that there is nothing (404), in milliseconds; not kept where left out.
    pub not_found_ttl_ms: u64,
}

/// What a source sends.
#[derive(Debug)]
pub enum Body {
    /// Nothing: a GET.
    None,
    /// A POST with this JSON.
    Json(JsonTemplate),
}

impl Body {
    /// The method that goes with the body.
    pub fn method(&self) -> Method {
        match self {
            Body::None => Method::Get,
            Body::Json(_) => Method::Post,
        }
    }
}

/// What a failed source does to the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// The login goes on without it.
    Skip,
    /// The login is denied.
    Deny,
}

/// What status 404 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnNotFound {
    /// An answer: null.
    Null,
    /// A failure.
    Error,
}

/// Headers that the transport or the engine fills, in lower case.
pub const OWN_HEADERS: [&str; 6] =
    ["connection", "content-length", "content-type", "host", "transfer-encoding", "accept-encoding"];

pub(super) fn read(node: &Node<'_>, tokens: &Named<TokenConfig>, allow_http: bool) -> Named<SourceConfig> {
    let members = node.value.as_object();
    let names: Vec<Rc<str>> = members.into_iter().flat_map(Map::keys).cloned().collect();
    let read_one = &mut |name, entry: &Node<'_>| read_source(name, entry, tokens, &names, allow_http);
    let sources = Named::read(node, read_one);
    check_cycles(node, &sources.list);
    sources
}

fn read_source(
    name: Rc<str>,
    node: &Node<'_>,
    tokens: &Named<TokenConfig>,
    names: &[Rc<str>],
    allow_http: bool,
) -> SourceConfig {
    let object = node.object();
    let token = read_token(&object, tokens);
    let when = object.expression("when", names);
    let body = read_body(&object);
    let retries = if body.method() == Method::Get { 2 } else { 0 };
    let mut source = SourceConfig {
        id: breaker_id(&name, node),
        name,
        url: object.url("url", allow_http),
        token,
        body,
        headers: read_headers(&object, token.is_some()),
        waits_for: when.as_ref().map_or_else(Vec::new, |when| indexes_read(when, names)),
        when,
        timeout_ms: read_timeout_ms(&object),
        retries: object.integer("retries", 0, 10, retries),
        cache: object.get("cache").and_then(|node| read_cache(&node)),
        max_bytes: object.integer("max_bytes", 1, 1 << 20, 1 << 16),
        on_error: if object.word("on_error", &["skip", "deny"]) == 0 { OnError::Skip } else { OnError::Deny },
        on_not_found: match object.word("on_not_found", &["null", "error"]) {
            0 => OnNotFound::Null,
            _ => OnNotFound::Error,
        },
        fail_when: object.get("fail_when").and_then(|node| parse_expression(&node)),
        needs_verified_email: false,
        is_personal: false,
    };
    let allow_unverified = object.flag("allow_unverified_email");
    object.finish();
    source.needs_verified_email = !allow_unverified && any_expression(&source, reads_email);
    let token = token.and_then(|index| tokens.list.get(index));
    source.is_personal = token.is_some_and(|token| token.is_personal) || any_expression(&source, reads_login);
    source
}

/// The token may be left out where there is but one; `null` means none.
fn read_token(object: &Object<'_>, tokens: &Named<TokenConfig>) -> Option<usize> {
    let Some(node) = object.get("token") else {
        if tokens.names.len() > 1 {
            object.node.problem("`token` is missing: there are several, so say which, or null for none");
        }
        return (!tokens.list.is_empty()).then_some(0);
    };
    if node.value.is_null() {
        return None;
    }
    let wanted = node.string()?;
    if !tokens.names.iter().any(|name| &**name == wanted) {
        let known: Vec<&str> = tokens.names.iter().map(|name| &**name).collect();
        let near = super::reader::nearest(wanted, &known);
        node.problem(match near {
            Some(near) => concat(&["there is no token `", wanted, "`; did you mean `", near, "`?"]),
            None => concat(&["there is no token `", wanted, "` under `tokens`"]),
        });
    }
    tokens.list.iter().position(|token| &*token.name == wanted)
}

fn read_body(object: &Object<'_>) -> Body {
    let is_post = object.word("method", &["GET", "POST"]) == 1;
    match (is_post, object.get("body")) {
        (false, None) => return Body::None,
        (false, Some(node)) => node.problem("a GET has no body; set `method` to `POST`"),
        (true, None) => object.node.problem("a POST needs a `body`"),
        (true, Some(node)) => {
            if let Some(template) = node.accept(JsonTemplate::parse(node.value)) {
                template.visit(&mut |template| {
                    template.expressions().for_each(|expression| check_names(&node, expression, &[]));
                });
                return Body::Json(template);
            }
        }
    }
    Body::None
}

fn read_cache(node: &Node<'_>) -> Option<CacheConfig> {
    if node.value.is_null() {
        return None;
    }
    let object = node.object();
    object.require("ttl_s");
    let seconds = |key| u64::from(object.integer(key, 0, 86_400, 0)) * 1_000;
    let cache = CacheConfig {
        ttl_ms: seconds("ttl_s"),
        stale_if_error_ms: seconds("stale_if_error_s"),
        not_found_ttl_ms: seconds("not_found_ttl_s"),
    };
    object.finish();
    Some(cache)
}

fn read_headers(object: &Object<'_>, has_token: bool) -> Vec<(String, Template)> {
    let mut headers: Vec<(String, Template)> = Vec::new();
    if let Some(node) = object.get("headers") {
        node.each_member(&mut |name, node| {
            let lower = name.to_ascii_lowercase();
            if !is_header_name(&lower) {
                node.problem("this is not a header name");
            } else if OWN_HEADERS.contains(&&*lower) {
                node.problem(concat(&["`", &lower, "` is filled by the engine"]));
            } else if lower == "authorization" && has_token {
                node.problem("the token fills `authorization`; set `token` to null to write your own");
            } else if headers.iter().any(|(known, _)| *known == lower) {
                node.problem(concat(&["`", &lower, "` is given twice"]));
            }
            headers.extend(read_template(node).map(|template| (lower, template)));
        });
    }
    headers
}

/// A token of RFC 9110 §5.6.2.
fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

pub(super) fn indexes_read(when: &Expression, names: &[Rc<str>]) -> Vec<usize> {
    let reads = when.reads();
    let reads_all = reads.iter().any(Vec::is_empty);
    let is_read = |name: &Rc<str>| reads_all || reads.iter().any(|chain| chain.first() == Some(name));
    names.iter().enumerate().filter(|(_, name)| is_read(name)).map(|(index, _)| index).collect()
}

/// Whether any template of the source holds such an expression.
fn any_expression(source: &SourceConfig, is_such: fn(&Expression) -> bool) -> bool {
    let mut found = false;
    let mut look = |expression: &Expression| found |= is_such(expression);
    source.url.expressions().for_each(&mut look);
    source.headers.iter().flat_map(|(_, template)| template.expressions()).for_each(&mut look);
    if let Body::Json(body) = &source.body {
        body.visit(&mut |template| template.expressions().for_each(&mut look));
    }
    found
}

/// Whether an expression reads `event.user.email`, alone or as a part of something larger.
fn reads_email(expression: &Expression) -> bool {
    expression.reads().iter().any(|chain| covers_email(chain))
}

fn covers_email(chain: &[Rc<str>]) -> bool {
    ["event", "user", "email"].iter().zip(chain).all(|(wanted, name)| *wanted == &**name)
}

/// A source whose `when` waits for itself, by whatever way round, would never run.
fn check_cycles(node: &Node<'_>, sources: &[SourceConfig]) {
    let mut settled = vec![false; sources.len()];
    loop {
        let ready = (0..sources.len()).find(|index| {
            let is_settled = |other: &usize| settled.get(*other).copied().unwrap_or(true);
            !is_settled(index)
                && sources.get(*index).is_some_and(|source| source.waits_for.iter().all(is_settled))
        });
        match ready.and_then(|index| settled.get_mut(index)) {
            Some(flag) => *flag = true,
            None => break,
        }
    }
    let waiting: Vec<String> = sources
        .iter()
        .zip(&settled)
        .filter(|(_, settled)| !**settled)
        .map(|(source, _)| concat(&["`", &source.name, "`"]))
        .collect();
    if !waiting.is_empty() {
        node.problem(concat(&[
            &join(waiting.iter().map(String::as_str), " and "),
            " wait for each other in `when`",
        ]));
    }
}
