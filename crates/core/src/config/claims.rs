//! `claims`: what goes into the tokens, and beside them.

use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Expression, Value};

use super::reader::{Node, Object};
use super::{Trigger, read_expression};
use crate::claim::{CLAIM_TYPES, ClaimType, TARGET_NAMES, TARGETS, TYPE_NAMES, Target, fits};
use crate::error::Error;

/// One claim.
#[derive(Debug)]
pub struct ClaimConfig {
    /// The claim's name.
    pub name: Rc<str>,
    /// Its value.
    pub value: Expression,
    /// Where it goes. Where left out: both tokens, or the only one that the trigger has.
    pub targets: Vec<Target>,
    /// What the value must be. Checked, never cast.
    pub kind: Option<ClaimType>,
    /// Taken wherever there is no value to set.
    pub default: Value,
    /// Whether the login is denied where the claim has no value.
    pub required: bool,
    /// The claim is set where this holds, and always where it is left out.
    pub when: Option<Expression>,
    /// What is shed from a token that is too large begins with the lowest; 0 where left out.
    pub priority: i32,
}

/// Further than anybody ranks claims; a bound makes a slip show.
const MAX_PRIORITY: i32 = 1_000_000;

pub(super) fn read(node: &Node<'_>, sources: &[Rc<str>], trigger: Trigger) -> Vec<ClaimConfig> {
    let mut claims = Vec::new();
    node.each_member(&mut |name, entry| claims.extend(read_claim(name.into(), entry, sources, trigger)));
    claims
}

fn read_claim(name: Rc<str>, node: &Node<'_>, sources: &[Rc<str>], trigger: Trigger) -> Option<ClaimConfig> {
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
    let value = value.and_then(|node| read_expression(&node, sources));
    let targets = match get("to") {
        Some(node) => read_targets(&node, trigger),
        None => trigger.tokens().to_vec(),
    };
    // A name is as good as the least of its targets says.
    if let Some((code, reason)) = targets.iter().find_map(|target| target.refuses_name(&name)) {
        node.fail(Error::new(code, concat(&["`", &name, "` ", reason])));
    }
    let kind = get("type").and_then(|node| CLAIM_TYPES.get(node.word(&TYPE_NAMES)?).copied());
    let default = get("default");
    if let (Some(kind), Some(node)) = (kind, &default)
        && !node.value.is_null()
        && !fits(node.value, kind)
    {
        node.mismatch(&concat(&["`", kind.as_str(), "`, the claim's type"]));
    }
    let default = default.map_or(Value::Null, |node| node.value.clone());
    let required = get("required").and_then(|node| node.boolean()).unwrap_or(false);
    let when = get("when").and_then(|node| read_expression(&node, sources));
    let priority = get("priority").and_then(|node| node.integer(-MAX_PRIORITY, MAX_PRIORITY)).unwrap_or(0);
    object.iter().for_each(Object::finish);
    Some(ClaimConfig { name, value: value?, targets, kind, default, required, when, priority })
}

fn read_targets(node: &Node<'_>, trigger: Trigger) -> Vec<Target> {
    let mut targets = Vec::new();
    node.each_item(&mut |item| {
        let Some(target) = item.word(&TARGET_NAMES).and_then(|index| TARGETS.get(index)) else { return };
        if trigger == Trigger::CredentialsExchange && *target != Target::AccessToken {
            item.problem("a token for a machine has claims of the access token only");
        }
        if targets.contains(target) {
            item.problem("this target is named twice");
        }
        targets.push(*target);
    });
    if node.value.as_array().is_some_and(<[Value]>::is_empty) {
        node.problem("names no target, so the claim would go nowhere");
    }
    targets
}
