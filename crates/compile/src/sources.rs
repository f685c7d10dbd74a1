//! `sources`: calls to the backend.

use std::rc::Rc;

use claimsmith_core::http::OWN_HEADERS;
use claimsmith_core::plan::{AnswerFormat, Body, CachePlan, OnError, OnNotFound, SourcePlan, TokenPlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_expression::text::{concat, join};
use claimsmith_expression::{Expression, Map};

use crate::expressions::{parse_expression, read_template};
use crate::named::Named;
use crate::reader::{Node, Object, nearest};
use crate::requests::{Sent, read_basic, read_fields, read_sent};
use crate::template::visit_json;
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
    let basic = read_basic(&object);
    let token = read_token(&object, tokens, basic.is_some());
    let when = object.expression("when", names);
    let Sent { method, body, content_type, only_asks } = read_sent(&object);
    let retries = object.number("retries", SourcePlan::retries(only_asks));
    let fills_authorization = match (token, &basic) {
        (Some(_), _) => Some("the token"),
        (None, Some(_)) => Some("`basic`"),
        (None, None) => None,
    };
    let mut source = SourcePlan {
        id: breaker_id(&name, node),
        name,
        url: object.url("url", allow_http),
        query: object.get("query").map_or_else(Vec::new, |node| read_fields(&node)),
        token,
        basic,
        method,
        headers: read_headers(&object, fills_authorization),
        waits_for: when.as_ref().map_or_else(Vec::new, |when| indexes_read(when, names)),
        when,
        timeout_ms: read_timeout_ms(&object),
        retries,
        // What is written says that twice does no harm.
        may_repeat: only_asks || retries > 0,
        cache: object.get("cache").and_then(|node| read_cache(&node)),
        max_bytes: object.number("max_bytes", SourcePlan::MAX_BYTES),
        on_error: object.word("on_error").unwrap_or(OnError::Skip),
        on_not_found: object.word("on_not_found").unwrap_or(OnNotFound::Null),
        ok_status: object.get("ok_status").map_or_else(Vec::new, |node| read_ok_status(&node)),
        answer: read_answer_format(&object, &body),
        body,
        content_type,
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
fn read_token(object: &Object<'_>, tokens: &Named<TokenPlan>, has_basic: bool) -> Option<usize> {
    let Some(node) = object.get("token") else {
        if has_basic {
            return None;
        }
        if tokens.names.len() > 1 {
            object.node.problem("`token` is missing: there are several, so say which, or null for none");
        }
        return (!tokens.list.is_empty()).then_some(0);
    };
    if node.value.is_null() {
        return None;
    }
    if has_basic {
        node.problem("`basic` and `token` exclude each other; leave one of them out");
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

fn read_ok_status(node: &Node<'_>) -> Vec<u32> {
    let mut statuses = Vec::new();
    node.each_item(&mut |item| {
        let status = item.number(SourcePlan::OK_STATUS);
        if status.is_some_and(|status| SourcePlan::NEVER_OK.contains(&status)) {
            item.problem("401, 404, 408 and 429 have a meaning of their own, and are never success here");
        }
        statuses.extend(status);
    });
    statuses
}

fn read_answer_format(object: &Object<'_>, body: &Body) -> AnswerFormat {
    let format = object.word("answer").unwrap_or(AnswerFormat::Json);
    if matches!(body, Body::GraphQl(_)) && format != AnswerFormat::Json {
        object.node.problem("`graphql` is answered in JSON, which tells of its errors; leave `answer` out");
    }
    format
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

/// Reads the headers. `filled_by` is what fills `authorization`, if anything does.
fn read_headers(object: &Object<'_>, filled_by: Option<&str>) -> Vec<(String, Template)> {
    let mut headers: Vec<(String, Template)> = Vec::new();
    if let Some(node) = object.get("headers") {
        node.each_member(&mut |name, node| {
            let lower = name.to_ascii_lowercase();
            if !is_header_name(&lower) {
                node.problem("this is not a header name");
            } else if OWN_HEADERS.contains(&&*lower) {
                let remedy =
                    if lower == "content-type" { "; say `content_type` beside `headers`" } else { "" };
                node.problem(concat(&["`", &lower, "` is filled by the engine", remedy]));
            } else if let Some(filled_by) = filled_by.filter(|_| lower == "authorization") {
                let remedy = if filled_by == "`basic`" { "leave `basic` out" } else { "set `token` to null" };
                node.problem(concat(&[filled_by, " fills `authorization`; ", remedy, " to write your own"]));
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

/// Calls `visit` with each part of each template of a source. A new field does not compile until it is decided here.
pub(crate) fn visit_parts(source: &SourcePlan, visit: &mut dyn FnMut(&Part)) {
    let SourcePlan {
        url,
        query,
        basic,
        body,
        headers,
        name: _,
        id: _,
        token: _,
        method: _,
        content_type: _,
        when: _,
        waits_for: _,
        timeout_ms: _,
        retries: _,
        may_repeat: _,
        cache: _,
        max_bytes: _,
        on_error: _,
        on_not_found: _,
        ok_status: _,
        answer: _,
        fail_when: _,
        needs_verified_email: _,
        is_personal: _,
    } = source;
    url.parts().for_each(&mut *visit);
    query.iter().for_each(|(_, field)| visit_json(field, visit));
    let basic = basic.iter().flat_map(|(user, password)| [user, password]);
    let templates = basic.chain(headers.iter().map(|(_, template)| template));
    templates.flat_map(Template::parts).for_each(&mut *visit);
    match body {
        Body::None => {}
        Body::Json(template) | Body::GraphQl(template) => visit_json(template, visit),
        Body::Form(fields) => fields.iter().for_each(|(_, field)| visit_json(field, visit)),
        Body::Text(template) => template.parts().iter().for_each(visit),
    }
}

/// Returns whether any template of the source holds such an expression.
fn any_expression(source: &SourcePlan, is_such: fn(&Expression) -> bool) -> bool {
    let mut found = false;
    visit_parts(source, &mut |part| {
        found |= matches!(part, Part::Expression(expression, _) if is_such(expression));
    });
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
