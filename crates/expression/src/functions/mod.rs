//! The functions that expressions call: the 26 of the JMESPath specification, those of JMESPath Community that claims
//! need, and some of our own for what claims are made of: times, digests, addresses.
//!
//! A function takes its arguments through accessors that check the type, count the work and make the
//! error. How many arguments there are, and where the expression reference is, the parser has checked.

mod collections;
mod encodings;
mod numbers;
mod order;
mod strings;
mod types;

use std::rc::Rc;

use crate::ast::Call;
use crate::interpreter::Interpreter;
use crate::plain::{Input, Plain, write_place};
use crate::{ErrorKind, ExpressionError, Map, Number, Value};

type Outcome = Result<Value, ExpressionError>;

pub(crate) struct Function {
    pub(crate) name: &'static str,
    #[cfg_attr(
        not(feature = "parser"),
        expect(dead_code, reason = "calls were checked when they were compiled")
    )]
    pub(crate) arity: Arity,
    /// The index of the argument that is an expression reference, from 0.
    #[cfg_attr(
        not(feature = "parser"),
        expect(dead_code, reason = "calls were checked when they were compiled")
    )]
    pub(crate) reference: Option<usize>,
    /// True where an argument without a value reaches the function, as `Value::Unavailable`; it ends the call
    /// otherwise.
    pub(crate) passes_over: bool,
    pub(crate) run: fn(&mut Invocation<'_, '_>) -> Outcome,
}

/// The number of arguments that a function takes.
#[cfg_attr(not(feature = "parser"), expect(dead_code, reason = "calls were checked when they were compiled"))]
pub(crate) struct Arity {
    least: usize,
    pub(crate) most: usize,
    pub(crate) in_words: &'static str,
}

#[cfg(feature = "parser")]
impl Arity {
    pub(crate) fn admits(&self, count: usize) -> bool {
        (self.least..=self.most).contains(&count)
    }
}

const ONE: Arity = Arity { least: 1, most: 1, in_words: "one argument" };
const TWO: Arity = Arity { least: 2, most: 2, in_words: "two arguments" };
const ONE_OR_TWO: Arity = Arity { least: 1, most: 2, in_words: "one or two arguments" };
const TWO_OR_THREE: Arity = Arity { least: 2, most: 3, in_words: "two or three arguments" };
const TWO_TO_FOUR: Arity = Arity { least: 2, most: 4, in_words: "two to four arguments" };
const THREE_OR_FOUR: Arity = Arity { least: 3, most: 4, in_words: "three or four arguments" };
const AT_LEAST_ONE: Arity = Arity { least: 1, most: usize::MAX, in_words: "at least one argument" };
const ANY: Arity = Arity { least: 0, most: usize::MAX, in_words: "any number of arguments" };

#[cfg(feature = "parser")]
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Returns the names of all functions.
#[cfg(feature = "parser")]
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// A function is its place in the table.
impl Plain for &'static Function {
    fn write(&self, out: &mut Vec<u8>) {
        write_place(&FUNCTIONS, |known| known.name == self.name, out);
    }

    fn read(input: &mut Input<'_>) -> &'static Function {
        input.item(&FUNCTIONS).unwrap_or(&NO_FUNCTION)
    }
}

/// Stands for one that cannot be read.
static NO_FUNCTION: Function = plain("", ANY, types::not_null);

static FUNCTIONS: [Function; 49] = [
    plain("abs", ONE, numbers::abs),
    plain("avg", ONE, numbers::avg),
    plain("base64", ONE, encodings::base64),
    plain("base64_decode", ONE, encodings::base64_decode),
    plain("base64url", ONE, encodings::base64url),
    plain("ceil", ONE, numbers::ceil),
    plain("contains", TWO, collections::contains),
    plain("ends_with", TWO, strings::ends_with),
    plain("find_first", TWO_TO_FOUR, strings::find_first),
    plain("floor", ONE, numbers::floor),
    plain("format_time", ONE, types::format_time),
    plain("from_items", ONE, collections::from_items),
    plain("from_json", ONE, types::from_json),
    plain("get", TWO, collections::get),
    referring("group_by", 1, collections::group_by),
    plain("in_cidr", TWO, strings::in_cidr),
    plain("items", ONE, collections::items),
    plain("join", TWO, strings::join),
    plain("keys", ONE, collections::keys),
    plain("length", ONE, collections::length),
    plain("lower", ONE, strings::lower),
    referring("map", 0, collections::map),
    plain("max", ONE, order::max),
    referring("max_by", 1, order::max),
    plain("merge", ANY, collections::merge),
    plain("min", ONE, order::min),
    referring("min_by", 1, order::min),
    tolerant("not_null", AT_LEAST_ONE, types::not_null),
    plain("replace", THREE_OR_FOUR, strings::replace),
    plain("reverse", ONE, collections::reverse),
    plain("sha256", ONE_OR_TWO, encodings::sha256),
    plain("sort", ONE, order::sort),
    referring("sort_by", 1, order::sort),
    plain("split", TWO_OR_THREE, strings::split),
    plain("starts_with", TWO, strings::starts_with),
    plain("substring", TWO_OR_THREE, strings::substring),
    plain("sum", ONE, numbers::sum),
    plain("timestamp", ONE, types::timestamp),
    plain("to_array", ONE, types::to_array),
    plain("to_number", ONE, types::to_number),
    plain("to_string", ONE, types::to_string),
    plain("trim", ONE_OR_TWO, strings::trim),
    plain("type", ONE, types::type_of),
    plain("unique", ONE, collections::unique),
    plain("upper", ONE, strings::upper),
    plain("url_decode", ONE, encodings::url_decode),
    plain("url_encode", ONE, encodings::url_encode),
    plain("values", ONE, collections::values),
    plain("zip", AT_LEAST_ONE, collections::zip),
];

