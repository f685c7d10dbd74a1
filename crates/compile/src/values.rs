//! `values`: expressions under names.

use std::rc::Rc;

use claimsmith_core::plan::{Signing, ValuePlan};
use claimsmith_expression::text::{concat, join};
use claimsmith_expression::{Expression, Value};

use crate::expressions::read_expression;
use crate::named::Named;
use crate::reader::Node;
use crate::scope::Scope;
use crate::signing;

/// Reads the values, each after those that it reads, and adds them to what expressions see.
pub(crate) fn read(node: &Node<'_>, scope: &Scope) -> (Vec<ValuePlan>, Scope) {
    let mut scope = scope.clone();
    scope.values = node.value.as_object().into_iter().flat_map(|members| members.keys()).cloned().collect();
    let seen = scope.clone();
    let entries = Named::read(&node.seeing(&seen), &mut |name, entry| (name, read_value(entry)));
    let order = in_order(node, &entries.list, &scope.values);
    scope.values = order.iter().filter_map(|index| entries.names.get(*index)).cloned().collect();
    let mut plans = Vec::new();
    for (name, (value, signing)) in order.iter().filter_map(|index| entries.list.get(*index)) {
        // One that is wrong is noted, and the plan is of no use.
        let Some(value) = value.clone().or_else(|| Expression::parse("@").ok()) else { continue };
        let reads = scope.reads(&value);
        plans.push(ValuePlan {
            name: Rc::clone(name),
            value,
            signing: signing.clone(),
            reads: reads.answers.clone(),
        });
        scope.value_reads.push(reads);
    }
    (plans, scope)
}

/// An expression, and what is made of its value.
type Entry = (Option<Expression>, Option<Signing>);

fn read_value(node: &Node<'_>) -> Entry {
    // An expression alone is short for an object with nothing but a `value`.
    match node.value {
        Value::String(_) => (read_expression(node), None),
        Value::Object(_) => {
            let object = node.object();
            let value = object.require("value").and_then(|node| read_expression(&node));
            let signing = signing::read(&object);
            object.finish();
            (value, signing)
        }
        _ => {
            node.mismatch("an expression, or an object with a `value`");
            (None, None)
        }
    }
}

/// Returns the indexes of the values, each after those that it reads. A circle is a problem that names it.
fn in_order(node: &Node<'_>, entries: &[(Rc<str>, Entry)], names: &[Rc<str>]) -> Vec<usize> {
    let reads = |index: usize| -> Vec<usize> {
        let chains = entries.get(index).and_then(|(_, (value, _))| value.as_ref()).map(Expression::reads);
        let mut read = Vec::new();
        for chain in chains.unwrap_or_default() {
            let is_read = |name: &Rc<str>| match chain.as_slice() {
                [] => true,
                [root] => &**root == "values",
                [root, member, ..] => &**root == "values" && member == name,
            };
            read.extend((0..names.len()).filter(|other| names.get(*other).is_some_and(is_read)));
        }
        read
    };
    let graph: Vec<Vec<usize>> = (0..entries.len()).map(reads).collect();
    if let Some(circle) = circle(&graph) {
        node.problem(describe_circle(&circle, &|index| {
            concat(&["values.", names.get(index).map_or("", |name| name)])
        }));
        return (0..entries.len()).collect();
    }
    let mut order: Vec<usize> = Vec::new();
    while order.len() < graph.len() {
        let is_next = |index: &usize| {
            let is_ready = |read: &Vec<usize>| read.iter().all(|other| order.contains(other));
            !order.contains(index) && graph.get(*index).is_some_and(is_ready)
        };
        let Some(next) = (0..graph.len()).find(is_next) else { break };
        order.push(next);
    }
    order
}

/// Returns the first circle of a graph, which gives for each index those that it needs: a way from an index to itself.
pub(crate) fn circle(graph: &[Vec<usize>]) -> Option<Vec<usize>> {
    (0..graph.len()).find_map(|start| {
        // The shortest way back: breadth first, each with the one that it was reached from.
        let mut reached: Vec<(usize, Option<usize>)> = vec![(start, None)];
        let mut at = 0;
        while let Some((index, _)) = reached.get(at).copied() {
            for next in graph.get(index)? {
                if *next == start {
                    let mut way = Vec::new();
                    let mut place = Some(at);
                    while let Some((index, from)) = place.and_then(|place| reached.get(place)) {
                        way.push(*index);
                        place = *from;
                    }
                    way.reverse();
                    return Some(way);
                }
                if !reached.iter().any(|(known, _)| known == next) {
                    reached.push((*next, Some(at)));
                }
            }
            at += 1;
        }
        None
    })
}

/// Returns the problem of a circle.
pub(crate) fn describe_circle(circle: &[usize], name: &dyn Fn(usize) -> String) -> String {
    let names: Vec<String> = circle.iter().map(|index| format!("`{}`", name(*index))).collect();
    match names.as_slice() {
        [alone] => format!("{alone} reads itself"),
        [first, others @ ..] => {
            let way = join(others.iter().chain([first]).map(String::as_str), ", which reads ");
            format!("{first} reads {way}: a circle")
        }
        [] => String::new(),
    }
}
