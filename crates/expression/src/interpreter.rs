//! A tree and a value to a value.

use std::cell::Cell;
use std::cmp::Ordering;

use crate::ast::{Items, Node, Operator};
use crate::{ErrorKind, ExpressionError, Map, Value};

/// How many nodes one evaluation may visit. A projection in a projection over a large answer multiplies;
/// what passes this bound was not written to read one user's data.
const MAX_STEPS: u32 = 1_000_000;

/// Evaluates a tree against a document.
pub(crate) fn evaluate(node: &Node, root: &Value) -> Result<Value, ExpressionError> {
    Interpreter { steps: Cell::new(0) }.evaluate(node, root)
}

struct Interpreter {
    steps: Cell<u32>,
}

impl Interpreter {
    fn evaluate(&self, node: &Node, current: &Value) -> Result<Value, ExpressionError> {
        self.step()?;
        Ok(match node {
            Node::Current => current.clone(),
            Node::Member(name) => current.member(name),
            Node::Literal(value) => value.clone(),
            Node::Index(source, index) => item_at(&self.evaluate(source, current)?, *index),
            Node::Projection { source, items, each } => {
                let source = self.evaluate(source, current)?;
                self.project(&source, items, each)?
            }
            Node::Not(operand) => Value::Bool(!self.evaluate(operand, current)?.is_truthy()),
            Node::Binary(operator, left, right) => self.binary(*operator, left, right, current)?,
            // A selection from nothing is nothing.
            Node::List(_) | Node::Object(_) if current.is_null() => Value::Null,
            Node::List(nodes) => {
                let mut list = Vec::with_capacity(nodes.len());
                for node in nodes {
                    list.push(self.evaluate(node, current)?);
                }
                list.into()
            }
            Node::Object(members) => {
                let mut object = Vec::with_capacity(members.len());
                for (name, node) in members {
                    object.push((name.clone(), self.evaluate(node, current)?));
                }
                Map::from_members(object).into()
            }
        })
    }

    fn binary(
        &self,
        operator: Operator,
        left: &Node,
        right: &Node,
        current: &Value,
    ) -> Result<Value, ExpressionError> {
        let left = self.evaluate(left, current)?;
        match operator {
            Operator::Dot if left.is_null() => return Ok(Value::Null),
            Operator::Dot | Operator::Pipe => return self.evaluate(right, &left),
            Operator::Or if left.is_truthy() => return Ok(left),
            Operator::And if !left.is_truthy() => return Ok(left),
            Operator::Or | Operator::And => return self.evaluate(right, current),
            _ => {}
        }
        Ok(compare(operator, &left, &self.evaluate(right, current)?))
    }

    /// Evaluates `each` for the items that are picked; results that are null are left out.
    fn project(&self, source: &Value, items: &Items, each: &Node) -> Result<Value, ExpressionError> {
        let Some(picked) = self.pick(source, items)? else {
            return Ok(Value::Null);
        };
        let mut results = Vec::new();
        for item in &picked {
            let result = self.evaluate(each, item)?;
            if !result.is_null() {
                results.push(result);
            }
        }
        Ok(results.into())
    }

    /// The items of a source, or nothing where it has none to pick from.
    fn pick(&self, source: &Value, items: &Items) -> Result<Option<Vec<Value>>, ExpressionError> {
        if let Items::Values = items {
            return Ok(source.as_object().map(|members| members.values().cloned().collect()));
        }
        let Some(array) = source.as_array() else { return Ok(None) };
        let mut picked = Vec::new();
        match items {
            Items::All | Items::Values => picked.extend_from_slice(array),
            Items::Flat => {
                for item in array {
                    match item.as_array() {
                        Some(inner) => picked.extend_from_slice(inner),
                        None => picked.push(item.clone()),
                    }
                    self.step()?;
                }
            }
            Items::Matching(condition) => {
                for item in array {
                    if self.evaluate(condition, item)?.is_truthy() {
                        picked.push(item.clone());
                    }
                }
            }
            Items::Slice { start, stop, step } => picked = slice(array, *start, *stop, *step),
        }
        Ok(Some(picked))
    }

    fn step(&self) -> Result<(), ExpressionError> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > MAX_STEPS {
            let message = ["the expression takes too many steps on this document"];
            return Err(ExpressionError::new(ErrorKind::TooMuchWork, 0, &message));
        }
        Ok(())
    }
}

fn item_at(source: &Value, index: i32) -> Value {
    let Some(items) = source.as_array() else { return Value::Null };
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let position = if index < 0 { items.len().checked_sub(distance) } else { Some(distance) };
    position.and_then(|position| items.get(position)).cloned().unwrap_or_default()
}

/// The items from `start` to before `stop`, as Python slices.
fn slice(items: &[Value], start: Option<i32>, stop: Option<i32>, step: i32) -> Vec<Value> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = i64::from(step);
    // Going down, the place before the first item is a stop as well.
    let (least, most) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let place = |bound: i32| {
        let bound = i64::from(bound);
        (if bound < 0 { bound + length } else { bound }).clamp(least, most)
    };
    let mut position = start.map_or(if step < 0 { most } else { least }, place);
    let stop = stop.map_or(if step < 0 { least } else { most }, place);
    let mut picked = Vec::new();
    while (step > 0 && position < stop) || (step < 0 && position > stop) {
        picked.extend(usize::try_from(position).ok().and_then(|position| items.get(position)).cloned());
        position += step;
    }
    picked
}

/// Equality holds between any values, order between numbers only; elsewhere it is null.
fn compare(operator: Operator, left: &Value, right: &Value) -> Value {
    match operator {
        Operator::Equal => return Value::Bool(left == right),
        Operator::NotEqual => return Value::Bool(left != right),
        _ => {}
    }
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return Value::Null };
    let Some(order) = left.partial_cmp(right) else { return Value::Null };
    Value::Bool(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}
