//! Mistakes in claims and rules as a whole.

use std::rc::Rc;

use claimsmith_core::Target;
use claimsmith_core::error::Part as Place;
use claimsmith_core::plan::{Body, ClaimPlan, OnError, SourcePlan};
use claimsmith_core::template::Part;
use claimsmith_core::text::join_path;
use claimsmith_expression::ast::{Node, Operator};
use claimsmith_expression::{Expression, Value};

use super::chains::is_written_by_user;
use super::expressions::visit;
use super::walk::{Found, Use, entries, members, rules};
use super::{Context, WarningCode};
use crate::template::visit_json;

/// So many claims with a namespace make one without it stand out.
const MIN_NAMESPACED: usize = 2;

pub(crate) fn check_claims(context: &mut Context<'_>) {
    for (name, claim) in members(&context.config.member("claims")) {
        check_name(context, &name);
        for (path, entry) in entries(&name, &claim) {
            check_fallback(context, &path, &entry);
            check_required(context, &path, &entry);
        }
    }
}

/// A bare name among claims that have a namespace was likely forgotten: the API that reads the access token may be a third
/// party's, which gives the name a meaning of its own (RFC 7519 §4.3). An ID token is for the application that asked for it.
fn check_name(context: &mut Context<'_>, name: &str) {
    let in_tokens = |claim: &&ClaimPlan| claim.targets.contains(&Target::AccessToken);
    let names: Vec<&str> =
        context.plan.claims.iter().filter(in_tokens).filter_map(ClaimPlan::fixed_name).collect();
    let bare = names.iter().filter(|name| is_bare(name)).count();
    let namespaced = names.len() - bare;
    if !names.contains(&name) || !is_bare(name) || bare > 1 || namespaced < MIN_NAMESPACED {
        return;
    }
    let message = format!(
        "`{name}` alone has no namespace: an API of a third party may give the name a meaning of its own"
    );
    let mend = match names.iter().find_map(|other| namespace(other)) {
        Some(namespace) => format!("write `{namespace}{name}`"),
        None => format!("put it in a namespace of yours, as in `https://example.com/{name}`"),
    };
    context.warn(WarningCode::ClaimWithoutNamespace, &join_path("claims", name), Place::Key, message, mend);
}

fn is_bare(name: &str) -> bool {
    !name.contains([':', '/'])
}

/// Returns a name up to its last part.
fn namespace(name: &str) -> Option<&str> {
    let end = name.rfind(['/', ':']).filter(|_| !is_bare(name))?;
    name.get(..=end)
}

/// `profile.plan || 'free'` has no value where the source failed.
fn check_fallback(context: &mut Context<'_>, path: &str, entry: &Value) {
    let has_default = !entry.member("default").is_null();
    let value =
        entry.as_str().map(str::to_owned).or_else(|| entry.member("value").as_str().map(str::to_owned));
    let Some(expression) = value.and_then(|text| Expression::parse(&text).ok()) else { return };
    let Node::Binary(Operator::Or, left, right) = expression.root() else { return };
    let Node::Literal(literal) = &**right else { return };
    // Null in the place of null is no fallback.
    if has_default || literal.is_null() || matches!(&**left, Node::Literal(_)) {
        return;
    }
    let reads = context.scope.reads(&expression);
    if reads.answers.is_empty() {
        return;
    }
    let texts = expression.texts();
    let (whole, left, right) = (texts.get(expression.root()), texts.get(left), texts.get(right));
    let source = source_name(context, reads.answers.first());
    let message = format!("`{whole}` has no value where the source `{source}` fails, `{right}` neither");
    let mend = format!("add `\"default\": {}`, or write `not_null({left}, {right})`", literal.to_json());
    let place = if entry.as_str().is_some() { path.to_owned() } else { join_path(path, "value") };
    context.warn(WarningCode::FallbackUnused, &place, Place::Value, message, mend);
}

fn check_required(context: &mut Context<'_>, path: &str, entry: &Value) {
    if entry.member("required") != Value::Bool(true) {
        return;
    }
    let when = entry.member("when").as_str().and_then(|text| Expression::parse(text).ok());
    let Some(when) = when else { return };
    // It has a value whatever fails.
    if matches!(when.root(), Node::Call(call) if call.name() == "not_null") {
        return;
    }
    let reads = context.scope.reads(&when);
    let skipped = reads.answers.iter().find(|index| {
        context.plan.sources.get(**index).is_some_and(|source| source.on_error == OnError::Skip)
    });
    if skipped.is_none() {
        return;
    }
    let source = source_name(context, skipped);
    let message = format!(
        "where the source `{source}` fails this is undecided, so the claim is left out, and as it is required the login is denied"
    );
    let mend = format!("write `not_null({}, `false`)` if the login should go on", when.text());
    context.warn(WarningCode::RequiredWhenUndecided, &join_path(path, "when"), Place::Value, message, mend);
}

fn source_name(context: &Context<'_>, index: Option<&usize>) -> String {
    let source = index.and_then(|index| context.plan.sources.get(*index));
    source.map_or_else(String::new, |source| String::from(&*source.name))
}

