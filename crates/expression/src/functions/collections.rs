//! Functions of arrays and objects. Three take a string too, as if it were an array of characters.

use std::cmp::Ordering;
use std::rc::Rc;

use super::{Invocation, Outcome, from_f64, strings};
use crate::map::sorted_order;
use crate::{ExpressionError, Map, Value, json};

pub(super) fn contains(call: &mut Invocation<'_, '_>) -> Outcome {
    let sought = call.value(1);
    let found = match call.value(0) {
        Value::String(text) => match sought.as_str() {
            Some(sought) => {
                call.interpreter.spend_on_search(&text, sought)?;
                strings::position(&text, sought).is_some()
            }
            None => false,
        },
        Value::Array(items) => {
            let mut found = false;
            for item in items.iter() {
                found = found || call.interpreter.equal(item, &sought)?;
            }
            found
        }
        other => return Err(call.mismatch(0, "an array or a string", &other)),
    };
    Ok(Value::Bool(found))
}

/// The inverse of `items`.
pub(super) fn from_items(call: &mut Invocation<'_, '_>) -> Outcome {
    let items = call.items(0)?;
    let mut members = Vec::with_capacity(items.len());
    for item in items.iter() {
        let Value::Array(pair) = item else {
            return Err(call.mismatch(0, "an array of arrays", item));
        };
        let [Value::String(name), value] = pair.as_slice() else {
            if let Some(Value::Unavailable(cause)) = pair.first() {
                return Err(ExpressionError::unavailable(*cause));
            }
            return Err(call.impossible(0, "pairs of a string and a value", "another array"));
        };
        call.interpreter.spend_on_text(name)?;
        members.push((Rc::clone(name), value.clone()));
    }
    call.interpreter.spend_on_sort(members.len())?;
    Ok(Map::from_members(members).into())
}

/// A member whose name the data say.
pub(super) fn get(call: &mut Invocation<'_, '_>) -> Outcome {
    let object = call.value(0);
    let Value::Object(members) = &object else {
        return Err(call.mismatch(0, "an object", &object));
    };
    let name = call.text(1)?;
    Ok(members.get(&name).cloned().unwrap_or_default())
}

/// The objects of an array by the string that the reference gives for each. Where it gives null, the
/// object is in no group.
pub(super) fn group_by(call: &mut Invocation<'_, '_>) -> Outcome {
    let items = call.items(0)?;
    let mut named = Vec::with_capacity(items.len());
    for item in items.iter() {
        let Value::Object(_) = item else {
            return Err(call.mismatch(0, "an array of objects", item));
        };
        match call.refer(item)? {
            Value::String(name) => {
                call.interpreter.spend_on_text(&name)?;
                named.push((name, item.clone()));
            }
            Value::Null => {}
            other => return Err(call.mismatch(0, "strings to group by", &other)),
        }
    }
    call.interpreter.spend_on_sort(named.len())?;
    let compare = |left: usize, right: usize| match (named.get(left), named.get(right)) {
        (Some((left, _)), Some((right, _))) => left.cmp(right),
        _ => Ordering::Equal,
    };
    let mut groups: Vec<(Rc<str>, Value)> = Vec::new();
    for index in sorted_order(named.len(), &compare) {
        let Some((name, item)) = named.get(index) else { continue };
        match groups.last_mut() {
            Some((last, Value::Array(group))) if last == name => {
                Rc::get_mut(group).into_iter().for_each(|group| group.push(item.clone()));
            }
            _ => groups.push((Rc::clone(name), vec![item.clone()].into())),
        }
    }
    Ok(Map::from_members(groups).into())
}

/// In the order of the names; the specification leaves it open.
pub(super) fn items(call: &mut Invocation<'_, '_>) -> Outcome {
    let members = call.members(0)?;
    let mut pairs = Vec::with_capacity(members.len());
    for (name, value) in members.iter() {
        pairs.push(vec![Value::String(Rc::clone(name)), value.clone()].into());
    }
    Ok(pairs.into())
}

pub(super) fn keys(call: &mut Invocation<'_, '_>) -> Outcome {
    let members = call.members(0)?;
    let mut keys = Vec::with_capacity(members.len());
    for name in members.keys() {
        keys.push(Value::String(Rc::clone(name)));
    }
    Ok(keys.into())
}

pub(super) fn length(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(from_f64(match call.value(0) {
        Value::String(_) => call.text(0)?.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        other => return Err(call.mismatch(0, "a string, an array or an object", &other)),
    } as f64))
}

pub(super) fn map(call: &mut Invocation<'_, '_>) -> Outcome {
    let items = call.items(0)?;
    let mut mapped = Vec::with_capacity(items.len());
    for item in items.iter() {
        mapped.push(call.refer(item)?);
    }
    Ok(mapped.into())
}

