//! Mistakes in expressions.

use std::rc::Rc;

use claimsmith_expression::Value;
use claimsmith_expression::ast::{Items, Node, Operator};
use claimsmith_expression::print::{name_text, quoted_names};

use super::chains::wrong;
use super::kinds::{Mistake, Types, mistakes};
use super::walk::{Found, Use};
use super::{Context, WarningCode};
use crate::hints::dashed_name;

pub(crate) fn check(context: &mut Context<'_>, found: &Found) {
    let is_document = found.used != Use::Answer;
    if is_document {
        check_event(context, found);
        check_filters(context, found);
    }
    // What a difference that nobody meant comes to is no news.
    if !check_dashes(context, found) {
        check_types(context, found, is_document);
    }
    check_length(context, found);
    check_projections(context, found);
    check_quoted(context, found);
    check_literals(context, found);
}

fn check_event(context: &mut Context<'_>, found: &Found) {
    for chain in found.expression.reads() {
        let Some((root, rest)) = chain.split_first() else { continue };
        if &**root != "event" {
            continue;
        }
        if rest.first().is_some_and(|name| &**name == "secrets") {
            let name = rest.get(1).map_or("NAME", |name| &**name);
            let message = "`event.secrets` is always null here: no expression sees a secret".to_owned();
            let mend = format!(
                "write `{{secrets.{name}}}` in a URL, a header or a body; what is no secret goes through `settings`"
            );
            context.warn_at(WarningCode::EventSecrets, found, "secrets", message, mend);
        } else if let Some(wrong) = wrong(context.plan.trigger, rest) {
            context.warn_at(WarningCode::EventMemberUnknown, found, &wrong.name, wrong.message, wrong.mend);
        }
    }
}

/// Visits every part of a tree.
pub(crate) fn visit<'n>(node: &'n Node, see: &mut dyn FnMut(&'n Node)) {
    see(node);
    match node {
        Node::Current | Node::Member(_) | Node::Literal(_) | Node::Variable(_) | Node::Global(..) => {}
        Node::Index(operand, _) | Node::Not(operand) => visit(operand, see),
        Node::Projection(source, items, each) => {
            visit(source, see);
            match items {
                Items::Matching(condition) => visit(condition, see),
                Items::All | Items::Values | Items::Flat | Items::Slice(..) => {}
            }
            visit(each, see);
        }
        Node::Binary(_, left, right) | Node::Arithmetic(_, _, left, right) => {
            visit(left, see);
            visit(right, see);
        }
        Node::Ternary(test, then, otherwise) => {
            [test, then, otherwise].into_iter().for_each(|node| visit(node, see));
        }
        Node::Let(bindings, body) => {
            bindings.iter().for_each(|node| visit(node, see));
            visit(body, see);
        }
        Node::List(nodes) => nodes.iter().for_each(|node| visit(node, see)),
        Node::Object(members) => members.iter().for_each(|(_, node)| visit(node, see)),
        Node::Call(call) => {
            call.arguments.iter().for_each(|argument| visit(&argument.node, see));
            call.reference.iter().for_each(|node| visit(node, see));
        }
    }
}

/// Calls `see` with each name that is read from the current value itself.
fn heads<'n>(node: &'n Node, see: &mut dyn FnMut(&'n Rc<str>)) {
    match node {
        Node::Member(name) => see(name),
        Node::Current | Node::Literal(_) | Node::Variable(_) | Node::Global(..) => {}
        // What stands behind is read from what stands before.
        Node::Binary(Operator::Dot | Operator::Pipe, left, _) => heads(left, see),
        Node::Index(operand, _) | Node::Not(operand) => heads(operand, see),
        Node::Projection(source, _, _) => heads(source, see),
        Node::Binary(_, left, right) | Node::Arithmetic(_, _, left, right) => {
            heads(left, see);
            heads(right, see);
        }
        Node::Ternary(test, then, otherwise) => {
            [test, then, otherwise].into_iter().for_each(|node| heads(node, see));
        }
        Node::Let(bindings, body) => {
            bindings.iter().for_each(|node| heads(node, see));
            heads(body, see);
        }
        Node::List(nodes) => nodes.iter().for_each(|node| heads(node, see)),
        Node::Object(members) => members.iter().for_each(|(_, node)| heads(node, see)),
        Node::Call(call) => call.arguments.iter().for_each(|argument| heads(&argument.node, see)),
    }
}

