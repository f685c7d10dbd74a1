//! `scopes` and `deny`: what a login is given, and whether it goes on.

use std::rc::Rc;

use claimsmith_expression::Expression;

use super::reader::{Node, Object};
use super::sources::{OnError, SourceConfig, indexes_read};
use super::{Named, read_expression};

/// One change to the scopes of the access token.
#[derive(Debug)]
pub struct ScopeRule {
    /// The scope.
    pub scope: Rc<str>,
    /// Whether it is added; it is removed otherwise.
    pub adds: bool,
    /// The change is made where this holds, and always where it is left out.
    pub when: Option<Expression>,
}

/// One reason to deny a login.
#[derive(Debug)]
pub struct DenyRule {
    /// The login is denied where this holds.
    pub when: Expression,
    /// What the user reads.
    pub reason: Rc<str>,
    /// The sources that `when` reads, as indexes: without their answers it says nothing.
    pub sources: Vec<usize>,
    /// Whether a rule that cannot be evaluated denies the login: one of its sources does so where it
    /// fails.
    pub denies_on_failure: bool,
}

/// Auth0 takes no longer scope.
const MAX_SCOPE: usize = 280;

pub(super) fn read_scopes(node: &Node<'_>, sources: &[Rc<str>]) -> Vec<ScopeRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.push(read_scope_rule(&item.object(), sources)));
    rules
}

fn read_scope_rule(object: &Object<'_>, sources: &[Rc<str>]) -> ScopeRule {
    let when = object.expression("when", sources);
    let (add, remove) = (object.get("add"), object.get("remove"));
    if add.is_some() == remove.is_some() {
        object.node.problem("needs one scope, to `add` or to `remove`");
    }
    object.finish();
    let adds = add.is_some();
    let scope = add.or(remove).and_then(|node| {
        let scope = node.string()?;
        if !is_scope(scope) {
            node.problem("a scope has 1 to 280 visible ASCII characters");
        }
        Some(scope)
    });
    ScopeRule { scope: scope.unwrap_or_default().into(), adds, when }
}

/// What Auth0 takes of the scope-tokens of RFC 6749 §3.3.
pub(crate) fn is_scope(text: &str) -> bool {
    (1..=MAX_SCOPE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn read_deny(node: &Node<'_>, sources: &Named<SourceConfig>) -> Vec<DenyRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.extend(read_deny_rule(&item.object(), sources)));
    rules
}

fn read_deny_rule(object: &Object<'_>, sources: &Named<SourceConfig>) -> Option<DenyRule> {
    let when = object.require("when").and_then(|node| read_expression(&node, &sources.names));
    let reason = object.require("reason");
    let reason = reason.and_then(|node| {
        let reason = node.string()?;
        if reason.is_empty() {
            node.problem("the user must read why");
        }
        Some(reason)
    });
    object.finish();
    let (when, reason) = (when?, reason?.into());
    let read = indexes_read(&when, &sources.names);
    let denies =
        |index: &usize| sources.list.get(*index).is_some_and(|source| source.on_error == OnError::Deny);
    Some(DenyRule { denies_on_failure: read.iter().any(denies), sources: read, when, reason })
}
