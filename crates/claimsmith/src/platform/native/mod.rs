//! What an Action stands on in `cargo test`: an event of values, and a host in memory.

#![expect(clippy::panic, reason = "what fails here fails a test")]

use std::rc::Rc;

use claimsmith_core::Target;
use claimsmith_core::expression::Value;

mod answers;
mod world;

pub use answers::{Answers, Fault, Reply, Sent};
pub(crate) use world::{Host, World};

/// A part of the event.
pub(crate) struct Part(Value);

impl Part {
    pub(crate) fn new(value: Value) -> Part {
        Part(value)
    }

    pub(crate) fn part(&self, name: &str) -> Part {
        Part(self.0.member(name))
    }

    pub(crate) fn is_object(&self) -> bool {
        self.0.as_object().is_some()
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.member(name).as_str().map(str::to_owned)
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.0.member(name);
        list.as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.0.member(name) == Value::Bool(true)
    }

    pub(crate) fn value(&self, names: &[&str]) -> Value {
        names.iter().fold(self.0.clone(), |value, name| value.member(name))
    }
}

/// What the `api` of a trigger has.
pub(crate) struct Outside(pub(crate) Rc<[Target]>);

impl Outside {
    pub(crate) fn has(&self, target: Target) -> bool {
        self.0.contains(&target)
    }
}