pub(super) fn merge(call: &mut Invocation<'_, '_>) -> Outcome {
    let mut merged = Vec::new();
    for at in 0..call.arguments.len() {
        for (name, value) in call.members(at)?.iter() {
            merged.push((Rc::clone(name), value.clone()));
        }
    }
    call.interpreter.spend_on_sort(merged.len())?;
    Ok(Map::from_members(merged).into())
}

pub(super) fn reverse(call: &mut Invocation<'_, '_>) -> Outcome {
    match call.value(0) {
        Value::String(_) => {
            let text = call.text(0)?;
            let mut reversed = String::with_capacity(text.len());
            for character in text.chars().rev() {
                reversed.push(character);
            }
            Ok(reversed.into())
        }
        Value::Array(_) => {
            let mut items = (*call.items(0)?).clone();
            items.reverse();
            Ok(items.into())
        }
        other => Err(call.mismatch(0, "an array or a string", &other)),
    }
}

/// The first of the items that are equal, which they are by their JSON.
pub(super) fn unique(call: &mut Invocation<'_, '_>) -> Outcome {
    let items = call.items(0)?;
    let mut seen = Map::new();
    let mut kept = Vec::new();
    for item in items.iter() {
        call.interpreter.spend_on(item)?;
        // What is seen moves up where an item comes between.
        call.interpreter.spend(seen.len() / 64)?;
        if seen.insert(json::write(item).into(), Value::Null).is_none() {
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
}

pub(super) fn values(call: &mut Invocation<'_, '_>) -> Outcome {
    let members = call.members(0)?;
    let mut values = Vec::with_capacity(members.len());
    values.extend(members.values().cloned());
    Ok(values.into())
}

/// The first items of all arrays, then the second, as far as the shortest goes.
pub(super) fn zip(call: &mut Invocation<'_, '_>) -> Outcome {
    let mut columns = Vec::with_capacity(call.arguments.len());
    for at in 0..call.arguments.len() {
        columns.push(call.items(at)?);
    }
    let rows = columns.iter().map(|column| column.len()).min().unwrap_or_default();
    let mut zipped = Vec::with_capacity(rows);
    for at in 0..rows {
        let mut row = Vec::with_capacity(columns.len());
        for column in &columns {
            row.extend(column.get(at).cloned());
        }
        zipped.push(row.into());
    }
    Ok(zipped.into())
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, outcome};

    const DOCUMENT: &str = r#"{
        "n": -1.5, "s": "añb", "e": [], "o": {"b": 2, "a": 1}, "z": null,
        "numbers": [3, 1, 2], "strings": ["b", "c", "a"], "mixed": [1, "a"],
        "people": [{"name": "b", "age": 2}, {"name": "a", "age": 2}, {"name": "c", "age": 1}],
        "nodes": [{"at": "x", "id": 1}, {"at": "y"}, {"at": null}, {"id": 2}, {"at": "x", "id": 3}]
    }"#;

    #[test]
    fn each_function_does_what_the_specification_says() {
        check(
            DOCUMENT,
            &[
                ("contains(strings, 'a')", "true"),
                ("contains(mixed, `1`)", "true"),
                ("contains(mixed, `2`)", "false"),
                ("contains(s, 'ñb')", "true"),
                ("contains(s, 'bñ')", "false"),
                ("contains(s, '')", "true"),
                ("contains('', s)", "false"),
                ("contains(s, `1`)", "false"),
                ("keys(o)", r#"["a","b"]"#),
                ("length(s)", "3"),
                ("length(numbers)", "3"),
                ("length(o)", "2"),
                ("map(&age, people)", "[2,2,1]"),
                ("map(&missing, people)", "[null,null,null]"),
                ("merge()", "{}"),
                ("merge(o, {a: n, c: s})", r#"{"a":-1.5,"b":2,"c":"añb"}"#),
                ("reverse(s)", r#""bña""#),
                ("reverse(numbers)", "[2,1,3]"),
                ("values(o)", "[1,2]"),
            ],
        );
    }

    #[test]
    fn each_function_of_the_community_does_what_its_proposal_says() {
        check(
            DOCUMENT,
            &[
                ("items(o)", r#"[["a",1],["b",2]]"#),
                ("items(`{}`)", "[]"),
                ("from_items(`[[\"one\", 1], [\"two\", 2], [\"one\", 3]]`)", r#"{"one":3,"two":2}"#),
                ("from_items(e)", "{}"),
                ("from_items(items(o)) == o", "true"),
                ("from_items(`[[\"__proto__\", 1]]`)", r#"{"__proto__":1}"#),
                ("group_by(nodes, &at)", r#"{"x":[{"at":"x","id":1},{"at":"x","id":3}],"y":[{"at":"y"}]}"#),
                ("group_by(nodes, &missing)", "{}"),
                ("group_by(e, &at)", "{}"),
                ("zip(strings, numbers)", r#"[["b",3],["c",1],["a",2]]"#),
                ("zip(strings, `[1]`, mixed)", r#"[["b",1,1]]"#),
                ("zip(numbers)", "[[3],[1],[2]]"),
                ("zip(numbers, e)", "[]"),
                ("zip(`[null]`, numbers)", "[[null,3]]"),
            ],
        );
    }

    #[test]
    fn unique_keeps_the_first_of_equal_items() {
        check(
            r#"{"l": ["b", "a", "b", "ż", "a"], "m": [1, "1", 1.0, [1], {"b": 1, "a": [2]}, [1], {"a": [2], "b": 1}, null, false, 0, -0, null],
                "ids": [9007199254740993, 9007199254740992, 9007199254740993]}"#,
            &[
                ("unique(l)", r#"["b","a","ż"]"#),
                ("unique(m)", r#"[1,"1",[1],{"a":[2],"b":1},null,false,0]"#),
                ("unique(ids)", "[9007199254740993,9007199254740992]"),
                ("unique(`[]`)", "[]"),
                ("unique(unique(l)) == unique(l)", "true"),
                ("unique('aa')", "invalid-type: `unique` expects an array, found string at byte 7"),
                ("unique(z)", "invalid-type: `unique` expects an array, found null at byte 7"),
            ],
        );
        let many: Vec<String> = (0..10_000).map(|number| format!("\"role-{}\"", number % 7_000)).collect();
        assert_eq!(outcome("length(unique(@))", &format!("[{}]", many.join(","))), "7000");
        let large = format!("[{}]", vec![format!("\"{}\"", "a".repeat(100_000)); 200].join(","));
        assert!(outcome("unique(@)", &large).starts_with("too-much-work: "));
    }

    #[test]
    fn get_takes_a_member_by_a_name_that_is_data() {
        check(
            r#"{"o": {"a b": 1, "ż": [2], "__proto__": 3, "": 4}, "name": "ż", "l": [1], "z": null}"#,
            &[
                ("get(o, 'a b')", "1"),
                ("get(o, name)[0]", "2"),
                ("get(o, '__proto__')", "3"),
                ("get(o, '')", "4"),
                ("get(o, 'constructor')", "null"),
                ("get(l, '0')", "invalid-type: `get` expects an object, found array at byte 4"),
                ("get(z, 'a')", "invalid-type: `get` expects an object, found null at byte 4"),
                ("get(o, z)", "invalid-type: `get` expects a string, found null at byte 7"),
            ],
        );
        check("{}", &[("get(@, '__proto__')", "null")]);
    }

    #[test]
    fn a_wrong_type_is_told_where_the_argument_stands_and_without_its_value() {
        check(
            DOCUMENT,
            &[
                (
                    "contains(n, s)",
                    "invalid-type: `contains` expects an array or a string, found number at byte 9",
                ),
                ("from_items(o)", "invalid-type: `from_items` expects an array, found object at byte 11"),
                (
                    "from_items(strings)",
                    "invalid-type: `from_items` expects an array of arrays, found string at byte 11",
                ),
                (
                    "from_items(`[[1, 2]]`)",
                    "invalid-value: `from_items` expects pairs of a string and a value, found another array at byte 11",
                ),
                (
                    "from_items(`[[\"a\"]]`)",
                    "invalid-value: `from_items` expects pairs of a string and a value, found another array at byte 11",
                ),
                (
                    "group_by(strings, &@)",
                    "invalid-type: `group_by` expects an array of objects, found string at byte 9",
                ),
                (
                    "group_by(people, &age)",
                    "invalid-type: `group_by` expects strings to group by, found number at byte 9",
                ),
                ("items(e)", "invalid-type: `items` expects an object, found array at byte 6"),
                ("keys(e)", "invalid-type: `keys` expects an object, found array at byte 5"),
                (
                    "length(z)",
                    "invalid-type: `length` expects a string, an array or an object, found null at byte 7",
                ),
                ("map(&a, o)", "invalid-type: `map` expects an array, found object at byte 8"),
                ("merge(o, n)", "invalid-type: `merge` expects an object, found number at byte 9"),
                (
                    "reverse(o)",
                    "invalid-type: `reverse` expects an array or a string, found object at byte 8",
                ),
                ("values(s)", "invalid-type: `values` expects an object, found string at byte 7"),
                ("zip(e, z)", "invalid-type: `zip` expects an array, found null at byte 7"),
            ],
        );
    }
}