pub(crate) fn check_rules(context: &mut Context<'_>) {
    for list in ["deny", "mfa", "session", "refresh_token", "scopes"] {
        for (path, rule) in rules(context.config, list) {
            let word = rule.member("on_unavailable").as_str().map(str::to_owned);
            let protects = match list {
                "session" | "refresh_token" => !rule.member("revoke").is_null(),
                "scopes" => !rule.member("remove").is_null(),
                _ => true,
            };
            if !protects {
                continue;
            }
            let default = if list == "mfa" {
                "require"
            } else if list == "scopes" {
                "keep"
            } else {
                "deny"
            };
            check_rule(context, &path, &rule, word.as_deref().unwrap_or(default));
        }
    }
}

fn check_rule(context: &mut Context<'_>, path: &str, rule: &Value, word: &str) {
    let place = join_path(path, "when");
    let Some(expression) = rule.member("when").as_str().and_then(|text| Expression::parse(text).ok()) else {
        return;
    };
    let is_off = matches!(word, "skip" | "keep");
    let found = Found { path: place.clone(), start: 0, expression: expression.clone(), used: Use::Condition };
    if let Some(chain) = breaking_chain(&expression) {
        let message = if is_off {
            format!("the user writes `{chain}`: with a value of another type, or none, the rule is skipped")
        } else {
            format!(
                "the user writes `{chain}`: with a value of another type, or none, the rule is undecided and counts as if it held"
            )
        };
        let mend = format!("write `not_null({chain}, '')` or `to_string({chain})` in its place");
        context.warn_at(WarningCode::RuleFailsByUser, &found, &chain, message, mend);
    }
    if !is_off {
        return;
    }
    // A source that the user can make fail switches the rule off.
    for index in context.scope.reads_of([&expression]).answers {
        let Some(source) = context.plan.sources.get(index) else { continue };
        let Some(chain) = written_by_user(context, source) else { continue };
        if source.on_error == OnError::Deny {
            continue;
        }
        let name = &source.name;
        let message = format!(
            "the user writes `{chain}`, which is sent to the source `{name}`: a value that makes it fail switches this rule off"
        );
        let mend = format!(
            "write `\"on_unavailable\": \"{}\"`, or leave `{chain}` out of the request",
            if word == "keep" {
                "remove"
            } else if path.starts_with("mfa") {
                "require"
            } else {
                "deny"
            }
        );
        let place = join_path(path, "on_unavailable");
        context.warn(WarningCode::RuleFailsByUser, &place, Place::Value, message, mend);
    }
}

/// Returns the first chain that the user writes in a place where a value of another type is an error.
fn breaking_chain(expression: &Expression) -> Option<String> {
    let texts = expression.texts();
    let mut breaking = None;
    let mut see = |node: &Node| {
        if breaking.is_none() && chain_of(node).is_some_and(|chain| is_of_user(&chain)) {
            breaking = Some(texts.get(node).to_string());
        }
    };
    visit(expression.root(), &mut |node| match node {
        Node::Call(call) if !takes_anything(call.name()) => {
            call.arguments.iter().for_each(|argument| see(&argument.node));
        }
        Node::Arithmetic(_, _, left, right) => {
            see(left);
            see(right);
        }
        _ => {}
    });
    breaking
}

fn takes_anything(function: &str) -> bool {
    matches!(function, "not_null" | "to_array" | "to_number" | "to_string" | "type")
}

fn chain_of(node: &Node) -> Option<Vec<Rc<str>>> {
    match node {
        Node::Member(name) | Node::Global(name, _) => Some(vec![Rc::clone(name)]),
        Node::Binary(Operator::Dot, left, right) => {
            let mut chain = chain_of(left)?;
            chain.extend(chain_of(right)?);
            Some(chain)
        }
        _ => None,
    }
}

fn is_of_user(chain: &[Rc<str>]) -> bool {
    chain.split_first().is_some_and(|(root, rest)| &**root == "event" && is_written_by_user(rest))
}

/// Returns the first chain that the user writes and that can make a request fail: in its URL, headers or text.
fn written_by_user(context: &Context<'_>, source: &SourcePlan) -> Option<String> {
    let mut found = None;
    let mut see = |part: &Part| {
        if let (Part::Expression(expression, _), None) = (part, &found) {
            let reads = context.scope.reads(expression);
            found = reads
                .event
                .iter()
                .find(|chain| is_written_by_user(chain))
                .map(|chain| format!("event.{}", chain.join(".")));
        }
    };
    source.url.parts().for_each(&mut see);
    source.headers.iter().flat_map(|(_, template)| template.parts()).for_each(&mut see);
    source.query.iter().for_each(|(_, field)| visit_json(field, &mut see));
    match &source.body {
        Body::None => {}
        Body::Json(template) | Body::GraphQl(template) => visit_json(template, &mut see),
        Body::Form(fields) => fields.iter().for_each(|(_, field)| visit_json(field, &mut see)),
        Body::Text(template) => template.parts().iter().for_each(&mut see),
    }
    found
}
