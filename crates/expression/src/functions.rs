//! The functions of the JMESPath specification.
//!
//! A function takes its arguments through accessors that check the type, count the work and make the
//! error. How many arguments there are, and where the expression reference is, the parser has checked.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::ast::Call;
use crate::interpreter::{Interpreter, steps_for_text};
use crate::map::sorted_order;
use crate::{ErrorKind, ExpressionError, Map, Number, Value, json};

type Outcome = Result<Value, ExpressionError>;

pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) arity: Arity,
    /// Which argument is an expression reference, from 0.
    pub(crate) reference: Option<usize>,
    pub(crate) run: fn(&mut Invocation<'_>) -> Outcome,
}

/// How many arguments a function takes.
#[derive(Clone, Copy)]
pub(crate) enum Arity {
    One,
    Two,
    AtLeastOne,
    Any,
}

impl Arity {
    pub(crate) fn admits(self, count: usize) -> bool {
        count <= self.most()
            && match self {
                Arity::One | Arity::AtLeastOne => count >= 1,
                Arity::Two => count >= 2,
                Arity::Any => true,
            }
    }

    pub(crate) fn most(self) -> usize {
        match self {
            Arity::One => 1,
            Arity::Two => 2,
            Arity::AtLeastOne | Arity::Any => usize::MAX,
        }
    }

    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Arity::One => "one argument",
            Arity::Two => "two arguments",
            Arity::AtLeastOne => "at least one argument",
            Arity::Any => "any number of arguments",
        }
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

static FUNCTIONS: [Function; 26] = [
    plain("abs", Arity::One, abs),
    plain("avg", Arity::One, avg),
    plain("ceil", Arity::One, ceil),
    plain("contains", Arity::Two, contains),
    plain("ends_with", Arity::Two, ends_with),
    plain("floor", Arity::One, floor),
    plain("join", Arity::Two, join),
    plain("keys", Arity::One, keys),
    plain("length", Arity::One, length),
    referring("map", 0, map),
    plain("max", Arity::One, max),
    referring("max_by", 1, max),
    plain("merge", Arity::Any, merge),
    plain("min", Arity::One, min),
    referring("min_by", 1, min),
    plain("not_null", Arity::AtLeastOne, not_null),
    plain("reverse", Arity::One, reverse),
    plain("sort", Arity::One, sort),
    referring("sort_by", 1, sort),
    plain("starts_with", Arity::Two, starts_with),
    plain("sum", Arity::One, sum),
    plain("to_array", Arity::One, to_array),
    plain("to_number", Arity::One, to_number),
    plain("to_string", Arity::One, to_string),
    plain("type", Arity::One, type_of),
    plain("values", Arity::One, values),
];

const fn plain(name: &'static str, arity: Arity, run: fn(&mut Invocation<'_>) -> Outcome) -> Function {
    Function { name, arity, reference: None, run }
}

/// A function of an array and a reference that is evaluated against its items.
const fn referring(name: &'static str, at: usize, run: fn(&mut Invocation<'_>) -> Outcome) -> Function {
    Function { name, arity: Arity::Two, reference: Some(at), run }
}

/// One call of a function, its arguments evaluated.
pub(crate) struct Invocation<'a> {
    pub(crate) interpreter: &'a mut Interpreter,
    pub(crate) call: &'a Call,
    /// Without the expression reference.
    pub(crate) arguments: Vec<Value>,
}

