//! `sources`: calls to the backend.

use std::rc::Rc;

use claimsmith_core::plan::{AnswerFormat, Body, CachePlan, OnError, OnNotFound, SourcePlan, TokenPlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_expression::text::concat;

use crate::circles::{circle, describe_circle};
use crate::expressions::{read_over_answer, read_reason};
use crate::named::Named;
use crate::nearest::nearest;
use crate::reader::{Node, Object};
use crate::requests::{Sent, read_basic, read_fields, read_sent};
use crate::scope::{Reads, Scope};
use crate::template::visit_json;
use crate::tokens::{self, breaker_id, read_timeout_ms};
use crate::{headers, tls};

const BY_CONTENT_TYPE: (&str, &str) =
    ("content-type", "`content-type` is filled by the engine; say `content_type` beside `headers`");
const BY_TOKEN: (&str, &str) =
    ("authorization", "the token fills `authorization`; set `token` to null to write your own");
const BY_BASIC: (&str, &str) =
    ("authorization", "`basic` fills `authorization`; leave `basic` out to write your own");

pub(crate) fn read(node: &Node<'_>, tokens: &Named<TokenPlan>, allow_http: bool) -> Named<SourcePlan> {
    let read_one = &mut |name, entry: &Node<'_>| read_source(name, entry, tokens, allow_http);
    let sources = Named::read(node, read_one);
    check_circles(node, &sources);
    sources
}

fn read_source(name: Rc<str>, node: &Node<'_>, tokens: &Named<TokenPlan>, allow_http: bool) -> SourcePlan {
    let object = node.object();
    let basic = read_basic(&object);
    let token = read_token(&object, tokens, basic.is_some());
    let when = object.expression("when");
    let when_reads = node.scope.reads_of(&when);
    let url = object.url("url", allow_http);
    let tls = tls::read(&object, &url);
    let Sent { method, body, content_type, only_asks } = read_sent(&object);
    let retries = object.number("retries", SourcePlan::retries(only_asks));
    let mut taken = vec![BY_CONTENT_TYPE];
    taken.extend(token.map(|_| BY_TOKEN).or(basic.as_ref().map(|_| BY_BASIC)));
    let (on_error, deny_reason) = read_on_error(&object);
    let mut source = SourcePlan {
        id: breaker_id(&name, node),
        name,
        url,
        query: object.get("query").map_or_else(Vec::new, |node| read_fields(&node)),
        token,
        basic,
        method,
        headers: headers::read(&object, &taken),
        tls,
        when_waits_for: when_reads.waits_for(),
        when_values: when_reads.values,
        when,
        waits_for: Vec::new(),
        reads: Vec::new(),
        values: Vec::new(),
        timeout_ms: read_timeout_ms(&object),
        retries,
        // What is written says that twice does no harm.
        may_repeat: only_asks || retries > 0,
        cache: object.get("cache").map(|node| read_cache(&node)),
        max_bytes: object.number("max_bytes", SourcePlan::MAX_BYTES),
        on_error,
        deny_reason,
        on_not_found: object.word("on_not_found").unwrap_or(OnNotFound::Null),
        ok_status: object.get("ok_status").map_or_else(Vec::new, |node| read_ok_status(&node)),
        answer: read_answer_format(&object, &body),
        body,
        content_type,
        fail_when: object.get("fail_when").and_then(|node| read_over_answer(&node)),
        needs_verified_email: false,
        is_personal: false,
        wanted: None,
    };
    let allow_unverified = object.flag("allow_unverified_email");
    object.finish();
    let mut reads = template_reads(&source, node.scope);
    source.needs_verified_email = !allow_unverified && reads.event.iter().any(|chain| covers_email(chain));
    if let Some(token) = token.and_then(|index| tokens.list.get(index)) {
        // Its grant is made beside the request.
        reads.merge(&tokens::template_reads(token, node.scope));
    }
    source.is_personal = reads.is_personal();
    source.waits_for = reads.waits_for();
    (source.reads, source.values) = (reads.answers, reads.values);
    source
}

/// Reads the token, which may be left out where there is only one; `null` means none.
fn read_token(object: &Object<'_>, tokens: &Named<TokenPlan>, has_basic: bool) -> Option<usize> {
    let Some(node) = object.get_even_null("token") else {
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

/// Reads the effect of a failure, and the text that the user reads where that is a denial.
fn read_on_error(object: &Object<'_>) -> (OnError, Option<Template>) {
    match object.get("on_error") {
        Some(node) if node.value.as_object().is_some() => {
            let object = node.object();
            let reason = object.require("deny").and_then(|node| read_reason(&node));
            object.finish();
            (OnError::Deny, reason)
        }
        Some(node) => (node.word().unwrap_or(OnError::Skip), None),
        None => (OnError::Skip, None),
    }
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

fn read_cache(node: &Node<'_>) -> CachePlan {
    let object = node.object();
    object.require("ttl_s");
    let seconds = |key| u64::from(object.number(key, CachePlan::SECONDS)) * 1_000;
    let cache = CachePlan {
        ttl_ms: seconds("ttl_s"),
        stale_if_error_ms: seconds("stale_if_error_s"),
        not_found_ttl_ms: seconds("not_found_ttl_s"),
    };
    object.finish();
    cache
}

/// Returns what the templates of a source read.
fn template_reads(source: &SourcePlan, scope: &Scope) -> Reads {
    scope.reads_of_parts(|add| visit_parts(source, add))
}

/// Calls `visit` with each part of each template of a source. A new field does not compile until it is decided here.
pub(crate) fn visit_parts(source: &SourcePlan, visit: &mut dyn FnMut(&Part)) {
    let SourcePlan {
        url,
        query,
        basic,
        body,
        headers,
        tls,
        name: _,
        id: _,
        token: _,
        method: _,
        content_type: _,
        when: _,
        when_waits_for: _,
        when_values: _,
        waits_for: _,
        reads: _,
        values: _,
        timeout_ms: _,
        retries: _,
        may_repeat: _,
        cache: _,
        max_bytes: _,
        on_error: _,
        // It is shown, and not sent.
        deny_reason: _,
        on_not_found: _,
        ok_status: _,
        answer: _,
        fail_when: _,
        needs_verified_email: _,
        is_personal: _,
        wanted: _,
    } = source;
    url.parts().for_each(&mut *visit);
    query.iter().for_each(|(_, field)| visit_json(field, visit));
    let basic = basic.iter().flat_map(|(user, password)| [user, password]);
    let templates = basic.chain(headers.iter().chain(tls).map(|(_, template)| template));
    templates.flat_map(Template::parts).for_each(&mut *visit);
    match body {
        Body::None => {}
        Body::Json(template) | Body::GraphQl(template) => visit_json(template, visit),
        Body::Form(fields) => fields.iter().for_each(|(_, field)| visit_json(field, visit)),
        Body::Text(template) => template.parts().iter().for_each(visit),
    }
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
