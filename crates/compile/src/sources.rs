//! `sources`: calls to the backend.

use std::rc::Rc;

use claimsmith_core::http::{Method, OWN_HEADERS};
use claimsmith_core::plan::{Body, CachePlan, OnError, OnNotFound, SourcePlan, TokenPlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_expression::text::concat;

use crate::expressions::{check_parts, read_over_answer, read_template};
use crate::named::Named;
use crate::reader::{Node, Object, nearest};
use crate::scope::{Reads, Scope};
use crate::template::{parse_json, visit_json};
use crate::tokens::{breaker_id, read_timeout_ms};
use crate::values::{circle, describe_circle};

pub(crate) fn read(node: &Node<'_>, tokens: &Named<TokenPlan>, allow_http: bool) -> Named<SourcePlan> {
    let read_one = &mut |name, entry: &Node<'_>| read_source(name, entry, tokens, allow_http);
    let sources = Named::read(node, read_one);
    check_circles(node, &sources);
    sources
}

fn read_source(name: Rc<str>, node: &Node<'_>, tokens: &Named<TokenPlan>, allow_http: bool) -> SourcePlan {
    let object = node.object();
    let token = read_token(&object, tokens);
    let when = object.expression("when");
    let when_reads = node.scope.reads_of(&when);
    let body = read_body(&object);
    let retries = SourcePlan::retries(body.method());
    let mut source = SourcePlan {
        id: breaker_id(&name, node),
        name,
        url: object.url("url", allow_http),
        token,
        body,
        headers: read_headers(&object, token.is_some()),
        when_waits_for: when_reads.waits_for(),
        when_values: when_reads.values,
        when,
        waits_for: Vec::new(),
        reads: Vec::new(),
        values: Vec::new(),
        timeout_ms: read_timeout_ms(&object),
        retries: object.number("retries", retries),
        cache: object.get("cache").and_then(|node| read_cache(&node)),
        max_bytes: object.number("max_bytes", SourcePlan::MAX_BYTES),
        on_error: object.word("on_error").unwrap_or(OnError::Skip),
        on_not_found: object.word("on_not_found").unwrap_or(OnNotFound::Null),
        fail_when: object.get("fail_when").and_then(|node| read_over_answer(&node)),
        needs_verified_email: false,
        is_personal: false,
    };
    let allow_unverified = object.flag("allow_unverified_email");
    object.finish();
    let reads = template_reads(&source, node.scope);
    source.needs_verified_email = !allow_unverified && reads.event.iter().any(|chain| covers_email(chain));
    let token = token.and_then(|index| tokens.list.get(index));
    source.is_personal = token.is_some_and(|token| token.is_personal) || reads.is_personal();
    source.waits_for = reads.waits_for();
    (source.reads, source.values) = (reads.answers, reads.values);
    source
}

/// Reads the token, which may be left out where there is only one; `null` means none.
fn read_token(object: &Object<'_>, tokens: &Named<TokenPlan>) -> Option<usize> {
    let Some(node) = object.get_even_null("token") else {
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
        let near = nearest(wanted, &known);
        node.problem(match near {
            Some(near) => concat(&["there is no token `", wanted, "`; did you mean `", near, "`?"]),
            None => concat(&["there is no token `", wanted, "` under `tokens`"]),
        });
    }
    tokens.list.iter().position(|token| &*token.name == wanted)
}

fn read_body(object: &Object<'_>) -> Body {
    let method = object.word("method").unwrap_or(Method::Get);
    match (method, object.get("body")) {
        (Method::Get, None) => return Body::None,
        (Method::Get, Some(node)) => node.problem("a GET has no body; set `method` to `POST`"),
        (Method::Post, None) => object.node.problem("a POST needs a `body`"),
        (Method::Post, Some(node)) => {
            if let Some(template) = node.accept(parse_json(node.value)) {
                visit_json(&template, &mut |part| check_parts(&node, std::iter::once(part)));
                return Body::Json(template);
            }
        }
    }
    Body::None
}

fn read_cache(node: &Node<'_>) -> Option<CachePlan> {
    if node.value.is_null() {
        return None;
    }
    let object = node.object();
    object.require("ttl_s");
    let seconds = |key| u64::from(object.number(key, CachePlan::SECONDS)) * 1_000;
    let cache = CachePlan {
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

/// Returns whether the name is a token of RFC 9110 §5.6.2.
fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Returns what the templates of a source read.
fn template_reads(source: &SourcePlan, scope: &Scope) -> Reads {
    let mut reads = Reads::default();
    let mut add = |part: &Part| {
        if let Part::Expression(expression, _) = part {
            reads.merge(&scope.reads(expression));
        }
    };
    source.url.parts().for_each(&mut add);
    source.headers.iter().flat_map(|(_, template)| template.parts()).for_each(&mut add);
    if let Body::Json(body) = &source.body {
        visit_json(body, &mut add);
    }
    reads
}

/// Returns whether a chain below `event` reads the user's address, alone or as a part of something larger.
fn covers_email(chain: &[Rc<str>]) -> bool {
    ["user", "email"].iter().zip(chain).all(|(wanted, name)| *wanted == &**name)
}

/// A source that waits for itself, by whatever way round, would never run.
fn check_circles(node: &Node<'_>, sources: &Named<SourcePlan>) {
    let waits_for = |source: &SourcePlan| [&*source.when_waits_for, &*source.waits_for].concat();
    let graph: Vec<Vec<usize>> = sources.list.iter().map(waits_for).collect();
    if let Some(circle) = circle(&graph) {
        let name =
            |index: usize| sources.names.get(index).map_or_else(String::new, |name| String::from(&**name));
        node.problem(describe_circle(&circle, &name));
    }
}