impl Invocation<'_> {
    fn value(&self, at: usize) -> Value {
        self.arguments.get(at).cloned().unwrap_or_default()
    }

    fn number(&self, at: usize) -> Result<Number, ExpressionError> {
        match self.value(at) {
            Value::Number(number) => Ok(number),
            other => Err(self.mismatch(at, "a number", other.type_name())),
        }
    }

    fn text(&mut self, at: usize) -> Result<Rc<str>, ExpressionError> {
        match self.value(at) {
            Value::String(text) => {
                self.interpreter.spend_on_text(&text)?;
                Ok(text)
            }
            other => Err(self.mismatch(at, "a string", other.type_name())),
        }
    }

    fn items(&mut self, at: usize) -> Result<Rc<Vec<Value>>, ExpressionError> {
        match self.value(at) {
            Value::Array(items) => {
                self.interpreter.spend(items.len())?;
                Ok(items)
            }
            other => Err(self.mismatch(at, "an array", other.type_name())),
        }
    }

    fn members(&mut self, at: usize) -> Result<Rc<Map>, ExpressionError> {
        match self.value(at) {
            Value::Object(members) => {
                members.keys().try_for_each(|name| self.interpreter.spend_on_text(name))?;
                Ok(members)
            }
            other => Err(self.mismatch(at, "an object", other.type_name())),
        }
    }

    /// The sum of an array of numbers, and how many there are.
    fn total(&mut self) -> Result<(f64, usize), ExpressionError> {
        let items = self.items(0)?;
        let mut total = 0.0;
        for item in items.iter() {
            let Value::Number(number) = item else {
                return Err(self.mismatch(0, "an array of numbers", item.type_name()));
            };
            if number.is_unsafe_integer() {
                // Its double is another number; what came out would be wrong without a sign of it.
                let message = ["`", self.call.function.name, "` cannot add an integer beyond 2^53 - 1"];
                return Err(ExpressionError::new(ErrorKind::InvalidValue, self.offset(0), &message));
            }
            total += number.as_f64();
        }
        Ok((total, items.len()))
    }

    /// The reference evaluated against an item; the item itself where the function has no reference, so
    /// that `sort` is `sort_by` the item.
    fn refer(&mut self, item: &Value) -> Outcome {
        match &self.call.reference {
            Some(node) => self.interpreter.evaluate(node, item),
            None => Ok(item.clone()),
        }
    }

    /// The items of an array, and for each the key it is ordered by: all numbers, or all strings.
    fn keyed_items(&mut self) -> Result<(Rc<Vec<Value>>, Vec<Value>), ExpressionError> {
        let items = self.items(0)?;
        let mut keys: Vec<Value> = Vec::with_capacity(items.len());
        for item in items.iter() {
            let key = self.refer(item)?;
            match (&key, keys.first().unwrap_or(&key)) {
                (Value::Number(_), Value::Number(_)) => {}
                (Value::String(text), Value::String(_)) => self.interpreter.spend_on_text(text)?,
                _ => return Err(self.mismatch(0, "all numbers or all strings to order by", key.type_name())),
            }
            keys.push(key);
        }
        Ok((items, keys))
    }

    /// The first of the items whose key stands in this order to the keys of all others.
    fn extreme(&mut self, wanted: Ordering) -> Outcome {
        let (items, keys) = self.keyed_items()?;
        let mut pairs = items.iter().zip(&keys);
        let Some(mut best) = pairs.next() else { return Ok(Value::Null) };
        for pair in pairs {
            if order(pair.1, best.1) == wanted {
                best = pair;
            }
        }
        Ok(best.0.clone())
    }

    fn mismatch(&self, at: usize, expected: &str, found: &str) -> ExpressionError {
        let message = ["`", self.call.function.name, "` expects ", expected, ", found ", found];
        ExpressionError::new(ErrorKind::InvalidType, self.offset(at), &message)
    }

    /// Where an argument stands in the text.
    fn offset(&self, at: usize) -> usize {
        self.call.arguments.get(at).map_or(0, |argument| argument.offset)
    }
}

/// The order of two keys, which are both numbers or both strings.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

fn count(count: usize) -> Value {
    Number::from(u32::try_from(count).unwrap_or(u32::MAX)).into()
}

