//! Reads a configuration strictly, and finds all that is wrong with it at once.
//!
//! An invalid value gives a default, and a problem is noted: a configuration with problems is
//! never used, and code that always has a value is simpler and smaller.
//!
//! serde's derive would stop at the first problem, and name no path.

use std::cell::RefCell;

use claimsmith_core::error::Part;
use claimsmith_core::plan::Bounds;
use claimsmith_core::text::join_path;
use claimsmith_core::words::Word;
use claimsmith_core::{Code, Error};
use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::{Map, Number, Value};

use crate::nearest::nearest;
use crate::scope::Scope;

/// Everything that is wrong, gathered while reading goes on.
#[derive(Debug, Default)]
pub(crate) struct Problems(RefCell<Vec<Error>>);

impl Problems {
    pub(crate) fn add(&self, error: Error) {
        self.0.borrow_mut().push(error);
    }

    pub(crate) fn into_vec(self) -> Vec<Error> {
        self.0.into_inner()
    }
}

/// One value of the configuration, with its place.
///
/// The place is a chain of nodes on the stack; it becomes text only where there is a problem to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    parent: Option<&'a Node<'a>>,
    key: Key<'a>,
    problems: &'a Problems,
    /// What its expressions see.
    pub(crate) scope: &'a Scope,
}

/// The position of a value in its parent.
#[derive(Clone, Copy, Debug)]
enum Key<'a> {
    Root,
    Name(&'a str),
    Index(usize),
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value, problems: &'a Problems, scope: &'a Scope) -> Node<'a> {
        Node { value, parent: None, key: Key::Root, problems, scope }
    }

    /// Returns the same node, whose expressions see this.
    pub(crate) fn seeing(&self, scope: &'a Scope) -> Node<'a> {
        Node { scope, ..*self }
    }

    fn path(&self) -> String {
        let parent = self.parent.map(Node::path).unwrap_or_default();
        match self.key {
            Key::Root => parent,
            Key::Name(name) => join_path(&parent, name),
            Key::Index(index) => concat(&[&parent, "[", &decimal(index), "]"]),
        }
    }

    /// Notes a problem with this value.
    pub(crate) fn problem(&self, message: impl Into<String>) {
        self.fail(Error::new(Code::ConfigInvalid, message));
    }

    /// Notes an error that came up in this value.
    pub(crate) fn fail(&self, error: Error) {
        self.problems.add(error.at(&self.path()));
    }

    /// Returns the value, or nothing and notes the problem.
    pub(crate) fn accept<T>(&self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.fail(error)).ok()
    }

    pub(crate) fn string(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.mismatch("a string");
        }
        text
    }

    /// Returns where a part of the text begins, in characters.
    pub(crate) fn find(&self, part: &str) -> usize {
        let text = self.value.as_str().unwrap_or_default();
        let before = text.find(part).and_then(|at| text.get(..at)).unwrap_or_default();
        before.chars().count()
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(*value),
            _ => {
                self.mismatch("true or false");
                None
            }
        }
    }

    /// Reads a whole number within its bounds.
    pub(crate) fn number(&self, bounds: Bounds) -> Option<u32> {
        let found = bounds.read(self.value);
        if found.is_none() {
            self.out_of_bounds(f64::from(bounds.least), f64::from(bounds.most));
        }
        found
    }

    /// Reads a whole number up to so far from 0.
    pub(crate) fn signed(&self, most: u32) -> Option<i32> {
        let most = f64::from(most);
        match self.value.as_number().filter(|number| number.is_integer()).map(Number::as_f64) {
            Some(number) if (-most..=most).contains(&number) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "whole, and between two values of the type"
                )]
                Some(number as i32)
            }
            _ => {
                self.out_of_bounds(-most, most);
                None
            }
        }
    }

    fn out_of_bounds(&self, least: f64, most: f64) {
        match self.value.as_number().filter(|number| number.is_integer()) {
            Some(number) => self.problem(format!("must be from {least} to {most}, not {}", number.to_text())),
            None => self.mismatch("a whole number"),
        }
    }

    /// One of the words of an enum.
    pub(crate) fn word<T: Word>(&self) -> Option<T> {
        self.word_of(T::ALL)
    }

    /// Reads a word where the message names these alone.
    pub(crate) fn word_of<T: Word>(&self, choices: &[T]) -> Option<T> {
        let word = self.string()?;
        let found = T::from_word(word);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|known| known.as_str()).collect();
            let known: Vec<String> = words.iter().map(|known| concat(&["`", known, "`"])).collect();
            let same = words.iter().find(|known| known.eq_ignore_ascii_case(word)).copied();
            let near = match same.or_else(|| nearest(word, &words)) {
                Some(near) => concat(&["; did you mean `", near, "`?"]),
                None => String::new(),
            };
            self.problem(concat(&["`", word, "` is not known here; use ", &known.join(", "), &near]));
        }
        found
    }

    /// Visits the items of an array.
    pub(crate) fn each_item(&self, visit: &mut dyn FnMut(&Node<'_>)) {
        let Some(items) = self.value.as_array() else {
            // One alone is a list of one.
            return match self.value {
                Value::String(_) => self.mismatch(&concat(&["an array, as `[", &self.value.to_json(), "]`"])),
                Value::Object(_) => self.mismatch("an array, as `[{ … }]`"),
                _ => self.mismatch("an array"),
            };
        };
        for (index, value) in items.iter().enumerate() {
            visit(&self.child(Key::Index(index), value));
        }
    }

    /// Visits the members of an object whose names the user chose.
    pub(crate) fn each_member(&self, visit: &mut dyn FnMut(&'a str, &Node<'_>)) {
        let Some(members) = self.value.as_object() else { return self.mismatch("an object") };
        for (name, value) in members.iter() {
            visit(name, &self.child(Key::Name(name), value));
        }
    }

    /// Reads an object with known keys; an empty one where the value is no object, which is noted.
    pub(crate) fn object(&self) -> Object<'a> {
        let members = self.value.as_object();
        if members.is_none() {
            self.mismatch("an object");
        }
        Object { node: *self, members, known: RefCell::default() }
    }

    pub(crate) fn mismatch(&self, expected: &str) {
        let article = if matches!(self.value, Value::Array(_) | Value::Object(_)) { "an" } else { "a" };
        let found = match self.value {
            Value::Null => "null".to_owned(),
            other => concat(&[article, " ", other.type_name()]),
        };
        self.problem(concat(&["must be ", expected, ", not ", &found]));
    }

    fn child<'b>(&'b self, key: Key<'b>, value: &'b Value) -> Node<'b> {
        Node { value, parent: Some(self), key, problems: self.problems, scope: self.scope }
    }
}

