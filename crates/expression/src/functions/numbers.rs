//! Functions of numbers.

use super::{Invocation, Outcome, from_f64};
use crate::{ErrorKind, ExpressionError, Value};

pub(super) fn abs(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(call.number(0)?.abs().into())
}

pub(super) fn avg(call: &mut Invocation<'_, '_>) -> Outcome {
    let (total, count) = total(call)?;
    if count == 0 {
        return Ok(Value::Null);
    }
    Ok(from_f64(total / count as f64))
}

pub(super) fn ceil(call: &mut Invocation<'_, '_>) -> Outcome {
    round(call, f64::ceil)
}

pub(super) fn floor(call: &mut Invocation<'_, '_>) -> Outcome {
    round(call, f64::floor)
}

pub(super) fn sum(call: &mut Invocation<'_, '_>) -> Outcome {
    let (total, _) = total(call)?;
    Ok(from_f64(total))
}

/// The sum of an array of numbers, and how many there are.
fn total(call: &mut Invocation<'_, '_>) -> Result<(f64, usize), ExpressionError> {
    let items = call.items(0)?;
    let mut total = 0.0;
    for item in items.iter() {
        let Value::Number(number) = item else {
            return Err(call.mismatch(0, "an array of numbers", item));
        };
        if number.is_unsafe_integer() {
            // Its double is another number; what came out would be wrong without a sign of it.
            let message = ["`", call.call.function.name, "` cannot add an integer beyond 2^53 - 1"];
            return Err(ExpressionError::new(ErrorKind::InvalidValue, call.offset(0), &message));
        }
        total += number.as_f64();
    }
    Ok((total, items.len()))
}

/// An integer is left alone: it may be one that has no double.
fn round(call: &mut Invocation<'_, '_>, round: fn(f64) -> f64) -> Outcome {
    let number = call.number(0)?;
    if number.is_integer() {
        return Ok(number.into());
    }
    Ok(from_f64(round(number.as_f64())))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    const DOCUMENT: &str =
        r#"{"n": -1.5, "s": "a", "t": true, "e": [], "numbers": [3, 1, 2], "mixed": [1, "a"]}"#;

    #[test]
    fn each_function_does_what_the_specification_says() {
        check(
            DOCUMENT,
            &[
                ("abs(n)", "1.5"),
                ("avg(numbers)", "2"),
                ("avg(e)", "null"),
                ("ceil(n)", "-1"),
                ("floor(n)", "-2"),
                ("sum(numbers)", "6"),
                ("sum(e)", "0"),
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
                ("avg(mixed)", "invalid-type: `avg` expects an array of numbers, found string at byte 4"),
                ("ceil(t)", "invalid-type: `ceil` expects a number, found boolean at byte 5"),
                ("sum(mixed)", "invalid-type: `sum` expects an array of numbers, found string at byte 4"),
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
}
