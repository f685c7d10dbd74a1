//! `scopes` and `deny`: what a login is given, and whether it goes on.

use std::rc::Rc;

use claimsmith_expression::Expression;
use claimsmith_expression::text::concat;

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
    /// Whether the change is made where `when` is undecided. A scope is never added then.
    pub applies_undecided: bool,
}

/// One reason to deny a login.
#[derive(Debug)]
pub struct DenyRule {
    /// The login is denied where this holds.
    pub when: Expression,
    /// What the user reads.
    pub reason: Rc<str>,
    /// Whether the login is denied where `when` is undecided.
    pub denies_undecided: bool,
    /// Whether `when` reads a source. One that does not is decided before anything is asked.
    pub reads_source: bool,
}

/// Auth0 takes no longer scope.
const MAX_SCOPE: usize = 280;

pub(super) fn read_scopes(node: &Node<'_>, sources: &Named<SourceConfig>) -> Vec<ScopeRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.push(read_scope_rule(&item.object(), sources)));
    rules
}

fn read_scope_rule(object: &Object<'_>, sources: &Named<SourceConfig>) -> ScopeRule {
    let when = object.expression("when", &sources.names);
    let (add, remove) = (object.get("add"), object.get("remove"));
    let applies_undecided = if add.is_some() {
        object.refuse_unread("on_unavailable", "goes with `remove`: a scope is never added on a guess");
        false
    } else {
        let read = when.as_ref().map_or_else(Vec::new, |when| indexes_read(when, &sources.names));
        read_on_unavailable(object, &["keep", "remove"], &read, sources) == 1
    };
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
    ScopeRule { scope: scope.unwrap_or_default().into(), adds, when, applies_undecided }
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
    let read = when.as_ref().map_or_else(Vec::new, |when| indexes_read(when, &sources.names));
    // Where a source fails that denies the login itself, there is nothing left to say.
    let open = read.iter().copied().filter(|index| !denies(sources, *index)).collect::<Vec<usize>>();
    let denies_undecided = read_on_unavailable(object, &["deny", "skip"], &open, sources) == 0;
    object.finish();
    Some(DenyRule { when: when?, reason: reason?.into(), denies_undecided, reads_source: !read.is_empty() })
}

fn denies(sources: &Named<SourceConfig>, index: usize) -> bool {
    sources.list.get(index).is_some_and(|source| source.on_error == OnError::Deny)
}

/// What a rule does where it is undecided, as an index into `words`; the first where it is left out. It must be
/// written where the rule reads these sources: no guess would be right for everybody.
fn read_on_unavailable(
    object: &Object<'_>,
    words: &[&str; 2],
    read: &[usize],
    sources: &Named<SourceConfig>,
) -> usize {
    if let Some(node) = object.get("on_unavailable") {
        return node.word(words).unwrap_or(0);
    }
    if let Some(name) = read.first().and_then(|index| sources.names.get(*index)) {
        object.node.problem(concat(&[
            "`on_unavailable` is missing: `",
            name,
            "` may fail, and the rule is undecided then; say `\"",
            words[0],
            "\"` or `\"",
            words[1],
            "\"`",
        ]));
    }
    0
}
