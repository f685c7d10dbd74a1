//! The document that the expressions of a login see.
//!
//! It grows while the login runs: each source is a member of it once it is settled, and each value once it is needed.
//! What an expression reads is there before the expression is evaluated; the plan says what that is.

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_expression::{Budget, Cause, ErrorKind, Map, Number, Value};

use crate::call::Deadline;
use crate::error::Error;
use crate::host::Host;
use crate::plan::{Plan, Signing};
use crate::report::{AnswerOrigin, SourceReport};
use crate::secret::Secrets;
use crate::signing::sign;
use crate::template::{Inputs, not_evaluated};
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

/// What it takes to evaluate values and to sign them.
#[derive(Debug)]
pub(crate) struct Means<'a, H> {
    pub(crate) host: &'a H,
    pub(crate) secrets: &'a Secrets,
    pub(crate) budget: &'a Budget,
    pub(crate) deadline: Deadline,
}

impl<H> Clone for Means<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Means<'_, H> {}

impl<H: Host> Means<'_, H> {
    /// Returns the signature that takes a value's place.
    pub(crate) async fn sign(&self, signing: &Signing, value: &Value, scope: &Value) -> Result<Value, Error> {
        let inputs = Inputs { scope, secrets: self.secrets, budget: self.budget };
        sign(self.host, signing, value, inputs, self.deadline.remaining_ms(self.host)).await
    }
}

/// `event`, `settings`, `now`, `values`, `calls`, and each source by its name; unavailable where it failed.
#[derive(Debug)]
pub(crate) struct Facts {
    lenient: RefCell<Value>,
    /// The same by [`View::Strict`], from where it differs.
    strict: RefCell<Option<Value>>,
    /// Whether `calls` is read.
    has_calls: bool,
    /// The errors of values.
    errors: RefCell<Vec<Error>>,
}

impl Facts {
    /// Returns a document of these members; `has_calls` where `calls` is read.
    pub(crate) fn new(members: Map, has_calls: bool) -> Facts {
        Facts {
            lenient: RefCell::new(members.into()),
            strict: RefCell::default(),
            has_calls,
            errors: RefCell::default(),
        }
    }

    /// Returns the document as it is now.
    pub(crate) fn seen(&self, view: View) -> Value {
        match (view, &*self.strict.borrow()) {
            (View::Strict, Some(document)) => document.clone(),
            _ => self.lenient.borrow().clone(),
        }
    }

    /// Sets what stands at the end of a chain of members, as one view sees it.
    fn set(&self, view: View, chain: &[Rc<str>], value: Value) {
        match view {
            View::Lenient => put(&mut self.lenient.borrow_mut(), chain, value),
            View::Strict => {
                if let Some(document) = &mut *self.strict.borrow_mut() {
                    put(document, chain, value);
                }
            }
        }
    }

    /// Adds a source that is settled.
    pub(crate) fn add_source(&self, name: &Rc<str>, answered: &Answered, report: &SourceReport) {
        if let Answered::NotAsked = answered {
            self.strict.borrow_mut().get_or_insert_with(|| self.lenient.borrow().clone());
        }
        for view in [View::Lenient, View::Strict] {
            let value = match (answered, view) {
                (Answered::With(value), _) => value.clone(),
                (Answered::NotAsked, View::Lenient) => Value::Null,
                (Answered::NotAsked, View::Strict) => Value::Unavailable(Cause::NotAsked),
                (Answered::Failed, _) => Value::Unavailable(Cause::Failed),
            };
            self.set(view, &[Rc::clone(name)], value);
            if self.has_calls {
                self.set(view, &["calls".into(), Rc::clone(name)], describe_call(answered, report));
            }
        }
    }

    /// Adds values, by their indexes: each after those that it reads. One that is there already stays.
    pub(crate) async fn add_values<H: Host>(
        &self,
        plan: &Plan,
        wanted: &[usize],
        view: View,
        means: Means<'_, H>,
    ) {
        for value in wanted.iter().filter_map(|index| plan.values.get(*index)) {
            let name = &value.name;
            let document = self.seen(view);
            if document.member("values").as_object().is_some_and(|known| known.contains_key(name)) {
                continue;
            }
            let not_asked = Value::Unavailable(Cause::NotAsked);
            let is_seen_alike = !value.reads.iter().any(|index| {
                let source = plan.sources.get(*index);
                source.is_some_and(|source| self.seen(View::Strict).member(&source.name) == not_asked)
            });
            let failed = |error: Error| {
                self.note(error.at(&join_path("values", name)));
                Value::Unavailable(Cause::Failed)
            };
            let found = match (value.value.evaluate_within(&document, means.budget), &value.signing) {
                (Ok(Value::Null), _) => Value::Null,
                (Ok(found), Some(signing)) => {
                    means.sign(signing, &found, &document).await.unwrap_or_else(failed)
                }
                (Ok(found), None) => found,
                // What it reads has told why.
                (Err(error), _) if error.kind == ErrorKind::Unavailable => {
                    Value::Unavailable(if error.is_open() { Cause::Failed } else { Cause::NotAsked })
                }
                (Err(error), _) => failed(not_evaluated(&error)),
            };
            // A document that nobody else holds grows in its place.
            drop(document);
            for other in [View::Lenient, View::Strict] {
                if other == view || is_seen_alike {
                    self.set(other, &["values".into(), Rc::clone(name)], found.clone());
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
pub(crate) fn put(into: &mut Value, chain: &[Rc<str>], value: Value) {
    let Some((name, rest)) = chain.split_first() else {
        *into = value;
        return;
    };
    let mut members = match std::mem::take(into) {
        Value::Object(members) => members,
        _ => Rc::default(),
    };
    let members_here = Rc::make_mut(&mut members);
    let mut member = value;
    if !rest.is_empty() {
        let inner = std::mem::take(&mut member);
        member = members_here.insert(Rc::clone(name), Value::Null).unwrap_or_default();
        put(&mut member, rest, inner);
    }
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
