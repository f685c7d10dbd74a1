//! Helpers of the unit tests.

use crate::{Expression, json};

/// Returns the result of an expression as JSON, or the kind of the error, its message and place.
pub(crate) fn outcome(expression: &str, document: &str) -> String {
    let document = json::read(document.as_bytes()).unwrap();
    match Expression::parse(expression).and_then(|it| it.evaluate(&document)) {
        Ok(value) => value.to_json(),
        Err(error) => format!("{}: {error}", error.kind.name()),
    }
}

/// Checks rows of expression and outcome against one document.
pub(crate) fn check(document: &str, rows: &[(&str, &str)]) {
    for (expression, expected) in rows {
        assert_eq!(outcome(expression, document), *expected, "{expression}");
    }
}