/// An object whose keys are asked for one by one. What was not asked for is unknown.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(crate) node: Node<'a>,
    members: Option<&'a Map>,
    known: RefCell<Vec<&'static str>>,
}

impl Object<'_> {
    /// Returns the value under a key that may be left out; null is the same as that.
    pub(crate) fn get(&self, key: &'static str) -> Option<Node<'_>> {
        self.get_even_null(key).filter(|node| !node.value.is_null())
    }

    /// Returns the value under a key where null means something.
    pub(crate) fn get_even_null(&self, key: &'static str) -> Option<Node<'_>> {
        self.known.borrow_mut().push(key);
        let value = self.members?.get(key)?;
        Some(self.node.child(Key::Name(key), value))
    }

    /// Returns the value under a key that must be there.
    pub(crate) fn require(&self, key: &'static str) -> Option<Node<'_>> {
        let found = self.get(key);
        if found.is_none() && self.members.is_some() {
            self.node.problem(concat(&["`", key, "` is missing"]));
        }
        found
    }

    /// Reads a whole number within its bounds, or their default where it is left out.
    pub(crate) fn number(&self, key: &'static str, bounds: Bounds) -> u32 {
        self.get(key).and_then(|node| node.number(bounds)).unwrap_or(bounds.default)
    }

    /// True or false; false where it is left out.
    pub(crate) fn flag(&self, key: &'static str) -> bool {
        self.get(key).and_then(|node| node.boolean()).unwrap_or(false)
    }

    /// One of the words of an enum; the first where it is left out.
    pub(crate) fn word<T: Word>(&self, key: &'static str) -> Option<T> {
        self.get(key).and_then(|node| node.word()).or_else(|| T::ALL.first().copied())
    }

    /// Notes a key that is there though nothing has asked for it: it belongs to another case.
    pub(crate) fn refuse_unread(&self, key: &'static str, reason: &str) {
        if !self.known.borrow().contains(&key)
            && let Some(node) = self.get(key)
        {
            node.fail(Error::new(Code::ConfigInvalid, concat(&["`", key, "` ", reason])).of(Part::Key));
        }
    }

    /// Notes each unknown key, with the nearest known one.
    pub(crate) fn finish(&self) {
        let known = self.known.borrow();
        for (name, value) in self.members.into_iter().flat_map(Map::iter) {
            if known.iter().any(|key| *key == &**name) {
                continue;
            }
            let mut message = concat(&["unknown key `", name, "`"]);
            if let Some(near) = nearest(name, &known) {
                message.push_str(&concat(&["; did you mean `", near, "`?"]));
            }
            self.node
                .child(Key::Name(name), value)
                .fail(Error::new(Code::ConfigInvalid, message).of(Part::Key));
        }
    }
}
