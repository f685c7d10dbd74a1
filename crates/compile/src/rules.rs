//! `scopes` and `deny`: what a login is given, and whether it goes on.

use claimsmith_core::limits::is_scope;
use claimsmith_core::plan::{DenyRule, OnError, OnUndecidedDeny, OnUndecidedScope, ScopeRule, SourcePlan};
use claimsmith_core::words::Word;
use claimsmith_expression::text::concat;

use crate::expressions::read_expression;
use crate::named::Named;
use crate::reader::{Node, Object};

pub(crate) fn read_scopes(node: &Node<'_>, sources: &Named<SourcePlan>) -> Vec<ScopeRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.push(read_scope_rule(&item.object(), sources)));
    rules
}

fn read_scope_rule(object: &Object<'_>, sources: &Named<SourcePlan>) -> ScopeRule {
    let when = object.expression("when");
    let (add, remove) = (object.get("add"), object.get("remove"));
    let applies_undecided = if add.is_some() {
        object.refuse_unread("on_unavailable", "goes with `remove`: a scope is never added on a guess");
        false
    } else {
        let read = object.node.scope.reads_of(&when);
        read_on_unavailable(object, &read.answers, sources) == Some(OnUndecidedScope::Remove)
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

pub(crate) fn read_deny(node: &Node<'_>, sources: &Named<SourcePlan>) -> Vec<DenyRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.extend(read_deny_rule(&item.object(), sources)));
    rules
}

fn read_deny_rule(object: &Object<'_>, sources: &Named<SourcePlan>) -> Option<DenyRule> {
    let when = object.require("when").and_then(|node| read_expression(&node));
    let reason = object.require("reason");
    let reason = reason.and_then(|node| {
        let reason = node.string()?;
        if reason.is_empty() {
            node.problem("the user must read why");
        }
        Some(reason)
    });
    let read = object.node.scope.reads_of(&when);
    // A source with `on_error: "deny"` denies the login itself.
    let open = read.answers.iter().copied().filter(|index| !denies(sources, *index)).collect::<Vec<usize>>();
    let denies_undecided = read_on_unavailable(object, &open, sources) != Some(OnUndecidedDeny::Skip);
    object.finish();
    Some(DenyRule {
        when: when?,
        reason: reason?.into(),
        denies_undecided,
        reads_source: !read.waits_for().is_empty(),
    })
}

fn denies(sources: &Named<SourcePlan>, index: usize) -> bool {
    sources.list.get(index).is_some_and(|source| source.on_error == OnError::Deny)
}

/// Reads the effect of an undecided rule; the first word where it is left out. It must be written where the rule reads
/// these sources: no guess would be right for everybody.
fn read_on_unavailable<T: Word>(
    object: &Object<'_>,
    read: &[usize],
    sources: &Named<SourcePlan>,
) -> Option<T> {
    if let Some(node) = object.get("on_unavailable") {
        return node.word();
    }
    if let Some(name) = read.first().and_then(|index| sources.names.get(*index)) {
        let words: Vec<String> = T::ALL.iter().map(|word| concat(&["`\"", word.as_str(), "\"`"])).collect();
        object.node.problem(concat(&[
            "`on_unavailable` is missing: `",
            name,
            "` may fail, and the rule is undecided then; say ",
            &words.join(" or "),
        ]));
    }
    T::ALL.first().copied()
}
