//! Moments as values.

use claimsmith_expression::{Number, Value};

/// Returns a moment, or the time between two, as a value.
pub(crate) fn moment(number: u64) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds and milliseconds of any date are exact in a double"
    )]
    Number::from_f64(number as f64).map_or(Value::Null, Value::Number)
}
