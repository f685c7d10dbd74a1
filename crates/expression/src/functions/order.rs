//! Functions that put items in order: all numbers, or all strings, or all items with such a key.

use std::cmp::Ordering;
use std::rc::Rc;

use super::{Invocation, Outcome};
use crate::map::sorted_order;
use crate::{ExpressionError, Value};

pub(super) fn max(call: &mut Invocation<'_, '_>) -> Outcome {
    extreme(call, Ordering::Greater)
}

pub(super) fn min(call: &mut Invocation<'_, '_>) -> Outcome {
    extreme(call, Ordering::Less)
}

pub(super) fn sort(call: &mut Invocation<'_, '_>) -> Outcome {
    let (items, keys) = keyed_items(call)?;
    call.interpreter.spend_on_sort(items.len())?;
    let compare = |left: usize, right: usize| match (keys.get(left), keys.get(right)) {
        (Some(left), Some(right)) => order(left, right),
        _ => Ordering::Equal,
    };
    let mut sorted = Vec::with_capacity(items.len());
    for index in sorted_order(items.len(), &compare) {
        sorted.extend(items.get(index).cloned());
    }
    Ok(sorted.into())
}

/// The first of the items whose key stands in this order to the keys of all others.
fn extreme(call: &mut Invocation<'_, '_>, wanted: Ordering) -> Outcome {
    let (items, keys) = keyed_items(call)?;
    let mut pairs = items.iter().zip(&keys);
    let Some(mut best) = pairs.next() else { return Ok(Value::Null) };
    for pair in pairs {
        if order(pair.1, best.1) == wanted {
            best = pair;
        }
    }
    Ok(best.0.clone())
}

/// The items of an array, and for each the key it is ordered by: all numbers, or all strings.
fn keyed_items(call: &mut Invocation<'_, '_>) -> Result<(Rc<Vec<Value>>, Vec<Value>), ExpressionError> {
    let items = call.items(0)?;
    let mut keys: Vec<Value> = Vec::with_capacity(items.len());
    for item in items.iter() {
        let key = call.refer(item)?;
        match (&key, keys.first().unwrap_or(&key)) {
            (Value::Number(_), Value::Number(_)) => {}
            (Value::String(text), Value::String(_)) => call.interpreter.spend_on_text(text)?,
            _ => return Err(call.mismatch(0, "all numbers or all strings to order by", &key)),
        }
        keys.push(key);
    }
    Ok((items, keys))
}

/// The order of two keys, which are both numbers or both strings.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    const DOCUMENT: &str = r#"{
        "e": [], "numbers": [3, 1, 2], "strings": ["b", "c", "a"], "mixed": [1, "a"],
        "people": [{"name": "b", "age": 2}, {"name": "a", "age": 2}, {"name": "c", "age": 1}]
    }"#;

    #[test]
    fn each_function_does_what_the_specification_says() {
        check(
            DOCUMENT,
            &[
                ("max(numbers)", "3"),
                ("max(strings)", r#""c""#),
                ("max(e)", "null"),
                ("max_by(people, &age).name", r#""b""#),
                ("max_by(e, &age)", "null"),
                ("min(numbers)", "1"),
                ("min(strings)", r#""a""#),
                ("min_by(people, &name).name", r#""a""#),
                ("sort(numbers)", "[1,2,3]"),
                ("sort(strings)", r#"["a","b","c"]"#),
                ("sort(e)", "[]"),
                ("sort_by(people, &age)[].name", r#"["c","b","a"]"#),
                ("sort_by(people, &name)[].name", r#"["a","b","c"]"#),
            ],
        );
    }

    #[test]
    fn a_key_without_an_order_is_an_error() {
        check(
            DOCUMENT,
            &[
                (
                    "max(mixed)",
                    "invalid-type: `max` expects all numbers or all strings to order by, found string at byte 4",
                ),
                (
                    "sort_by(people, &missing)",
                    "invalid-type: `sort_by` expects all numbers or all strings to order by, found null at byte 8",
                ),
            ],
        );
    }
}
