//! `claims`: what goes into the tokens.

use std::rc::Rc;

use claimsmith_expression::{Expression, Value};

use super::read_expression;
use super::reader::Node;
use crate::claim::{CLAIM_TYPES, ClaimType, TYPE_NAMES, Target, fits, reserved};
use crate::error::Error;

/// One claim.
#[derive(Debug)]
pub struct ClaimConfig {
    /// The claim's name.
    pub name: Rc<str>,
    /// Its value.
    pub value: Expression,
    /// The tokens it goes to; both where left out.
    pub targets: Vec<Target>,
    /// What the value must be. Checked, never cast.
    pub kind: Option<ClaimType>,
    /// Taken where the value is null.
    pub default: Value,
    /// Whether the login is denied where the claim has no value.
    pub required: bool,
    /// The claim is set where this holds, and always where it is left out.
    pub when: Option<Expression>,
}

pub(super) fn read(node: &Node<'_>, sources: &[Rc<str>]) -> Vec<ClaimConfig> {
    let mut claims = Vec::new();
    for (name, entry) in node.entries() {
        if let Some(code_and_reason) = reserved(name) {
            let (code, reason) = code_and_reason;
            entry.fail(Error::new(code, format!("`{name}` {reason}")));
        }
        claims.extend(read_claim(name.into(), &entry, sources));
    }
    claims
}

fn read_claim(name: Rc<str>, node: &Node<'_>, sources: &[Rc<str>]) -> Option<ClaimConfig> {
    let both = || vec![Target::AccessToken, Target::IdToken];
    if node.value.as_str().is_some() {
        let value = read_expression(node, sources)?;
        return Some(ClaimConfig {
            name,
            value,
            targets: both(),
            kind: None,
            default: Value::Null,
            required: false,
            when: None,
        });
    }
    if !matches!(node.value, Value::Object(_)) {
        node.mismatch("an expression, or an object with a `value`");
        return None;
    }
    let object = node.object();
    object.not_yet(&["priority"]);
    let value = object.require("value").and_then(|node| read_expression(&node, sources));
    let targets = object.get("to").map_or_else(both, |node| read_targets(&node));
    let kind = object.get("type").and_then(|node| CLAIM_TYPES.get(node.word(&TYPE_NAMES)?).copied());
    let default = object.get("default");
    if let (Some(kind), Some(node)) = (kind, &default)
        && !node.value.is_null()
        && !fits(node.value, kind)
    {
        node.mismatch(&format!("`{}`, the claim's type", kind.as_str()));
    }
    let default = default.map_or(Value::Null, |node| node.value.clone());
    let required = object.flag("required");
    let when = object.get("when").and_then(|node| read_expression(&node, sources));
    object.finish();
    Some(ClaimConfig { name, value: value?, targets, kind, default, required, when })
}

fn read_targets(node: &Node<'_>) -> Vec<Target> {
    let words = [
        "access_token",
        "id_token",
        "saml_response",
        "app_metadata",
        "user_metadata",
        "transaction_metadata",
    ];
    let mut targets = Vec::new();
    for item in node.items().unwrap_or_default() {
        let target = match item.word(&words) {
            Some(0) => Target::AccessToken,
            Some(1) => Target::IdToken,
            Some(_) => {
                item.problem("this target is not available in this version");
                continue;
            }
            None => continue,
        };
        if targets.contains(&target) {
            item.problem("this target is named twice");
        }
        targets.push(target);
    }
    if node.value.as_array().is_some_and(<[Value]>::is_empty) {
        node.problem("names no target, so the claim would go nowhere");
    }
    targets
}