/// What is computed here stays finite: it starts from numbers below 2^53, or is rounded.
fn from_f64(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn abs(call: &mut Invocation<'_>) -> Outcome {
    Ok(call.number(0)?.abs().into())
}

fn avg(call: &mut Invocation<'_>) -> Outcome {
    let (total, count) = call.total()?;
    if count == 0 {
        return Ok(Value::Null);
    }
    Ok(from_f64(total / count as f64))
}

fn ceil(call: &mut Invocation<'_>) -> Outcome {
    round(call, f64::ceil)
}

fn contains(call: &mut Invocation<'_>) -> Outcome {
    let sought = call.value(1);
    let found = match call.value(0) {
        Value::String(text) => match sought.as_str() {
            Some(sought) => holds(call, text.as_bytes(), sought.as_bytes())?,
            None => false,
        },
        Value::Array(items) => {
            let mut found = false;
            for item in items.iter() {
                found = found || call.interpreter.equal(item, &sought)?;
            }
            found
        }
        other => return Err(call.mismatch(0, "an array or a string", other.type_name())),
    };
    Ok(Value::Bool(found))
}

/// Whether a text holds another. The search of the standard library is never quadratic, but it costs 2 kB
/// of WebAssembly; here the worst case is counted instead.
fn holds(call: &mut Invocation<'_>, text: &[u8], sought: &[u8]) -> Result<bool, ExpressionError> {
    let steps = steps_for_text(text.len()).saturating_mul(steps_for_text(sought.len()));
    call.interpreter.spend(steps)?;
    Ok(sought.is_empty() || text.windows(sought.len()).any(|part| part == sought))
}

fn ends_with(call: &mut Invocation<'_>) -> Outcome {
    let (text, end) = (call.text(0)?, call.text(1)?);
    Ok(Value::Bool(text.ends_with(&*end)))
}

fn floor(call: &mut Invocation<'_>) -> Outcome {
    round(call, f64::floor)
}

/// An integer is left alone: it may be one that has no double.
fn round(call: &mut Invocation<'_>, round: fn(f64) -> f64) -> Outcome {
    let number = call.number(0)?;
    if number.is_integer() {
        return Ok(number.into());
    }
    Ok(from_f64(round(number.as_f64())))
}

fn join(call: &mut Invocation<'_>) -> Outcome {
    let (glue, items) = (call.text(0)?, call.items(1)?);
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        let Value::String(text) = item else {
            return Err(call.mismatch(1, "an array of strings", item.type_name()));
        };
        if index > 0 {
            call.interpreter.spend_on_text(&glue)?;
            joined.push_str(&glue);
        }
        call.interpreter.spend_on_text(text)?;
        joined.push_str(text);
    }
    Ok(joined.into())
}

fn keys(call: &mut Invocation<'_>) -> Outcome {
    let members = call.members(0)?;
    let mut keys = Vec::with_capacity(members.len());
    for name in members.keys() {
        keys.push(Value::String(Rc::clone(name)));
    }
    Ok(keys.into())
}

fn length(call: &mut Invocation<'_>) -> Outcome {
    Ok(count(match call.value(0) {
        Value::String(_) => call.text(0)?.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        other => return Err(call.mismatch(0, "a string, an array or an object", other.type_name())),
    }))
}

fn map(call: &mut Invocation<'_>) -> Outcome {
    let items = call.items(0)?;
    let mut mapped = Vec::with_capacity(items.len());
    for item in items.iter() {
        mapped.push(call.refer(item)?);
    }
    Ok(mapped.into())
}

fn max(call: &mut Invocation<'_>) -> Outcome {
    call.extreme(Ordering::Greater)
}

fn merge(call: &mut Invocation<'_>) -> Outcome {
    let mut merged = Vec::new();
    for at in 0..call.arguments.len() {
        for (name, value) in call.members(at)?.iter() {
            merged.push((Rc::clone(name), value.clone()));
        }
    }
    Ok(Map::from_members(merged).into())
}

fn min(call: &mut Invocation<'_>) -> Outcome {
    call.extreme(Ordering::Less)
}

fn not_null(call: &mut Invocation<'_>) -> Outcome {
    Ok(call.arguments.iter().find(|value| !value.is_null()).cloned().unwrap_or_default())
}

