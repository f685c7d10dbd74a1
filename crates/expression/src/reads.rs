//! Which parts of its document an expression reads.

use std::rc::Rc;

use crate::ast::{Items, Node, Operator};

/// A chain of member names from the document's root.
type Chain = Vec<Rc<str>>;

/// The chains that a tree reads. Each ends where anything but plain member access follows: all below its
/// end may be read.
pub(crate) fn of(node: &Node) -> Vec<Chain> {
    let mut chains = Vec::new();
    visit(node, Some(&Vec::new()), &mut chains);
    chains
}

/// Notes what a node reads where the current value stands at `current`, or is no longer a plain part of
/// the document. Returns where the node's own value stands, if that is a plain part.
fn visit(node: &Node, current: Option<&Chain>, chains: &mut Vec<Chain>) {
    if let Some(end) = follow(node, current) {
        chains.push(end);
        return;
    }
    match node {
        Node::Current | Node::Member(_) | Node::Literal(_) => {}
        Node::Index(source, _) | Node::Not(source) => visit(source, current, chains),
        Node::Projection { source, items, each } => {
            visit(source, current, chains);
            if let Items::Matching(condition) = items {
                visit(condition, None, chains);
            }
            visit(each, None, chains);
        }
        Node::Binary(Operator::Dot | Operator::Pipe, left, right) => match follow(left, current) {
            // The right side starts where the left one ends, so it alone says how far the chain goes.
            Some(middle) => visit(right, Some(&middle), chains),
            None => {
                visit(left, current, chains);
                visit(right, None, chains);
            }
        },
        Node::Binary(_, left, right) => {
            visit(left, current, chains);
            visit(right, current, chains);
        }
        Node::List(nodes) => nodes.iter().for_each(|node| visit(node, current, chains)),
        Node::Object(members) => members.iter().for_each(|(_, node)| visit(node, current, chains)),
    }
}

/// Where a node's value stands, if nothing but members lead there.
fn follow(node: &Node, current: Option<&Chain>) -> Option<Chain> {
    let mut chain = current?.clone();
    match node {
        Node::Current => Some(chain),
        Node::Member(name) => {
            chain.push(Rc::clone(name));
            Some(chain)
        }
        Node::Binary(Operator::Dot | Operator::Pipe, left, right) => {
            let middle = follow(left, current)?;
            follow(right, Some(&middle))
        }
        _ => None,
    }
}
