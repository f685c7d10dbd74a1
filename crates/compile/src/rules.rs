//! `scopes`, `deny`, `mfa`, `session` and `refresh_token`: what a login is given, and whether it goes on.

use claimsmith_core::limits::is_scope;
use claimsmith_core::mfa::Factor;
use claimsmith_core::plan::{
    Demand, DenyRule, MfaRule, OnError, OnUndecidedDeny, OnUndecidedMfa, OnUndecidedScope, ScopeRule, Scopes,
    SessionChange, SessionRule, SourcePlan,
};
use claimsmith_core::words::Word;
use claimsmith_expression::text::concat;
use claimsmith_expression::{Expression, Value};

use crate::expressions::{expressions_of, read_expression, read_reason};
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
    let scopes = add.or(remove).and_then(|node| read_which(&node));
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
    let scopes = scopes.unwrap_or_else(|| Scopes::One("".into()));
    ScopeRule { scopes, adds: add.is_some(), when, applies_undecided }
}

/// Reads which scopes: one by its name, or those that an expression gives.
fn read_which(node: &Node<'_>) -> Option<Scopes> {
    if node.value.as_object().is_some() {
        let object = node.object();
        let value = object.require("value").and_then(|node| read_expression(&node));
        object.finish();
        return value.map(Scopes::Listed);
    }
    let Some(scope) = node.value.as_str() else {
        node.mismatch("a scope, or an object with a `value`");
        return None;
    };
    if !is_scope(scope) {
        node.problem("a scope has 1 to 280 visible ASCII characters");
    }
    Some(Scopes::One(scope.into()))
}

pub(crate) fn read_deny(node: &Node<'_>, sources: &Named<SourcePlan>) -> Vec<DenyRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.extend(read_deny_rule(&item.object(), sources)));
    rules
}

fn read_deny_rule(object: &Object<'_>, sources: &Named<SourcePlan>) -> Option<DenyRule> {
    let when = object.require("when").and_then(|node| read_expression(&node));
    let reason = object.require("reason").and_then(|node| read_reason(&node));
    let read = object.node.scope.reads_of(&when);
    let denies_undecided =
        read_on_unavailable(object, &open(&read.answers, sources), sources) != Some(OnUndecidedDeny::Skip);
    object.finish();
    let (when, reason) = (when?, reason?);
    let of_reason = object.node.scope.reads_of(expressions_of(&reason));
    let reads_source = !read.waits_for().is_empty() || !of_reason.waits_for().is_empty();
    Some(DenyRule { when, reason, denies_undecided, reads_source })
}

pub(crate) fn read_mfa(node: &Node<'_>) -> Vec<MfaRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.extend(read_mfa_rule(&item.object())));
    rules
}

fn read_mfa_rule(object: &Object<'_>) -> Option<MfaRule> {
    let when = object.expression("when");
    let (provider, challenge) = (object.get("provider"), object.get("challenge"));
    if provider.is_some() == challenge.is_some() {
        object.node.problem("needs a `provider`, or factors to `challenge`");
    }
    let demand = match (provider, challenge) {
        (Some(node), _) => {
            let remembers = object.get("allow_remember_browser").and_then(|node| node.boolean());
            node.word().map(|provider| Demand::Enable(provider, remembers))
        }
        (None, Some(node)) => {
            let factors = read_factors(&node, Factor::ALL);
            let enrolls = match object.get("enroll") {
                Some(node) => {
                    let enrolls = read_factors(&node, &enrolled(Factor::ALL));
                    if enrolls.contains(&Factor::Email) {
                        node.problem("`email` needs no enrolment; leave it out here");
                    }
                    enrolls
                }
                None => enrolled(&factors),
            };
            Some(Demand::Challenge(factors, enrolls))
        }
        (None, None) => None,
    };
    object.refuse_unread("allow_remember_browser", "goes with a `provider`");
    object.refuse_unread("enroll", "goes with `challenge`");
    let always = object.flag("always");
    // A guess is right for everybody here: a factor too many.
    let requires = object.word("on_unavailable") != Some(OnUndecidedMfa::Skip);
    object.finish();
    Some(MfaRule { when, demand: demand?, always, requires })
}

/// Returns those that a user enrols.
fn enrolled(factors: &[Factor]) -> Vec<Factor> {
    factors.iter().copied().filter(|factor| *factor != Factor::Email).collect()
}

/// Reads factors; the message about one that is unknown names `choices`.
fn read_factors(node: &Node<'_>, choices: &[Factor]) -> Vec<Factor> {
    let mut factors: Vec<Factor> = Vec::new();
    node.each_item(&mut |item| {
        let Some(factor) = item.word_of(choices) else { return };
        if factors.contains(&factor) {
            item.problem("this factor is named twice");
        }
        factors.push(factor);
    });
    if node.value.as_array().is_some_and(<[Value]>::is_empty) {
        node.problem("names no factor");
    }
    factors
}

pub(crate) fn read_session(node: &Node<'_>) -> Vec<SessionRule> {
    let mut rules = Vec::new();
    node.each_item(&mut |item| rules.extend(read_session_rule(&item.object())));
    rules
}

fn read_session_rule(object: &Object<'_>) -> Option<SessionRule> {
    let when = object.expression("when");
    let revoke = object.get("revoke");
    let on_unavailable = object.get("on_unavailable").and_then(|node| {
        let word = node.word();
        if word == Some(OnUndecidedDeny::Deny) && revoke.is_none() {
            node.problem("`deny` goes with `revoke`: a lifetime that cannot be decided stays as it is");
        }
        word
    });
    let change = match revoke {
        Some(node) => {
            let revoke = read_reason(&node).map(SessionChange::Revoke);
            for key in ["expires_in_s", "idle_expires_in_s"] {
                object.refuse_unread(key, "is not used with `revoke`: it ends now");
            }
            revoke
        }
        None => {
            let [expires, idle] = ["expires_in_s", "idle_expires_in_s"].map(|key| object.get(key));
            if expires.is_none() && idle.is_none() {
                object.node.problem("needs `expires_in_s`, `idle_expires_in_s` or `revoke`");
            }
            let read = |node: Option<Node<'_>>| node.and_then(|node| read_lifetime(&node));
            Some(SessionChange::Expires(read(expires), read(idle)))
        }
    };
    object.finish();
    let change = change?;
    let denies_undecided = match change {
        SessionChange::Expires(..) => false,
        SessionChange::Revoke(_) => on_unavailable != Some(OnUndecidedDeny::Skip),
    };
    Some(SessionRule { when, change, denies_undecided })
}

/// Reads a lifetime: a number of seconds, or an expression that gives one.
fn read_lifetime(node: &Node<'_>) -> Option<Expression> {
    if node.value.as_str().is_some() {
        return read_expression(node);
    }
    if node.value.as_number().is_none() {
        node.mismatch("a whole number, or an expression");
        return None;
    }
    node.number(SessionRule::EXPIRES_IN_S)?;
    Expression::parse(&concat(&["`", &node.value.to_json(), "`"])).ok()
}

/// Returns the sources that leave a rule open: one with `on_error: "deny"` denies the login itself.
fn open(read: &[usize], sources: &Named<SourcePlan>) -> Vec<usize> {
    read.iter().copied().filter(|index| !denies(sources, *index)).collect()
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
