//! `values`: expressions under names.

use std::rc::Rc;

use claimsmith_core::plan::{Signing, ValuePlan};
use claimsmith_expression::text::concat;
use claimsmith_expression::{Expression, Value};

use crate::circles::{circle, describe_circle};
use crate::expressions::read_expression;
use crate::named::Named;
use crate::reader::Node;
use crate::scope::Scope;
use crate::signing;

/// Reads the values, each after those that it reads, and adds them to what expressions see.
pub(crate) fn read(node: &Node<'_>, scope: &Scope) -> (Vec<ValuePlan>, Scope) {
    let mut scope = scope.clone();
    scope.values = node.value.as_object().into_iter().flat_map(|members| members.keys()).cloned().collect();
    let unread = scope.clone();
    let node = node.seeing(&unread);
    let entries = Named::read(&node, &mut |name, entry| (name, read_value(entry)));
    let order = in_order(&node, &entries.list);
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
fn in_order(node: &Node<'_>, entries: &[(Rc<str>, Entry)]) -> Vec<usize> {
    // Of no value it is known yet what it reads, so that these are the ones that it reads itself.
    let reads = |(_, (value, _)): &(Rc<str>, Entry)| node.scope.reads_of(value).values;
    let graph: Vec<Vec<usize>> = entries.iter().map(reads).collect();
    if let Some(circle) = circle(&graph) {
        node.problem(describe_circle(&circle, &|index| {
            concat(&["values.", entries.get(index).map_or("", |(name, _)| name)])
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
