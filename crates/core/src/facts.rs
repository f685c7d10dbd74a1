//! The document that the expressions of a login see.
//!
//! It grows while the login runs: each source is a member of it once it is settled, and each value once it is needed.
//! What an expression reads is there before the expression is evaluated; the plan says what that is.

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_expression::{Budget, Cause, ErrorKind, Map, Number, Value};

use crate::error::Error;
use crate::plan::Plan;
use crate::report::{AnswerOrigin, SourceReport};
use crate::template::not_evaluated;
use crate::text::join_path;

/// The outcome of a source.
#[derive(Clone, Debug)]
pub(crate) enum Answered {
    /// It answered this; null for 204, and for a 404 that is an answer.
    With(Value),
    /// Its `when` does not hold, or a source that its templates read was not asked.
    NotAsked,
    /// Any other outcome.
    Failed,
}

/// How a source that was not asked is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As null: by claims, and by the conditions of claims and sources.
    Lenient,
    /// As unavailable: by rules and templates. `!profile.active` would hold for everybody.
    Strict,
}

/// `event`, `settings`, `now`, `values`, `calls`, and each source by its name; unavailable where it failed.
#[derive(Debug)]
pub(crate) struct Facts {
    lenient: RefCell<Value>,
    strict: RefCell<Value>,
    /// The errors of values.
    errors: RefCell<Vec<Error>>,
}

impl Facts {
    /// Returns a document of these members.
    pub(crate) fn new(members: Map) -> Facts {
        let document = Value::from(members);
        Facts {
            lenient: RefCell::new(document.clone()),
            strict: RefCell::new(document),
            errors: RefCell::default(),
        }
    }

    /// Returns the document as it is now.
    pub(crate) fn seen(&self, view: View) -> Value {
        self.document(view).borrow().clone()
    }

    fn document(&self, view: View) -> &RefCell<Value> {
        match view {
            View::Lenient => &self.lenient,
            View::Strict => &self.strict,
        }
    }

    /// Adds a source that is settled.
    pub(crate) fn add_source(&self, name: &Rc<str>, answered: &Answered, report: &SourceReport) {
        let call = describe_call(answered, report);
        for view in [View::Lenient, View::Strict] {
            let value = match (answered, view) {
                (Answered::With(value), _) => value.clone(),
                (Answered::NotAsked, View::Lenient) => Value::Null,
                (Answered::NotAsked, View::Strict) => Value::Unavailable(Cause::NotAsked),
                (Answered::Failed, _) => Value::Unavailable(Cause::Failed),
            };
            let mut document = self.document(view).borrow_mut();
            put(&mut document, &[Rc::clone(name)], value);
            put(&mut document, &["calls".into(), Rc::clone(name)], call.clone());
        }
    }

    /// Adds values, by their indexes: each after those that it reads. One that is there already stays.
    pub(crate) fn add_values(&self, plan: &Plan, wanted: &[usize], view: View, budget: &Budget) {
        for value in wanted.iter().filter_map(|index| plan.values.get(*index)) {
            let name = &value.name;
            let document = self.seen(view);
            if document.member("values").as_object().is_some_and(|known| known.contains_key(name)) {
                continue;
            }
            let not_asked = Value::Unavailable(Cause::NotAsked);
            let is_seen_alike = !value.reads.iter().any(|index| {
                let source = plan.sources.get(*index);
                source.is_some_and(|source| self.strict.borrow().member(&source.name) == not_asked)
            });
            let result = value.value.evaluate_within(&document, budget);
            // A document that nobody else holds grows in its place.
            drop(document);
            let found = result.unwrap_or_else(|error| {
                if error.kind != ErrorKind::Unavailable {
                    self.note(not_evaluated(&error).at(&join_path("values", name)));
                }
                Value::Unavailable(if error.is_open() { Cause::Failed } else { Cause::NotAsked })
            });
            for other in [View::Lenient, View::Strict] {
                if other == view || is_seen_alike {
                    let mut document = self.document(other).borrow_mut();
                    put(&mut document, &["values".into(), Rc::clone(name)], found.clone());
                }
            }
        }
    }

    /// Notes an error, each once.
    fn note(&self, error: Error) {
        let mut errors = self.errors.borrow_mut();
        if !errors.contains(&error) {
            errors.push(error);
        }
    }

    /// Takes the errors of values out.
    pub(crate) fn take_errors(&self) -> Vec<Error> {
        self.errors.take()
    }
}

/// Returns what `calls` says of a source; null where it was not asked.
fn describe_call(answered: &Answered, report: &SourceReport) -> Value {
    let ok = match answered {
        Answered::NotAsked => return Value::Null,
        Answered::With(_) => true,
        Answered::Failed => false,
    };
    let status = report.status.map_or(Value::Null, |status| Number::from(u32::from(status)).into());
    let stale = report.from == Some(AnswerOrigin::Stale);
    Map::from_members(vec![
        ("ok".into(), ok.into()),
        ("stale".into(), stale.into()),
        ("status".into(), status),
    ])
    .into()
}

/// Sets what stands at the end of a chain of members, and makes the objects on the way.
fn put(into: &mut Value, chain: &[Rc<str>], value: Value) {
    let Some((name, rest)) = chain.split_first() else {
        *into = value;
        return;
    };
    let mut members = match std::mem::take(into) {
        Value::Object(members) => members,
        _ => Rc::default(),
    };
    let members_here = Rc::make_mut(&mut members);
    let mut member = members_here.insert(Rc::clone(name), Value::Null).unwrap_or_default();
    put(&mut member, rest, value);
    members_here.insert(Rc::clone(name), member);
    *into = Value::Object(members);
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_expression::json;

    #[test]
    fn puts_a_member_beside_those_that_are_there() {
        let mut document = json::read(br#"{"a":{"x":1},"b":2}"#).unwrap();
        let held = document.clone();
        put(&mut document, &["a".into(), "y".into()], Number::from(3_u32).into());
        put(&mut document, &["c".into(), "d".into(), "e".into()], Value::Null);
        assert_eq!(document.to_json(), r#"{"a":{"x":1,"y":3},"b":2,"c":{"d":{"e":null}}}"#);
        assert_eq!(held.to_json(), r#"{"a":{"x":1},"b":2}"#);
    }
}