fn check_filters(context: &mut Context<'_>, found: &Found) {
    let mut roots: Vec<Rc<str>> =
        ["event", "settings", "values", "now", "calls"].into_iter().map(Rc::from).collect();
    roots.extend(context.scope.sources.iter().cloned());
    let mut bare: Vec<Rc<str>> = Vec::new();
    visit(found.expression.root(), &mut |node| {
        if let Node::Projection(_, Items::Matching(condition), _) = node {
            heads(condition, &mut |name| {
                if roots.contains(name) && !bare.contains(name) {
                    bare.push(Rc::clone(name));
                }
            });
        }
    });
    for name in bare {
        let message = format!("`{name}` in a filter is a member of the item, and not of the login");
        let mend = format!("write `${name}` for the login's, or `@.{name}` for the item's");
        context.warn_at(WarningCode::BareRootInFilter, found, &name, message, mend);
    }
}

fn check_types(context: &mut Context<'_>, found: &Found, is_document: bool) {
    let is_condition = matches!(found.used, Use::Condition | Use::Answer);
    let mistakes = mistakes(&found.expression, context.knowledge(), is_condition, is_document);
    for mistake in mistakes {
        match mistake {
            Mistake::Order { text, side, types, literal } => {
                let message = format!(
                    "`{text}` is always null: `<` and `>` compare numbers, and `{side}` is {}",
                    types.describe()
                );
                let mend = match literal {
                    Some(Value::String(digits)) if is_number(&digits) => {
                        format!("write the number as `` `{digits}` ``")
                    }
                    _ if types == Types::STRING => format!(
                        "for times write `timestamp({side})` on both sides, for digits `to_number({side})`"
                    ),
                    _ => {
                        "compare numbers: `length(…)`, `to_number(…)` or `timestamp(…)` give some".to_owned()
                    }
                };
                context.warn_at(WarningCode::OrderOfTexts, found, &side, message, mend);
            }
            Mistake::Equal { text, left, right, is_equal, literal, other } => {
                let (always, sides) = (!is_equal, (left.describe(), right.describe()));
                let message = if left == right {
                    format!("`{text}` compares two literals, and comes out the same at each login")
                } else {
                    format!("`{text}` is always {always}: {} never equals {}", sides.0, sides.1)
                };
                let mend = equal_mend(literal.as_ref(), &other, left, right);
                context.warn_at(WarningCode::DifferentTypes, found, &other, message, mend);
            }
            Mistake::Arithmetic { text, side, types, is_sum } => {
                let message =
                    format!("`{text}` is always an error: `{side}` is {}, and no number", types.describe());
                let mend = if is_sum {
                    "texts are joined by `join('', [text, text])`".to_owned()
                } else {
                    format!("write `to_number({side})` for digits, `timestamp({side})` for a time")
                };
                context.warn_at(WarningCode::ArithmeticOfTexts, found, &side, message, mend);
            }
            Mistake::Condition { text, holds, is_number } => {
                let message = if is_number {
                    format!("`{text}` always holds: a number counts as true, 0 too")
                } else if holds {
                    format!("`{text}` always holds")
                } else {
                    format!("`{text}` never holds")
                };
                let mend = if is_number {
                    format!("write `` {text} > `0` ``")
                } else {
                    "compare it with something of the login; a switch is `` `true` `` or `` `false` ``"
                        .to_owned()
                };
                context.warn_at(WarningCode::ConditionIsConstant, found, &text, message, mend);
            }
        }
    }
}

