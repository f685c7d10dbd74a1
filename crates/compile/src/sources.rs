//! `sources`: calls to the backend.

use std::rc::Rc;

use claimsmith_core::http::{Method, OWN_HEADERS};
use claimsmith_core::plan::{Body, CachePlan, OnError, OnNotFound, SourcePlan, TokenPlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_expression::text::{concat, join};
use claimsmith_expression::{Expression, Map};

use crate::expressions::{check_parts, parse_expression, read_reason, read_template};
use crate::named::Named;
use crate::reader::{Node, Object, nearest};
use crate::template::{parse_json, visit_json};
use crate::tokens::{breaker_id, read_timeout_ms, reads_login};

pub(crate) fn read(node: &Node<'_>, tokens: &Named<TokenPlan>, allow_http: bool) -> Named<SourcePlan> {
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
    tokens: &Named<TokenPlan>,
    names: &[Rc<str>],
    allow_http: bool,
) -> SourcePlan {
    let object = node.object();
    let token = read_token(&object, tokens);
    let when = object.expression("when", names);
    let body = read_body(&object);
    let retries = SourcePlan::retries(body.method());
    let (on_error, deny_reason) = read_on_error(&object, names);
    let mut source = SourcePlan {
        id: breaker_id(&name, node),
        name,
        url: object.url("url", allow_http),
        token,
        body,
        headers: read_headers(&object, token.is_some()),
        waits_for: when.as_ref().map_or_else(Vec::new, |when| indexes_read(when, names)),
        when,
        timeout_ms: read_timeout_ms(&object),
        retries: object.number("retries", retries),
        cache: object.get("cache").and_then(|node| read_cache(&node)),
        max_bytes: object.number("max_bytes", SourcePlan::MAX_BYTES),
        on_error,
        deny_reason,
        on_not_found: object.word("on_not_found").unwrap_or(OnNotFound::Null),
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

/// Reads the token, which may be left out where there is only one; `null` means none.
fn read_token(object: &Object<'_>, tokens: &Named<TokenPlan>) -> Option<usize> {
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
        let near = nearest(wanted, &known);
        node.problem(match near {
            Some(near) => concat(&["there is no token `", wanted, "`; did you mean `", near, "`?"]),
            None => concat(&["there is no token `", wanted, "` under `tokens`"]),
        });
    }
    tokens.list.iter().position(|token| &*token.name == wanted)
}

/// Reads the effect of a failure, and the text that the user reads where that is a denial.
fn read_on_error(object: &Object<'_>, names: &[Rc<str>]) -> (OnError, Option<Template>) {
    match object.get("on_error") {
        Some(node) if node.value.as_object().is_some() => {
            let object = node.object();
            let reason = object.require("deny").and_then(|node| read_reason(&node, names));
            object.finish();
            (OnError::Deny, reason)
        }
        Some(node) => (node.word().unwrap_or(OnError::Skip), None),
        None => (OnError::Skip, None),
    }
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

pub(crate) fn indexes_read(when: &Expression, names: &[Rc<str>]) -> Vec<usize> {
    let reads = when.reads();
    let reads_all = reads.iter().any(Vec::is_empty);
    let is_read = |name: &Rc<str>| reads_all || reads.iter().any(|chain| chain.first() == Some(name));
    names.iter().enumerate().filter(|(_, name)| is_read(name)).map(|(index, _)| index).collect()
}

/// Returns whether any template of the source holds such an expression.
fn any_expression(source: &SourcePlan, is_such: fn(&Expression) -> bool) -> bool {
    let mut found = false;
    let mut look =
        |part: &Part| found |= matches!(part, Part::Expression(expression, _) if is_such(expression));
    source.url.parts().for_each(&mut look);
    source.headers.iter().flat_map(|(_, template)| template.parts()).for_each(&mut look);
    if let Body::Json(body) = &source.body {
        visit_json(body, &mut look);
    }
    found
}

/// Returns whether an expression reads `event.user.email`, alone or as a part of something larger.
fn reads_email(expression: &Expression) -> bool {
    expression.reads().iter().any(|chain| covers_email(chain))
}

fn covers_email(chain: &[Rc<str>]) -> bool {
    ["event", "user", "email"].iter().zip(chain).all(|(wanted, name)| *wanted == &**name)
}

/// A source whose `when` waits for itself, by whatever way round, would never run.
fn check_cycles(node: &Node<'_>, sources: &[SourcePlan]) {
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
