//! Functions that ask for a value's type or make one type of another.

use super::{Invocation, Outcome, from_f64};
use crate::json::Unreadable;
use crate::{Cause, Number, Value, json, time};

/// A time as text, in UTC.
pub(super) fn format_time(call: &mut Invocation<'_, '_>) -> Outcome {
    call.interpreter.spend(16)?;
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
    use crate::testing::{check, outcome};

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

    #[test]
    fn times_are_seconds_and_what_is_none_is_null() {
        check(
            r#"{"n": 1767600000.25, "z": null, "big": 9007199254740993}"#,
            &[
                ("timestamp('2026-01-05T08:00:00Z')", "1767600000"),
                ("timestamp('2026-01-05T09:00:00.250+01:00')", "1767600000.25"),
                ("timestamp('Mon, 05 Jan 2026 08:00:00 GMT')", "1767600000"),
                ("timestamp('Monday, 05-Jan-26 08:00:00 GMT')", "1767600000"),
                ("timestamp('Mon Jan  5 08:00:00 2026')", "1767600000"),
                ("timestamp(n)", "1767600000.25"),
                ("timestamp(big)", "9007199254740993"),
                ("timestamp('2026-02-30')", "null"),
                ("timestamp('jutro, żółć')", "null"),
                ("timestamp('')", "null"),
                ("format_time(n)", r#""2026-01-05T08:00:00.250Z""#),
                ("format_time(floor(n))", r#""2026-01-05T08:00:00Z""#),
                ("format_time(timestamp('2026-01-05T08:00:00+08:00'))", r#""2026-01-05T00:00:00Z""#),
                ("format_time(`-1`)", r#""1969-12-31T23:59:59Z""#),
                (
                    "timestamp(z)",
                    "invalid-type: `timestamp` expects a string or a number, found null at byte 10",
                ),
                (
                    "format_time('2026')",
                    "invalid-type: `format_time` expects a number, found string at byte 12",
                ),
                (
                    "format_time(big)",
                    "invalid-value: `format_time` expects a time of the years 0 to 9999, found another at byte 12",
                ),
            ],
        );
    }

    #[test]
    fn a_text_that_is_json_is_read_and_any_other_is_null() {
        check(
            r#"{"s": "{\"a\":[1,{\"b\":null}],\"__proto__\":{\"x\":1}}", "n": 1}"#,
            &[
                ("from_json(s).a[0]", "1"),
                ("from_json(s).\"__proto__\".x", "1"),
                ("from_json(to_string(@)) == @", "true"),
                ("from_json('9007199254740993')", "9007199254740993"),
                ("from_json('\"\\ud83d\\ude00\\ud800\"')", r#""😀�""#),
                ("from_json(' null ')", "null"),
                ("from_json('{a: 1}')", "null"),
                ("from_json('[1,]')", "null"),
                ("from_json('')", "null"),
                ("from_json('1 2')", "null"),
                // What is JSON and cannot be read decides nothing.
                ("from_json('{\"a\":1e999,\"b\":2}').b", "2"),
                (
                    "from_json('{\"a\":1e999,\"b\":2}').a",
                    "unavailable: a part that is needed is unavailable at byte 0",
                ),
                ("from_json(n)", "invalid-type: `from_json` expects a string, found number at byte 10"),
            ],
        );
        let nested = format!("\"{}{}\"", "[".repeat(200), "]".repeat(200));
        assert!(outcome("from_json(@)", &nested).starts_with("unavailable: "));
        let long = format!("\"[{}0]\"", "0,".repeat(200_000));
        assert_eq!(outcome("length(from_json(@))", &long), "200001");
        let often = format!("[{}]", ["length(from_json(@))"; 12].join(","));
        assert!(outcome(&often, &long).starts_with("too-much-work: "));
    }
}
