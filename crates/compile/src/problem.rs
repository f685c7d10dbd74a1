//! Problems of expressions, with a mark at their place.

use claimsmith_core::error::Part;
use claimsmith_core::{Code, Error};
use claimsmith_expression::ExpressionError;

/// Returns the error of an expression that cannot be compiled, with the way out where one is known. The expression begins
/// `start` characters into the text that stands at the place.
pub fn not_compiled(error: &ExpressionError, expression: &str, start: usize) -> Error {
    in_expression(&message(error, expression), expression, error.offset, start)
}

/// Returns the message of an error, with the way out where one is known.
pub(crate) fn message(error: &ExpressionError, expression: &str) -> String {
    #[cfg(feature = "warnings")]
    return crate::hints::with_way_out(error, expression);
    #[cfg(not(feature = "warnings"))]
    {
        let _ = expression;
        error.message.clone()
    }
}

/// Returns the error of an expression: its message, and below it the expression with a mark at the place, which is
/// `offset` bytes into it. The expression itself begins `start` characters into the text that stands at the place.
pub fn in_expression(message: &str, expression: &str, offset: usize, start: usize) -> Error {
    let before = expression.char_indices().filter(|(at, _)| *at < offset).count();
    let lines = format!(
        " (column {})\n  {}\n  {}^",
        before.saturating_add(1),
        claimsmith_core::text::one_line(expression, usize::MAX),
        " ".repeat(before),
    );
    Error::new(Code::ExpressionInvalid, message).showing(&lines).of(Part::Text(start.saturating_add(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_shown_on_one_line_with_a_mark_below() {
        let error = in_expression("`a\nb` names nothing here", "'x\ny'.a", 6, 3);
        let expected = "`a b` names nothing here (column 7)\n  'x y'.a\n        ^";
        assert_eq!(error.message, expected);
        assert_eq!(error.part, Part::Text(9));
    }
}
