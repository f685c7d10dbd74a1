//! Functions that ask for a value's type or make one type of another.

use super::{Invocation, Outcome, from_f64};
use crate::json::Unreadable;
use crate::{Cause, Number, Value, json, time};

/// A time as text, in UTC.
pub(super) fn format_time(call: &mut Invocation<'_, '_>) -> Outcome {
    match time::write(call.number(0)?.as_f64()) {
        Some(text) => Ok(text.into()),
        None => Err(call.impossible(0, "a time of the years 0 to 9999", "another")),
    }
}

/// What a JSON text says; null where it is none. What is JSON and cannot be read has no value.
pub(super) fn from_json(call: &mut Invocation<'_, '_>) -> Outcome {
    let text = call.text(0)?;
    // There may be a value in every other byte.
    call.interpreter.spend(text.len() / 4)?;
    Ok(json::read_with(text.as_bytes(), Unreadable::PartsAreUnavailable).unwrap_or_default())
}

/// The first argument that is neither null nor without a value; null where there is a null, no value otherwise. Then
/// one that failed is why, though another was not asked: it might have been the value.
pub(super) fn not_null(call: &mut Invocation<'_, '_>) -> Outcome {
    let mut rest = None;
    for argument in &call.arguments {
        match argument {
            Value::Null => rest = Some(argument),
            Value::Unavailable(Cause::Failed) if rest.is_none_or(|rest| !rest.is_null()) => {
                rest = Some(argument);
            }
            Value::Unavailable(_) => rest = rest.or(Some(argument)),
            value => return Ok(value.clone()),
        }
    }
    Ok(rest.cloned().unwrap_or_default())
}

/// The seconds since 1970; null where a text is no time.
pub(super) fn timestamp(call: &mut Invocation<'_, '_>) -> Outcome {
    match call.value(0) {
        number @ Value::Number(_) => Ok(number),
        Value::String(_) => Ok(time::read(&call.text(0)?).map_or(Value::Null, from_f64)),
        other => Err(call.mismatch(0, "a string or a number", &other)),
    }
}

pub(super) fn to_array(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(match call.value(0) {
        array @ Value::Array(_) => array,
        other => vec![other].into(),
    })
}

pub(super) fn to_number(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(match call.value(0) {
        number @ Value::Number(_) => number,
        Value::String(_) => {
            let text = call.text(0)?;
            // It is read by the platform.
            call.interpreter.spend(4)?;
            Number::from_text(&text).map_or(Value::Null, Value::Number)
        }
        _ => Value::Null,
    })
}

pub(super) fn to_string(call: &mut Invocation<'_, '_>) -> Outcome {
    let value = call.value(0);
    if let Value::String(_) = value {
        return Ok(value);
    }
    call.interpreter.spend_on(&value)?;
    Ok(json::write(&value).into())
}

pub(super) fn type_of(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(call.value(0).type_name().into())
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn each_function_does_what_the_specification_says() {
        check(
            r#"{"n": -1.5, "s": "añb", "e": [], "o": {"b": 2, "a": 1}, "t": true, "z": null}"#,
            &[
                ("not_null(z, missing, s)", r#""añb""#),
                ("not_null(z)", "null"),
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
            ],
        );
    }
}