fn reverse(call: &mut Invocation<'_>) -> Outcome {
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
        other => Err(call.mismatch(0, "an array or a string", other.type_name())),
    }
}

fn sort(call: &mut Invocation<'_>) -> Outcome {
    let (items, keys) = call.keyed_items()?;
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

fn starts_with(call: &mut Invocation<'_>) -> Outcome {
    let (text, start) = (call.text(0)?, call.text(1)?);
    Ok(Value::Bool(text.starts_with(&*start)))
}

fn sum(call: &mut Invocation<'_>) -> Outcome {
    let (total, _) = call.total()?;
    Ok(from_f64(total))
}

fn to_array(call: &mut Invocation<'_>) -> Outcome {
    Ok(match call.value(0) {
        array @ Value::Array(_) => array,
        other => vec![other].into(),
    })
}

fn to_number(call: &mut Invocation<'_>) -> Outcome {
    Ok(match call.value(0) {
        number @ Value::Number(_) => number,
        Value::String(_) => Number::from_text(&call.text(0)?).map_or(Value::Null, Value::Number),
        _ => Value::Null,
    })
}

fn to_string(call: &mut Invocation<'_>) -> Outcome {
    let value = call.value(0);
    if let Value::String(_) = value {
        return Ok(value);
    }
    call.interpreter.spend_on(&value)?;
    Ok(json::write(&value).into())
}

fn type_of(call: &mut Invocation<'_>) -> Outcome {
    Ok(call.value(0).type_name().into())
}

fn values(call: &mut Invocation<'_>) -> Outcome {
    let members = call.members(0)?;
    let mut values = Vec::with_capacity(members.len());
    values.extend(members.values().cloned());
    Ok(values.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check;

    const DOCUMENT: &str = r#"{
        "n": -1.5, "s": "añb", "e": [], "o": {"b": 2, "a": 1}, "t": true, "z": null,
        "numbers": [3, 1, 2], "strings": ["b", "c", "a"], "mixed": [1, "a"],
        "people": [{"name": "b", "age": 2}, {"name": "a", "age": 2}, {"name": "c", "age": 1}]
    }"#;

    #[test]
    fn each_function_does_what_the_specification_says() {
        check(
            DOCUMENT,
            &[
                ("abs(n)", "1.5"),
                ("avg(numbers)", "2"),
                ("avg(e)", "null"),
                ("ceil(n)", "-1"),
                ("contains(strings, 'a')", "true"),
                ("contains(mixed, `1`)", "true"),
                ("contains(mixed, `2`)", "false"),
                ("contains(s, 'ñb')", "true"),
                ("contains(s, 'bñ')", "false"),
                ("contains(s, '')", "true"),
                ("contains('', s)", "false"),
                ("contains(s, `1`)", "false"),
                ("ends_with(s, 'ñb')", "true"),
                ("ends_with(s, 'a')", "false"),
                ("floor(n)", "-2"),
                ("join('-', strings)", r#""b-c-a""#),
                ("join('-', e)", r#""""#),
                ("keys(o)", r#"["a","b"]"#),
                ("length(s)", "3"),
                ("length(numbers)", "3"),
                ("length(o)", "2"),
                ("map(&age, people)", "[2,2,1]"),
                ("map(&missing, people)", "[null,null,null]"),
                ("max(numbers)", "3"),
                ("max(strings)", r#""c""#),
                ("max(e)", "null"),
                ("max_by(people, &age).name", r#""b""#),
                ("max_by(e, &age)", "null"),
                ("merge()", "{}"),
                ("merge(o, {a: n, c: t})", r#"{"a":-1.5,"b":2,"c":true}"#),
                ("min(numbers)", "1"),
                ("min(strings)", r#""a""#),
                ("min_by(people, &name).name", r#""a""#),
                ("not_null(z, missing, s)", r#""añb""#),
                ("not_null(z)", "null"),
                ("reverse(s)", r#""bña""#),
                ("reverse(numbers)", "[2,1,3]"),
                ("sort(numbers)", "[1,2,3]"),
                ("sort(strings)", r#"["a","b","c"]"#),
                ("sort(e)", "[]"),
                ("sort_by(people, &age)[].name", r#"["c","b","a"]"#),
                ("sort_by(people, &name)[].name", r#"["a","b","c"]"#),
                ("starts_with(s, 'añ')", "true"),
                ("starts_with(s, 'b')", "false"),
                ("sum(numbers)", "6"),
                ("sum(e)", "0"),
                ("to_array(s)", r#"["añb"]"#),
                ("to_array(z)", "[null]"),
                ("to_array(e)", "[]"),
                ("to_number('-1.5e2')", "-150"),
                ("to_number(n)", "-1.5"),
                ("to_number(' 1')", "null"),
                ("to_number('0x1')", "null"),
                ("to_number(t)", "null"),
                ("to_string(s)", r#""añb""#),
                ("to_string(o)", r#""{\"a\":1,\"b\":2}""#),
                ("to_string(z)", r#""null""#),
                ("type(n)", r#""number""#),
                ("[s, e, o, t, z][].type(@)", r#"["string","object","boolean","null"]"#),
                ("values(o)", "[1,2]"),
            ],
        );
    }

    #[test]
    fn a_wrong_type_is_told_where_the_argument_stands_and_without_its_value() {
        check(
            DOCUMENT,
            &[
                ("abs(s)", "invalid-type: `abs` expects a number, found string at byte 4"),
                ("avg(s)", "invalid-type: `avg` expects an array, found string at byte 4"),
                ("avg(strings)", "invalid-type: `avg` expects an array of numbers, found string at byte 4"),
                ("ceil(t)", "invalid-type: `ceil` expects a number, found boolean at byte 5"),
                (
                    "contains(n, s)",
                    "invalid-type: `contains` expects an array or a string, found number at byte 9",
                ),
                ("ends_with(s, n)", "invalid-type: `ends_with` expects a string, found number at byte 13"),
                ("join(n, strings)", "invalid-type: `join` expects a string, found number at byte 5"),
                (
                    "join('', mixed)",
                    "invalid-type: `join` expects an array of strings, found number at byte 9",
                ),
                ("keys(e)", "invalid-type: `keys` expects an object, found array at byte 5"),
                (
                    "length(z)",
                    "invalid-type: `length` expects a string, an array or an object, found null at byte 7",
                ),
                ("map(&a, o)", "invalid-type: `map` expects an array, found object at byte 8"),
                (
                    "max(mixed)",
                    "invalid-type: `max` expects all numbers or all strings to order by, found string at byte 4",
                ),
                (
                    "sort_by(people, &missing)",
                    "invalid-type: `sort_by` expects all numbers or all strings to order by, found null at byte 8",
                ),
                ("merge(o, n)", "invalid-type: `merge` expects an object, found number at byte 9"),
                (
                    "reverse(o)",
                    "invalid-type: `reverse` expects an array or a string, found object at byte 8",
                ),
                ("sum(mixed)", "invalid-type: `sum` expects an array of numbers, found string at byte 4"),
                ("values(s)", "invalid-type: `values` expects an object, found string at byte 7"),
            ],
        );
    }

    #[test]
    fn a_sum_is_right_or_an_error() {
        check(
            "{}",
            &[
                (
                    "sum(`[9007199254740993, 1]`)",
                    "invalid-value: `sum` cannot add an integer beyond 2^53 - 1 at byte 4",
                ),
                (
                    "avg(`[1.7e308, 1.7e308]`)",
                    "invalid-value: `avg` cannot add an integer beyond 2^53 - 1 at byte 4",
                ),
                ("sum(`[0.5, 0.25]`)", "0.75"),
            ],
        );
    }

    #[test]
    fn the_specification_has_26_functions_found_by_their_names() {
        let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        assert!(names.iter().all(|name| find(name).is_some_and(|function| function.name == *name)));
    }
}
