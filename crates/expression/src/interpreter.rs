//! A tree and a document to a value, or to a decision.
//!
//! A part of the document that is unavailable gives no value to whatever needs it, which is an error of a kind of
//! its own. So a value is made of what is there or not at all, and only conditions go on: there one side may decide
//! whatever the other is.

use std::cmp::Ordering;

use crate::ast::{Arithmetic, Call, Items, Node, Offset, Operator};
use crate::functions::Invocation;
use crate::{Budget, Cause, ErrorKind, ExpressionError, Faults, Map, Number, Value};

/// The bytes of text that are compared, searched or copied for one step.
const BYTES_PER_STEP: usize = 16;

/// Evaluates a tree against a document.
pub(crate) fn evaluate(node: &Node, document: &Value, budget: &Budget) -> Result<Value, ExpressionError> {
    let mut interpreter = Interpreter { budget, faults: Faults::End, document, scope: Vec::new() };
    let value = interpreter.evaluate(node, document)?;
    // A value can hold another many times over at no cost; whoever walks through it pays for each. So
    // that this is safe to do with a result, it is counted here as a whole.
    interpreter.spend_on(&value)?;
    Ok(value)
}

/// Decides a tree as a condition.
pub(crate) fn holds(
    node: &Node,
    document: &Value,
    budget: &Budget,
    faults: Faults,
) -> Result<bool, ExpressionError> {
    Interpreter { budget, faults, document, scope: Vec::new() }.condition(node, document)
}

pub(crate) struct Interpreter<'a> {
    budget: &'a Budget,
    faults: Faults,
    document: &'a Value,
    /// What the variables are bound to, or why they have no value. The last one is innermost.
    scope: Vec<Result<Value, ExpressionError>>,
}

#[cfg(feature = "parser")]
impl<'a> Interpreter<'a> {
    /// Makes an interpreter for a part of an expression, in which these variables are bound.
    pub(crate) fn within(
        scope: Vec<Result<Value, ExpressionError>>,
        document: &'a Value,
        budget: &'a Budget,
        faults: Faults,
    ) -> Interpreter<'a> {
        Interpreter { budget, faults, document, scope }
    }
}

