//! `sources`: calls to the backend.

use std::rc::Rc;

use claimsmith_expression::Expression;

use super::reader::{Node, Object};
use super::tokens::{TokenConfig, read_timeout_ms, read_url};
use super::{Named, check_names, read_expression, read_template};
use crate::http::Method;
use crate::template::{JsonTemplate, Template};
use crate::url::UrlTemplate;

/// One call to the backend.
#[derive(Debug)]
pub struct SourceConfig {
    /// The name that expressions use.
    pub name: Rc<str>,
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
    /// How much of an answer is read: up to 1 MiB, 65,536 where left out.
    pub max_bytes: u32,
    /// What a failure does to the login.
    pub on_error: OnError,
    /// What status 404 means.
    pub on_not_found: OnNotFound,
    /// Whether a template reads the user's address, which must then be verified.
    pub needs_verified_email: bool,
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

/// Headers that the transport or the engine fills.
const OWN_HEADERS: [&str; 6] =
    ["connection", "content-length", "content-type", "host", "transfer-encoding", "accept-encoding"];

pub(super) fn read(node: &Node<'_>, tokens: &Named<TokenConfig>, allow_http: bool) -> Named<SourceConfig> {
    let names: Vec<Rc<str>> = node.entries().iter().map(|(name, _)| (*name).into()).collect();
    let sources = Named::read(node, |name, entry| read_source(name, entry, tokens, &names, allow_http));
    // With an entry that could not be read, the indexes below would not fit.
    if sources.list.len() == names.len() {
        check_cycles(node, &sources.list);
    }
    sources
}

fn read_source(
    name: Rc<str>,
    node: &Node<'_>,
    tokens: &Named<TokenConfig>,
    names: &[Rc<str>],
    allow_http: bool,
) -> Option<SourceConfig> {
    let object = node.object()?;
    object.not_yet(&["retries", "cache"]);
    let url = object.require("url").and_then(|node| read_url(&node, allow_http));
    let token = read_token(&object, tokens);
    let body = read_body(&object);
    let headers = read_headers(&object, token.is_some());
    let when = object.get("when").and_then(|node| read_expression(&node, names));
    let timeout_ms = read_timeout_ms(&object);
    let max_bytes = object.integer("max_bytes", 1, 1 << 20, 1 << 16);
    let on_error = object.choice("on_error", &["skip", "deny"], &[OnError::Skip, OnError::Deny]);
    let on_not_found =
        object.choice("on_not_found", &["null", "error"], &[OnNotFound::Null, OnNotFound::Error]);
    let allow_unverified = object.flag("allow_unverified_email");
    object.finish();
    let mut source = SourceConfig {
        name,
        url: url?,
        token,
        body: body?,
        headers,
        waits_for: when.as_ref().map_or_else(Vec::new, |when| indexes_read(when, names)),
        when,
        timeout_ms,
        max_bytes,
        on_error: on_error?,
        on_not_found: on_not_found?,
        needs_verified_email: false,
    };
    source.needs_verified_email = !allow_unverified && reads_email(&source);
    Some(source)
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
        let near = super::reader::nearest(wanted, tokens.names.iter().map(|name| &**name));
        node.problem(match near {
            Some(near) => format!("there is no token `{wanted}`; did you mean `{near}`?"),
            None => format!("there is no token `{wanted}` under `tokens`"),
        });
    }
    tokens.list.iter().position(|token| &*token.name == wanted)
}

fn read_body(object: &Object<'_>) -> Option<Body> {
    let method = object.choice("method", &["GET", "POST"], &[Method::Get, Method::Post]);
    let body = object.get("body");
    match (method?, body) {
        (Method::Get, None) => Some(Body::None),
        (Method::Get, Some(node)) => {
            node.problem("a GET has no body; set `method` to `POST`");
            None
        }
        (Method::Post, None) => {
            object.node.problem("a POST needs a `body`");
            None
        }
        (Method::Post, Some(node)) => {
            let template = node.accept(JsonTemplate::parse(node.value))?;
            template.visit(&mut |template| {
                template.expressions().for_each(|expression| check_names(&node, expression, &[]));
            });
            Some(Body::Json(template))
        }
    }
}

fn read_headers(object: &Object<'_>, has_token: bool) -> Vec<(String, Template)> {
    let mut headers: Vec<(String, Template)> = Vec::new();
    let given = object.get("headers");
    for (name, node) in given.iter().flat_map(|node| node.entries()) {
        let lower = name.to_ascii_lowercase();
        if !is_header_name(&lower) {
            node.problem("this is not a header name");
        } else if OWN_HEADERS.contains(&&*lower) {
            node.problem(format!("`{lower}` is filled by the engine"));
        } else if lower == "authorization" && has_token {
            node.problem("the token fills `authorization`; set `token` to null to write your own");
        } else if headers.iter().any(|(known, _)| *known == lower) {
            node.problem(format!("`{lower}` is given twice"));
        }
        headers.extend(read_template(&node).map(|template| (lower, template)));
    }
    headers
}

/// A token of RFC 9110 §5.6.2.
fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn indexes_read(when: &Expression, names: &[Rc<str>]) -> Vec<usize> {
    let reads = when.reads();
    let reads_all = reads.iter().any(Vec::is_empty);
    let is_read = |name: &Rc<str>| reads_all || reads.iter().any(|chain| chain.first() == Some(name));
    names.iter().enumerate().filter(|(_, name)| is_read(name)).map(|(index, _)| index).collect()
}

/// Whether any template reads `event.user.email`, alone or as a part of something larger.
fn reads_email(source: &SourceConfig) -> bool {
    let mut found = false;
    let mut look =
        |expression: &Expression| found |= expression.reads().iter().any(|chain| covers_email(chain));
    source.url.expressions().for_each(&mut look);
    source.headers.iter().flat_map(|(_, template)| template.expressions()).for_each(&mut look);
    if let Body::Json(body) = &source.body {
        body.visit(&mut |template| template.expressions().for_each(&mut look));
    }
    found
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
        .map(|(source, _)| format!("`{}`", source.name))
        .collect();
    if !waiting.is_empty() {
        node.problem(format!("{} wait for each other in `when`", waiting.join(" and ")));
    }
}