fn equal_mend(literal: Option<&Value>, other: &str, left: Types, right: Types) -> String {
    match literal {
        Some(Value::String(text)) if matches!(&**text, "true" | "false" | "null") || is_number(text) => {
            format!("write `` `{text}` `` in backticks")
        }
        Some(Value::Number(number)) => format!("write `'{}'` in single quotes", number.to_text()),
        Some(Value::String(text))
            if left == Types::ARRAY || right == Types::ARRAY || is_list(left) || is_list(right) =>
        {
            format!("write `contains({other}, '{text}')`")
        }
        _ => "compare values of one type: `to_string(…)` and `to_number(…)` convert".to_owned(),
    }
}

fn is_list(types: Types) -> bool {
    types == Types::ARRAY.or(Types::NULL)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn check_length(context: &mut Context<'_>, found: &Found) {
    // Whoever quotes the name means the member.
    if found.expression.text().contains("\"length\"") {
        return;
    }
    let texts = found.expression.texts();
    let mut lists = Vec::new();
    visit(found.expression.root(), &mut |node| {
        if let Node::Binary(Operator::Dot, left, right) = node
            && matches!(&**right, Node::Member(name) if &**name == "length")
        {
            lists.push(texts.get(left));
        }
    });
    for list in lists {
        let message = format!("`{list}.length` reads a member of the name `length`");
        let mend =
            format!("write `length({list})` for the number of items, or `{list}.\"length\"` for the member");
        context.warn_at(WarningCode::LengthMember, found, "length", message, mend);
    }
}

fn check_projections(context: &mut Context<'_>, found: &Found) {
    let texts = found.expression.texts();
    let mut calls = Vec::new();
    visit(found.expression.root(), &mut |node| {
        if let Node::Projection(_, _, each) = node
            && let Node::Projection(inner, Items::Matching(_), _) = &**each
            && let Node::Call(call) = &**inner
            && call.arguments.iter().any(|argument| matches!(argument.node, Node::Current))
        {
            calls.push((texts.get(inner), call.name()));
        }
    });
    for (text, name) in calls {
        let message =
            format!("the filter behind `{text}` filters what `{name}` gives for each item by itself");
        let mend =
            format!("end the projection before the filter: `… | [*].{text} | [? … ]`, or filter first");
        context.warn_at(WarningCode::FilterInProjection, found, name, message, mend);
    }
}

fn check_quoted(context: &mut Context<'_>, found: &Found) {
    for name in quoted_names(found.expression.text()) {
        let message = format!("`\"{name}\"` is a name: it reads a member, and is no text");
        let mend = match &*name {
            "true" | "false" | "null" => {
                format!("write `` `{name}` `` in backticks, or `'{name}'` for the text")
            }
            digits if is_number(digits) => format!("write `` `{digits}` `` in backticks"),
            _ => {
                format!("write `'{name}'` in single quotes for a text, `{}` for the member", name_text(&name))
            }
        };
        context.warn_at(WarningCode::QuotedName, found, &format!("\"{name}\""), message, mend);
    }
}

fn check_dashes(context: &mut Context<'_>, found: &Found) -> bool {
    let name = dashed_name(found.expression.text());
    if let Some(name) = &name {
        let message = format!("`{name}` is a difference of two values");
        let mend = format!("write `\"{name}\"` in double quotes for the member, or spaces around the `-`");
        context.warn_at(WarningCode::DashInName, found, name, message, mend);
    }
    name.is_some()
}

/// Braces in a text of an expression are a part of the text.
fn check_literals(context: &mut Context<'_>, found: &Found) {
    let mut texts = Vec::new();
    visit(found.expression.root(), &mut |node| {
        if let Node::Literal(Value::String(text)) = node
            && let Some(inside) = super::texts::filled_in(text)
        {
            texts.push((Rc::clone(text), inside));
        }
    });
    for (text, inside) in texts {
        let message = format!("`'{text}'` is a text: nothing is filled in at its braces");
        let mend = if inside.starts_with("secrets.") {
            "no expression sees a secret; what is none goes through `settings`".to_owned()
        } else {
            format!("join the parts: `join('', ['…', {inside}])`")
        };
        context.warn_at(WarningCode::BracesAreText, found, &text, message, mend);
    }
}
