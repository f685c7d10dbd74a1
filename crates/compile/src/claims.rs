//! `claims`: what goes into the tokens, and beside them.

use std::rc::Rc;

use claimsmith_core::claim_type::ClaimType;
use claimsmith_core::error::Part;
use claimsmith_core::plan::ClaimPlan;
use claimsmith_core::{Error, Target, Trigger};
use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::expressions::read_expression;
use crate::reader::{Node, Object};
use crate::signing;

pub(crate) fn read(node: &Node<'_>, trigger: Trigger) -> Vec<ClaimPlan> {
    let mut claims = Vec::new();
    node.each_member(&mut |name, entry| claims.extend(read_claim(name.into(), entry, trigger)));
    claims
}

fn read_claim(name: Rc<str>, node: &Node<'_>, trigger: Trigger) -> Option<ClaimPlan> {
    // An expression alone is short for an object with nothing but a `value`.
    let object = match node.value {
        Value::String(_) => None,
        Value::Object(_) => Some(node.object()),
        _ => {
            node.mismatch("an expression, or an object with a `value`");
            return None;
        }
    };
    let get = |key| object.as_ref().and_then(|object| object.get(key));
    let value = match &object {
        Some(object) => object.require("value"),
        None => Some(*node),
    };
    let value = value.and_then(|node| read_expression(&node));
    let targets = match get("to") {
        Some(node) => read_targets(&node, trigger),
        None => trigger.tokens().to_vec(),
    };
    // A name is as good as the least of its targets says.
    if let Some((code, reason)) = targets.iter().find_map(|target| target.refuses_name(&name)) {
        node.fail(Error::new(code, concat(&["`", &name, "` ", reason])).of(Part::Key));
    }
    let kind: Option<ClaimType> = get("type").and_then(|node| node.word());
    let default = get("default");
    if let (Some(kind), Some(node)) = (kind, &default)
        && !node.value.is_null()
        && !kind.fits(node.value)
    {
        node.mismatch(&concat(&["`", kind.as_str(), "`, the claim's type"]));
    }
    let default = default.map_or(Value::Null, |node| node.value.clone());
    let signing = object.as_ref().and_then(signing::read);
    let required = get("required").and_then(|node| node.boolean()).unwrap_or(false);
    let when = get("when").and_then(|node| read_expression(&node));
    let priority = get("priority").and_then(|node| node.signed(ClaimPlan::MAX_PRIORITY)).unwrap_or(0);
    object.iter().for_each(Object::finish);
    let value = value?;
    let reads = node.scope.reads_of(when.iter().chain([&value]));
    let (reads, values) = (reads.answers, reads.values);
    Some(ClaimPlan { name, value, targets, kind, signing, default, required, when, priority, reads, values })
}

fn read_targets(node: &Node<'_>, trigger: Trigger) -> Vec<Target> {
    let mut targets = Vec::new();
    node.each_item(&mut |item| {
        let Some(target) = item.word() else { return };
        if trigger == Trigger::CredentialsExchange && target != Target::AccessToken {
            item.problem("a token for a machine has claims of the access token only");
        }
        if targets.contains(&target) {
            item.problem("this target is named twice");
        }
        targets.push(target);
    });
    if node.value.as_array().is_some_and(<[Value]>::is_empty) {
        node.problem("names no target, so the claim would go nowhere");
    }
    targets
}