impl Interpreter<'_> {
    /// Evaluates a node against the current value.
    pub(crate) fn evaluate(&mut self, node: &Node, current: &Value) -> Result<Value, ExpressionError> {
        self.spend(1)?;
        available(match node {
            Node::Current => current.clone(),
            Node::Member(name) => {
                self.spend_on_text(name)?;
                current.member(name)
            }
            Node::Literal(value) => value.clone(),
            Node::Index(source, index) => item_at(&self.evaluate(source, current)?, *index),
            Node::Projection(source, items, each) => {
                let source = self.evaluate(source, current)?;
                self.project(&source, items, each)?
            }
            Node::Not(operand) => Value::Bool(!self.condition(operand, current)?),
            Node::Binary(operator, left, right) => self.binary(*operator, left, right, current)?,
            Node::Arithmetic(operator, offset, left, right) => {
                let (left, right) = (self.evaluate(left, current)?, self.evaluate(right, current)?);
                self.calculate(*operator, *offset, &left, &right)?
            }
            Node::Ternary(test, then, otherwise) => {
                let chosen = if self.condition(test, current)? { then } else { otherwise };
                self.evaluate(chosen, current)?
            }
            Node::Let(bindings, body) => {
                let outer = self.bind(bindings, current);
                let result = self.evaluate(body, current);
                self.scope.truncate(outer);
                result?
            }
            Node::Variable(index) => match self.scope.iter().nth_back(*index) {
                Some(Ok(value)) => value.clone(),
                Some(Err(error)) => return Err(error.clone()),
                // There are as many as the parser has counted.
                None => Value::Null,
            },
            Node::Global(name, offset) => self.global(name, *offset)?,
            // A selection from null is null, not a list of nulls.
            Node::List(_) | Node::Object(_) if matches!(current, Value::Null | Value::Unavailable(_)) => {
                current.clone()
            }
            Node::List(nodes) => {
                let mut list = Vec::with_capacity(nodes.len());
                for node in nodes {
                    list.push(self.evaluate(node, current)?);
                }
                list.into()
            }
            Node::Object(nodes) => {
                let mut members = Vec::with_capacity(nodes.len());
                for (name, node) in nodes {
                    members.push((name.clone(), self.evaluate(node, current)?));
                }
                Map::from_members(members).into()
            }
            Node::Call(call) => self.call(call, current)?,
        })
    }

    /// Decides a node as a condition. One side that holds decides `||`, one that does not decides `&&`, whichever
    /// side it is; an error of the other then counts for nothing. An error that stays tells what may come of it.
    pub(crate) fn condition(&mut self, node: &Node, current: &Value) -> Result<bool, ExpressionError> {
        let (deciding, left, right) = match node {
            Node::Binary(Operator::Or, left, right) => (true, left, right),
            Node::Binary(Operator::And, left, right) => (false, left, right),
            Node::Not(operand) => {
                self.spend(1)?;
                return match self.condition(operand, current) {
                    Ok(holds) => Ok(!holds),
                    Err(error) => Err({
                        let (may_hold, may_not_hold) = (error.may_not_hold, error.may_hold);
                        error.open(may_hold, may_not_hold)
                    }),
                };
            }
            Node::Let(bindings, body) => {
                self.spend(1)?;
                let outer = self.bind(bindings, current);
                let result = self.condition(body, current);
                self.scope.truncate(outer);
                return result;
            }
            Node::Ternary(test, then, otherwise) => {
                self.spend(1)?;
                let chosen = if self.condition(test, current).map_err(either)? { then } else { otherwise };
                return self.condition(chosen, current);
            }
            _ => return self.evaluate(node, current).map(|value| value.is_truthy()).map_err(either),
        };
        self.spend(1)?;
        let left = self.condition(left, current);
        match &left {
            Ok(holds) if *holds == deciding => return left,
            Err(error) if !self.leaves_open(error) => return left,
            _ => {}
        }
        match (left, self.condition(right, current)) {
            (Err(left), Err(right)) => {
                let (may_hold, may_not_hold) = if deciding {
                    (left.may_hold || right.may_hold, left.may_not_hold && right.may_not_hold)
                } else {
                    (left.may_hold && right.may_hold, left.may_not_hold || right.may_not_hold)
                };
                Err(left.open(may_hold, may_not_hold))
            }
            (Err(open), Ok(holds)) if holds != deciding => Err(open),
            (_, right) => right,
        }
    }

    fn leaves_open(&self, error: &ExpressionError) -> bool {
        self.faults == Faults::LeaveOpen || error.kind == ErrorKind::Unavailable
    }

    /// Brings variables into scope, and returns how many there were before. A binding that is an error is one where
    /// the variable is read.
    fn bind(&mut self, bindings: &[Node], current: &Value) -> usize {
        let mut bound = Vec::with_capacity(bindings.len());
        for binding in bindings {
            bound.push(self.evaluate(binding, current));
        }
        let outer = self.scope.len();
        self.scope.append(&mut bound);
        outer
    }

    fn global(&mut self, name: &str, Offset(offset): Offset) -> Result<Value, ExpressionError> {
        self.spend_on_text(name)?;
        let member = self.document.as_object().and_then(|members| members.get(name));
        member.cloned().ok_or_else(|| {
            let message = ["`$", name, "` is not defined"];
            ExpressionError::new(ErrorKind::UndefinedVariable, offset, &message)
        })
    }

    /// Calculates with two numbers. A result is right as far as doubles are, or an error, as that of `sum`.
    fn calculate(
        &self,
        operator: Arithmetic,
        Offset(offset): Offset,
        left: &Value,
        right: &Value,
    ) -> Result<Value, ExpressionError> {
        let message = if let (Value::Number(dividend), Value::Number(divisor)) = (left, right) {
            let is_exact = !dividend.is_unsafe_integer() && !divisor.is_unsafe_integer();
            let (left, right) = (dividend.as_f64(), divisor.as_f64());
            let result = Number::from_f64(match operator {
                Arithmetic::Add => left + right,
                Arithmetic::Subtract => left - right,
                Arithmetic::Multiply => left * right,
                Arithmetic::Divide => left / right,
                Arithmetic::DivideWhole => (left / right).floor(),
                Arithmetic::Modulo => {
                    // It goes through the powers of two between the numbers.
                    self.budget.spend(32)?;
                    remainder(left, right)
                }
            });
            match result {
                Some(result) if is_exact && !result.is_unsafe_integer() => return Ok(result.into()),
                // Nothing else leads from zero to what is not finite.
                None if right == 0.0 => ["division by zero", ""],
                _ => ["arithmetic ends at integers beyond 2^53 - 1", ""],
            }
        } else {
            let other = if let Value::Number(_) = left { right } else { left };
            ["arithmetic expects numbers, found ", other.type_name()]
        };
        Err(ExpressionError::new(ErrorKind::NotANumber, offset, &message))
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Node,
        right: &Node,
        current: &Value,
    ) -> Result<Value, ExpressionError> {
        let left = self.evaluate(left, current)?;
        match operator {
            Operator::Dot | Operator::Pipe => return self.evaluate(right, &left),
            Operator::Or if left.is_truthy() => return Ok(left),
            Operator::And if !left.is_truthy() => return Ok(left),
            _ => {}
        }
        let right = self.evaluate(right, current)?;
        match operator {
            Operator::Or | Operator::And => Ok(right),
            Operator::Equal => Ok(Value::Bool(self.equal(&left, &right)?)),
            Operator::NotEqual => Ok(Value::Bool(!self.equal(&left, &right)?)),
            _ => Ok(compare(operator, &left, &right)),
        }
    }

    /// Evaluates `each` against the items that are picked. Where it gives null, nothing is taken.
    fn project(&mut self, source: &Value, items: &Items, each: &Node) -> Result<Value, ExpressionError> {
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

    /// Returns the items of a source; none if it is not of the type that these items come from.
    pub(crate) fn pick(
        &mut self,
        source: &Value,
        items: &Items,
    ) -> Result<Option<Vec<Value>>, ExpressionError> {
        let picked = match (items, source) {
            (Items::Values, Value::Object(members)) => {
                self.spend(members.len())?;
                members.values().cloned().collect()
            }
            (Items::All, Value::Array(array)) => {
                self.spend(array.len())?;
                array.to_vec()
            }
            (Items::Slice(start, stop, step), Value::Array(array)) => {
                self.spend(array.len())?;
                slice(array, *start, *stop, *step)
            }
            (Items::Flat, Value::Array(array)) => self.flatten(array)?,
            (Items::Matching(condition), Value::Array(array)) => self.filter(array, condition)?,
            _ => return Ok(None),
        };
        Ok(Some(picked))
    }

    fn flatten(&mut self, array: &[Value]) -> Result<Vec<Value>, ExpressionError> {
        let mut flat = Vec::new();
        for item in array {
            // An unavailable value may be an array of any length.
            if let Value::Unavailable(cause) = item {
                return Err(ExpressionError::unavailable(*cause));
            }
            let items = item.as_array().unwrap_or(std::slice::from_ref(item));
            self.spend(1 + items.len())?;
            flat.extend_from_slice(items);
        }
        Ok(flat)
    }

    fn filter(&mut self, array: &[Value], condition: &Node) -> Result<Vec<Value>, ExpressionError> {
        let mut matching = Vec::new();
        for item in array {
            if self.condition(condition, item)? {
                matching.push(item.clone());
            }
        }
        Ok(matching)
    }

    fn call(&mut self, call: &Call, current: &Value) -> Result<Value, ExpressionError> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(match self.evaluate(&argument.node, current) {
                Err(error) if call.function.passes_over && error.kind == ErrorKind::Unavailable => {
                    Value::Unavailable(if error.is_open() { Cause::Failed } else { Cause::NotAsked })
                }
                value => value?,
            });
        }
        (call.function.run)(&mut Invocation { interpreter: self, call, arguments })
    }

    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, ExpressionError> {
        // Where two values are equal the one is as large as the other, so either may be counted; the
        // right one is the literal more often.
        self.spend_on(right)?;
        if left == right {
            return Ok(true);
        }
        // Where they differ, that may be for a part of the left one that cannot be read.
        if let Value::Array(_) | Value::Object(_) | Value::Unavailable(_) = left {
            self.spend_on(left)?;
        }
        Ok(false)
    }

    /// Counts the steps it takes to walk through a value. What holds a part that is unavailable is no value as a
    /// whole.
    pub(crate) fn spend_on(&mut self, value: &Value) -> Result<(), ExpressionError> {
        match value {
            Value::String(text) => self.spend_on_text(text),
            Value::Array(items) => {
                self.spend(1)?;
                items.iter().try_for_each(|item| self.spend_on(item))
            }
            Value::Object(members) => {
                self.spend(1)?;
                for (name, member) in members.iter() {
                    self.spend_on_text(name)?;
                    self.spend_on(member)?;
                }
                Ok(())
            }
            Value::Number(number) => self.spend(steps_for_number(number)),
            Value::Null | Value::Bool(_) => self.spend(1),
            Value::Unavailable(cause) => Err(ExpressionError::unavailable(*cause)),
        }
    }

    pub(crate) fn spend_on_text(&mut self, text: &str) -> Result<(), ExpressionError> {
        self.spend(steps_for_text(text.len()))
    }

    /// Counts the comparisons that it takes to put so many items in order.
    pub(crate) fn spend_on_sort(&mut self, count: usize) -> Result<(), ExpressionError> {
        let rounds = usize::BITS - count.leading_zeros();
        self.spend(count.saturating_mul(rounds as usize) / 2)
    }

    /// Counts the worst that the search for one text in another may take.
    pub(crate) fn spend_on_search(&mut self, text: &str, sought: &str) -> Result<(), ExpressionError> {
        self.spend(steps_for_text(text.len()).saturating_mul(steps_for_text(sought.len())))
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), ExpressionError> {
        self.budget.spend(steps)
    }
}

