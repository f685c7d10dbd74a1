//! Maps whose names the user chose, as expressions use them.

use std::rc::Rc;

use claimsmith_expression::text::concat;

use crate::reader::Node;
use crate::roots::RESERVED;

/// The entries of a map whose names the user chose. Names of invalid entries count, so
/// that one mistake is reported once.
#[derive(Debug)]
pub(crate) struct Named<T> {
    pub(crate) list: Vec<T>,
    pub(crate) names: Vec<Rc<str>>,
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named { list: Vec::new(), names: Vec::new() }
    }
}

impl<T> Named<T> {
    pub(crate) fn read(node: &Node<'_>, read_one: &mut dyn FnMut(Rc<str>, &Node<'_>) -> T) -> Named<T> {
        let mut named = Named::default();
        node.each_member(&mut |name, entry| {
            check_name(name, entry);
            named.names.push(name.into());
            named.list.push(read_one(name.into(), entry));
        });
        named
    }
}

fn check_name(name: &str, entry: &Node<'_>) {
    if !is_name(name) {
        entry.problem("a name is made of letters, digits and `_`, and begins with a letter");
    } else if RESERVED.contains(&name) {
        entry.problem(concat(&["`", name, "` already means something in expressions; take another name"]));
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
