//! Mistakes in sources: what they wait for, what they keep, what they send twice.

use std::rc::Rc;

use claimsmith_core::error::Part as Place;
use claimsmith_core::plan::{Body, OnError, SourcePlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::text::join_path;
use claimsmith_expression::Value;

use super::walk::mixed_texts;
use super::{Context, WarningCode};
use crate::scope::Reads;
use crate::sources::visit_parts;

/// A header by which a backend knows a request that it has had (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "idempotency-key";

pub(crate) fn check(context: &mut Context<'_>) {
    let plan = context.plan;
    for source in &plan.sources {
        let path = join_path("sources", &source.name);
        let written = context.config.member("sources").member(&source.name);
        check_waits(context, &path, source, &written);
        check_failure(context, &path, source);
        check_cache(context, &path, source);
        check_retries(context, &path, source, &written);
    }
}

/// A null in a URL, a header or within a text has no place to be left out of.
fn check_waits(context: &mut Context<'_>, path: &str, source: &SourcePlan, written: &Value) {
    if source.when.is_some() {
        return;
    }
    let headers = source.headers.iter().map(|(name, template)| (format!("headers.{name}"), template.clone()));
    let url = ("url".to_owned(), Template::new(source.url.parts().cloned().collect()));
    let mut templates: Vec<(String, Template)> = [url].into_iter().chain(headers).collect();
    match &source.body {
        Body::Text(template) => templates.push(("text".to_owned(), template.clone())),
        Body::Json(_) => {
            templates.extend(
                mixed_texts(&written.member("body"))
                    .into_iter()
                    .map(|template| ("body".to_owned(), template)),
            );
        }
        Body::None | Body::Form(_) | Body::GraphQl(_) => {}
    }
    for (place, template) in templates {
        for part in template.parts() {
            let Part::Expression(expression, text) = part else { continue };
            let reads = context.scope.reads(expression);
            let Some(other) = reads.answers.first().and_then(|index| context.plan.sources.get(*index)) else {
                continue;
            };
            let (other, name) = (Rc::clone(&other.name), Rc::clone(&source.name));
            let message = format!(
                "where `{other}` answers without `{text}`, the source `{name}` fails (`template_value_missing`)"
            );
            let mend = format!("add `\"when\": \"{text}\"`: then it is not asked");
            return context.warn(
                WarningCode::TemplateWithoutWhen,
                &join_path(path, &place),
                Place::Value,
                message,
                mend,
            );
        }
    }
}

/// A source that denies fails where one that is skipped failed.
fn check_failure(context: &mut Context<'_>, path: &str, source: &SourcePlan) {
    if source.on_error != OnError::Deny {
        return;
    }
    let mut reads = Reads::default();
    source.when.iter().for_each(|when| reads.merge(&context.scope.reads(when)));
    visit_parts(source, &mut |part| {
        if let Part::Expression(expression, _) = part {
            reads.merge(&context.scope.reads(expression));
        }
    });
    let others = reads.answers.iter().filter_map(|index| context.plan.sources.get(*index));
    let skipped: Vec<Rc<str>> =
        others.filter(|other| other.on_error == OnError::Skip).map(|other| Rc::clone(&other.name)).collect();
    for other in skipped {
        let name = &source.name;
        let message = format!(
            "where `{other}` fails, so does `{name}`, and the login is denied although `{other}` is to be skipped"
        );
        let mend = format!("write `\"on_error\": \"deny\"` at `{other}` as well, or `\"skip\"` here");
        context.warn(WarningCode::FailureSpreads, &join_path(path, "on_error"), Place::Value, message, mend);
    }
}

fn check_cache(context: &mut Context<'_>, path: &str, source: &SourcePlan) {
    if source.cache.is_none() {
        return;
    }
    let mut reads = Reads::default();
    visit_parts(source, &mut |part| {
        if let Part::Expression(expression, _) = part {
            reads.merge(&context.scope.reads(expression));
        }
    });
    let root = if reads.now {
        "now"
    } else if reads.calls.is_empty() {
        return;
    } else {
        "calls"
    };
    let message = format!(
        "the request reads `{root}`, so that it is another one at each login, and no answer is kept for the next"
    );
    let mend = format!("leave `cache` out, or `{root}` out of the request");
    context.warn(WarningCode::CachedByTime, &join_path(path, "cache"), Place::Key, message, mend);
}

fn check_retries(context: &mut Context<'_>, path: &str, source: &SourcePlan, written: &Value) {
    let is_query =
        matches!(source.body, Body::GraphQl(_)) && source.may_repeat && written.member("retries").is_null();
    let is_known = source.headers.iter().any(|(name, _)| name == IDEMPOTENCY_KEY);
    if source.method.is_idempotent()
        || is_query
        || is_known
        || source.retries == 0
        || written.member("retries").is_null()
    {
        return;
    }
    let method = source.method.as_str();
    let message = format!(
        "this sends a {method} again that may have reached the backend: it says that twice does no harm"
    );
    let mend =
        "leave `retries` out, or send a header `idempotency-key` that the backend knows: `\"{now.id}\"`"
            .to_owned();
    context.warn(WarningCode::RetriesRepeat, &join_path(path, "retries"), Place::Value, message, mend);
}