/// Returns the value, or the error of one that is unavailable.
fn available(value: Value) -> Result<Value, ExpressionError> {
    match value {
        Value::Unavailable(cause) => Err(ExpressionError::unavailable(cause)),
        value => Ok(value),
    }
}

/// A value that is made of an open condition may be either: `!a == b` holds where `!a` does not.
fn either(error: ExpressionError) -> ExpressionError {
    let is_open = error.is_open();
    error.open(is_open, is_open)
}

/// Returns what is left of a dividend, with its sign: exactly, since doubling and halving are exact, and so is taking away
/// what is more than half. NaN where the divisor is zero.
///
/// The `%` of the language is 1,800 bytes of WebAssembly.
fn remainder(dividend: f64, divisor: f64) -> f64 {
    let (mut rest, least) = (dividend.abs(), divisor.abs());
    if least == 0.0 {
        return f64::NAN;
    }
    let mut part = least;
    while part * 2.0 <= rest {
        part *= 2.0;
    }
    while part >= least {
        if part <= rest {
            rest -= part;
        }
        part /= 2.0;
    }
    rest.copysign(dividend)
}

fn steps_for_text(bytes: usize) -> usize {
    1 + bytes / BYTES_PER_STEP
}

/// Returns the steps to write a number. The digits of a fraction are the host platform's work; those of a number
/// far from 1 take arithmetic on hundreds of digits.
fn steps_for_number(number: &Number) -> usize {
    let magnitude = number.as_f64().abs();
    if magnitude != 0.0 && !(1e-9..1e22).contains(&magnitude) {
        return 256;
    }
    if number.is_integer() { 1 } else { 8 }
}