const fn plain(name: &'static str, arity: Arity, run: fn(&mut Invocation<'_, '_>) -> Outcome) -> Function {
    Function { name, arity, reference: None, passes_over: false, run }
}

/// A function that arguments without a value reach.
const fn tolerant(name: &'static str, arity: Arity, run: fn(&mut Invocation<'_, '_>) -> Outcome) -> Function {
    Function { name, arity, reference: None, passes_over: true, run }
}

/// A function of an array and a reference that is evaluated against its items.
const fn referring(name: &'static str, at: usize, run: fn(&mut Invocation<'_, '_>) -> Outcome) -> Function {
    Function { name, arity: TWO, reference: Some(at), passes_over: false, run }
}

/// One call of a function, its arguments evaluated.
pub(crate) struct Invocation<'a, 'i> {
    pub(crate) interpreter: &'a mut Interpreter<'i>,
    pub(crate) call: &'a Call,
    /// Without the expression reference.
    pub(crate) arguments: Vec<Value>,
}

impl Invocation<'_, '_> {
    fn value(&self, at: usize) -> Value {
        self.arguments.get(at).cloned().unwrap_or_default()
    }

    fn number(&self, at: usize) -> Result<Number, ExpressionError> {
        match self.value(at) {
            Value::Number(number) => Ok(number),
            other => Err(self.mismatch(at, "a number", &other)),
        }
    }

    /// A whole number; the default where the argument is left out.
    fn integer(&self, at: usize, default: f64) -> Result<f64, ExpressionError> {
        if at >= self.arguments.len() {
            return Ok(default);
        }
        let number = self.number(at)?;
        if !number.is_integer() {
            return Err(self.impossible(at, "a whole number", "a fraction"));
        }
        Ok(number.as_f64())
    }

    /// Returns an argument that is a count; unlimited where it is left out.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to an integer saturates: what is too large has no end"
    )]
    fn count(&self, at: usize) -> Result<usize, ExpressionError> {
        let count = self.integer(at, f64::INFINITY)?;
        if count < 0.0 {
            return Err(self.impossible(at, "a count", "a negative number"));
        }
        Ok(count as usize)
    }

    fn text(&mut self, at: usize) -> Result<Rc<str>, ExpressionError> {
        match self.value(at) {
            Value::String(text) => {
                self.interpreter.spend_on_text(&text)?;
                Ok(text)
            }
            other => Err(self.mismatch(at, "a string", &other)),
        }
    }

    /// The first argument, written in another way; null where that cannot be.
    fn convert(&mut self, convert: fn(&str) -> Option<String>) -> Outcome {
        Ok(convert(&self.text(0)?).map_or(Value::Null, Value::from))
    }

    fn items(&mut self, at: usize) -> Result<Rc<Vec<Value>>, ExpressionError> {
        match self.value(at) {
            Value::Array(items) => {
                self.interpreter.spend(items.len())?;
                Ok(items)
            }
            other => Err(self.mismatch(at, "an array", &other)),
        }
    }

    fn members(&mut self, at: usize) -> Result<Rc<Map>, ExpressionError> {
        match self.value(at) {
            Value::Object(members) => {
                members.keys().try_for_each(|name| self.interpreter.spend_on_text(name))?;
                Ok(members)
            }
            other => Err(self.mismatch(at, "an object", &other)),
        }
    }

    /// The reference evaluated against an item; the item itself where the function has no reference, so
    /// that `sort` is `sort_by` the item.
    fn refer(&mut self, item: &Value) -> Outcome {
        match &self.call.reference {
            Some(node) => self.interpreter.evaluate(node, item),
            None => Ok(item.clone()),
        }
    }

    /// The error for a value of a type that the function does not take.
    fn mismatch(&self, at: usize, expected: &str, found: &Value) -> ExpressionError {
        if let Value::Unavailable(cause) = found {
            return ExpressionError::unavailable(*cause);
        }
        let found = found.type_name();
        self.refuse(ErrorKind::InvalidType, at, expected, found)
    }

    /// The error for a value of the right type that makes no sense to the function.
    fn impossible(&self, at: usize, expected: &str, found: &str) -> ExpressionError {
        self.refuse(ErrorKind::InvalidValue, at, expected, found)
    }

    fn refuse(&self, kind: ErrorKind, at: usize, expected: &str, found: &str) -> ExpressionError {
        let message = ["`", self.call.function.name, "` expects ", expected, ", found ", found];
        ExpressionError::new(kind, self.offset(at), &message)
    }

    /// Returns the offset of an argument in the text.
    fn offset(&self, at: usize) -> usize {
        self.call.arguments.get(at).map_or(0, |argument| argument.offset.0)
    }
}

/// Returns a number that is finite: it is computed from numbers below 2^53, or rounded.
fn from_f64(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_found_by_its_name_and_no_name_is_there_twice() {
        let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        assert!(names.iter().all(|name| find(name).is_some_and(|function| function.name == *name)));
    }
}