fn item_at(source: &Value, index: i32) -> Value {
    let Some(items) = source.as_array() else { return Value::Null };
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let position = if index < 0 { items.len().checked_sub(distance) } else { Some(distance) };
    position.and_then(|position| items.get(position)).cloned().unwrap_or_default()
}

/// Returns the items from `start` to before `stop`, by the rules of Python.
fn slice(items: &[Value], start: Option<i32>, stop: Option<i32>, step: i32) -> Vec<Value> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = i64::from(step);
    // On the way down one can also stop before the first item.
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

/// Numbers have an order; between other values the comparison is null.
fn compare(operator: Operator, left: &Value, right: &Value) -> Value {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return Value::Null };
    let Some(order) = left.partial_cmp(right) else { return Value::Null };
    Value::Bool(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

#[cfg(test)]
mod tests {
    use super::remainder;
    use crate::testing::{check, outcome};

    #[test]
    fn absent_and_null_are_one() {
        check(
            r#"{"a":null,"b":{},"c":[null,1]}"#,
            &[
                ("a.b.c", "null"),
                ("b[0]", "null"),
                ("missing[*]", "null"),
                ("a.[b]", "null"),
                ("a.{b: 'x'}", "null"),
                ("a | 'x'", r#""x""#),
                ("a.type(@)", r#""null""#),
                ("c[*]", "[1]"),
                ("c[?@ == `null`]", "[]"),
                ("[a, c[5]]", "[null,null]"),
            ],
        );
    }

    #[test]
    fn indexes_count_from_both_ends() {
        check(
            "[0,1,2]",
            &[
                ("[0]", "0"),
                ("[2]", "2"),
                ("[3]", "null"),
                ("[-1]", "2"),
                ("[-3]", "0"),
                ("[-4]", "null"),
                ("[-2147483648]", "null"),
            ],
        );
    }

    #[test]
    fn slices_follow_the_rules_of_python() {
        check(
            "[0,1,2,3,4]",
            &[
                ("[1:3]", "[1,2]"),
                ("[-2:]", "[3,4]"),
                ("[:-3]", "[0,1]"),
                ("[::2]", "[0,2,4]"),
                ("[::-1]", "[4,3,2,1,0]"),
                ("[3:0:-2]", "[3,1]"),
                ("[3::-1]", "[3,2,1,0]"),
                ("[:2:-1]", "[4,3]"),
                ("[-100:100]", "[0,1,2,3,4]"),
                ("[100:-100:-1]", "[4,3,2,1,0]"),
                ("[4:1]", "[]"),
                ("[::2147483647]", "[0]"),
                ("[::-2147483648]", "[4]"),
            ],
        );
    }

    #[test]
    fn order_is_between_numbers_only() {
        check(
            r#"{"n":1,"s":"b","i":9007199254740993,"j":9007199254740992}"#,
            &[
                ("n < `2`", "true"),
                ("n >= `1`", "true"),
                ("s > 'a'", "null"),
                ("n < s", "null"),
                ("i > j", "true"),
                ("i == j", "false"),
                ("`1` == `1.0`", "true"),
                ("`[1,{\"a\":2}]` == `[1,{\"a\":2}]`", "true"),
                ("n != s", "true"),
            ],
        );
    }

    #[test]
    fn a_result_of_arithmetic_is_a_number_that_doubles_hold_or_an_error() {
        check(
            r#"{"n":7,"s":"7","z":null,"big":9007199254740993,"huge":1e300}"#,
            &[
                ("n + `0.5`", "7.5"),
                ("n - `10`", "-3"),
                ("n * `-2`", "-14"),
                ("n / `2`", "3.5"),
                ("n // `2`", "3"),
                ("`-7` // `2`", "-4"),
                ("n % `3`", "1"),
                ("`-7` % `3`", "-1"),
                ("n % `-3`", "1"),
                ("`5.5` % `2`", "1.5"),
                ("`0` * `-1`", "0"),
                ("`2` / `3`", "0.6666666666666666"),
                ("`9007199254740990` + `1`", "9007199254740991"),
                ("`1e-300` * `1e-300`", "0"),
                ("n + s", "not-a-number: arithmetic expects numbers, found string at byte 2"),
                ("z * n", "not-a-number: arithmetic expects numbers, found null at byte 2"),
                ("-s", "not-a-number: arithmetic expects numbers, found string at byte 0"),
                ("+z", "not-a-number: arithmetic expects numbers, found null at byte 0"),
                ("n / `0`", "not-a-number: division by zero at byte 2"),
                ("`0` / `0`", "not-a-number: division by zero at byte 4"),
                ("n // `0`", "not-a-number: division by zero at byte 2"),
                ("n % `0`", "not-a-number: division by zero at byte 2"),
                (
                    "`9007199254740991` + `1`",
                    "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 19",
                ),
                ("`1e10` * `1e10`", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 7"),
                ("big + `0`", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 4"),
                ("big - `1`", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 4"),
                ("-big", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 0"),
                ("`1` / big", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 4"),
                ("huge * huge", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 5"),
                ("`0.5` / `1e-320`", "not-a-number: arithmetic ends at integers beyond 2^53 - 1 at byte 6"),
            ],
        );
    }

    #[test]
    fn what_a_division_leaves_is_exact() {
        let numbers = [0.1, 0.3, 1.0, 1.5, 7.0, 10.0, 1e-9, 5e-324, 2.5e-310, 123_456.789, 450_359_962_737.5];
        for dividend in numbers.into_iter().chain([0.0, 9_007_199_254_740_991.0]) {
            for divisor in numbers {
                for sign in [1.0, -1.0] {
                    assert_eq!(remainder(sign * dividend, divisor), sign * dividend % divisor);
                    assert_eq!(remainder(dividend, sign * divisor), dividend % (sign * divisor));
                }
            }
        }
        assert!(remainder(1.0, 0.0).is_nan());
    }

    #[test]
    fn a_variable_is_what_it_was_bound_to_wherever_it_stands() {
        check(
            r#"{"a":"top","b":[{"a":"one"},{"a":"two"}],"c":[[0,1],[2,3]],"n":{"name":"b"}}"#,
            &[
                ("let $x = a in $x", r#""top""#),
                ("let $x = a in b[*].[a, $x]", r#"[["one","top"],["two","top"]]"#),
                ("let $x = 'one' in b[?a == $x]", r#"[{"a":"one"}]"#),
                ("let $x = a in map(&[$x], b)", r#"[["top"],["top"]]"#),
                ("let $x = a in b | [0] | $x", r#""top""#),
                ("b[*].[let $x = a in $x][]", r#"["one","two"]"#),
                ("let $x = a in [let $x = 'in' in $x, $x]", r#"["in","top"]"#),
                ("let $x = a, $y = 'y' in [$y, $x]", r#"["y","top"]"#),
                // The bindings do not see each other.
                ("let $x = 'out' in let $x = 'in', $y = $x in [$x, $y]", r#"["in","out"]"#),
                ("let $x = 'one', $x = 'two' in $x", r#""two""#),
                // A projection ends where it is bound.
                ("let $x = c[*] in $x[0]", "[0,1]"),
                ("let $x = n in $x.name", r#""b""#),
                ("let $x = `null` in $x", "null"),
                ("let $x = `false` in [let $y = a in $x]", "[false]"),
            ],
        );
    }

    #[test]
    fn a_variable_that_nothing_binds_is_a_member_of_the_document() {
        check(
            r#"{"a":"top","b":[{"a":"one"},{"a":"two"}],"z":null}"#,
            &[
                ("$a", r#""top""#),
                ("$z", "null"),
                ("b[*].[a, $a]", r#"[["one","top"],["two","top"]]"#),
                ("b[?$b[0].a == a]", r#"[{"a":"one"}]"#),
                ("map(&$a, b)", r#"["top","top"]"#),
                ("b | [0] | [a, $a]", r#"["one","top"]"#),
                ("let $a = 'bound' in $a", r#""bound""#),
                ("[let $a = 'bound' in $a, $a]", r#"["bound","top"]"#),
                ("let $x = $a, $a = $b[0].a in [$x, $a]", r#"["top","one"]"#),
                ("$x", "undefined-variable: `$x` is not defined at byte 0"),
                ("[let $x = a in [$x], $x]", "undefined-variable: `$x` is not defined at byte 21"),
                ("a || $x", r#""top""#),
                ("$__proto__", "undefined-variable: `$__proto__` is not defined at byte 0"),
            ],
        );
        check("[1]", &[("$a", "undefined-variable: `$a` is not defined at byte 0")]);
    }

    #[test]
    fn what_a_let_binds_is_an_error_only_where_it_is_read() {
        check(
            r#"{"s":"x"}"#,
            &[
                ("let $x = abs(s) in s", r#""x""#),
                ("let $x = abs(s), $y = s in $y", r#""x""#),
                ("let $x = abs(s) in [$x]", "invalid-type: `abs` expects a number, found string at byte 13"),
                ("let $x = abs(s) in s || $x", r#""x""#),
                ("let $x = abs(s) in let $y = [$x] in s", r#""x""#),
                ("s ? s : abs(s)", r#""x""#),
            ],
        );
    }

    #[test]
    fn an_integer_that_no_double_holds_goes_through_untouched() {
        check(
            r#"{"ids":[{"id":9007199254740993},{"id":-9007199254740995}]}"#,
            &[
                ("ids[0].id", "9007199254740993"),
                ("ids[*].id | to_string([0])", r#""9007199254740993""#),
                ("to_string(ids[].id)", r#""[9007199254740993,-9007199254740995]""#),
                ("abs(ids[1].id)", "9007199254740995"),
                ("ceil(ids[0].id)", "9007199254740993"),
                ("to_number('9007199254740993')", "9007199254740993"),
                ("sort(ids[].id)", "[-9007199254740995,9007199254740993]"),
                ("max_by(ids, &id).id", "9007199254740993"),
            ],
        );
    }

    #[test]
    fn work_without_an_end_is_an_error_not_a_hang() {
        let doubling = |step: &str| format!("{step}{}", format!(" | {step}").repeat(30));
        let numbers = format!("[{}]", vec!["5e-324"; 1000].join(","));
        let text = format!("\"{}\"", "a".repeat(50_000));
        for (expression, document) in [
            // Every value is there 2^31 times, though it is in memory once.
            (doubling("[@, @]"), "1"),
            (doubling("[@, @]") + " | to_string(@)", "1"),
            (doubling("[@, @]") + " | [0] == [1]", "1"),
            (doubling("[@, @]") + " | contains(@, [0])", "1"),
            (doubling("[@, @][]"), "[1]"),
            (doubling("[@, @][]") + " | sum(@)", "[1]"),
            (doubling("[@, @].join('', @)"), "\"aaaaaaaaaaaaaaaa\""),
            // The digits of these numbers take long to find.
            ("[].[@, @, @, @, @, @, @, @][] | to_string(@)".to_owned(), &numbers),
            (format!("contains(@, '{}b')", "a".repeat(25_000)), &text),
            (format!("[{}]", vec!["length(@)"; 400].join(",")), &text),
            (format!("[{}]", vec!["split(@, '')"; 40].join(",")), &text),
            (format!("find_first(@, '{}b')", "a".repeat(25_000)), &text),
            (format!("split(@, '{}b')", "a".repeat(25_000)), &text),
            (format!("trim(@, '{}a')", "b".repeat(25_000)), &text),
            // Between any two characters something is put that is as long as the text.
            ("replace(@, '', @)".to_owned(), &text),
            (doubling("replace(@, '', 'a')"), "\"a\""),
            (doubling("replace(@, 'a', 'aa')"), "\"a\""),
            (doubling("zip(@, @)[]"), "[1]"),
            (doubling("{a: @, b: @} | items(@)"), "1"),
            (doubling("let $a = [@, @] in $a"), "1"),
            (doubling("let $a = @ in [$a, $a]"), "1"),
            (doubling("[@, @]") + " ? [@, @] : @", "1"),
            (doubling("from_items([['a', @], ['b', @]])"), "1"),
            (doubling("group_by([{g: 'a', of: @}, {g: 'b', of: @}], &g)"), "1"),
        ] {
            let outcome = outcome(&expression, document);
            assert!(outcome.starts_with("too-much-work: "), "{expression}: {outcome:.80}");
        }
    }

    #[test]
    fn the_budget_is_far_from_what_a_large_answer_needs() {
        let item = r#"{"name":"x","roles":[{"id":1,"on":true},{"id":2,"on":false}]}"#;
        let document = format!("{{\"items\":[{}]}}", vec![item; 2000].join(","));
        let expression = "sort_by(items, &name)[].{name: name, roles: roles[?on].id}[].roles[] | length(@)";
        assert_eq!(outcome(expression, &document), "2000");
    }
}
